package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// notes remembers what was found out, one small file for each fact. A note that
// cannot be read or written costs the time to find out again, no more.
type notes struct{ dir string }

func (n *notes) file(kind string, key []string) string {
	sum := sha256.Sum256([]byte(strings.Join(key, "\x00")))
	return filepath.Join(n.dir, kind, hex.EncodeToString(sum[:16]))
}

// recall reads what was noted of key into v, and reports whether there was a note.
func (n *notes) recall(v any, kind string, key ...string) bool {
	data, err := os.ReadFile(n.file(kind, key))
	return err == nil && json.Unmarshal(data, v) == nil
}

// remember notes v. Keys are only kept as hashes; v must hold no secrets.
func (n *notes) remember(v any, kind string, key ...string) {
	file := n.file(kind, key)
	data, err := json.Marshal(v)
	if err != nil || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".new-")
	if err != nil {
		return
	}
	_, err = temp.Write(data)
	if closed := temp.Close(); err != nil || closed != nil || os.Rename(temp.Name(), file) != nil {
		os.Remove(temp.Name())
	}
}
