package env

import (
	"encoding/json"
	"fmt"
)

// snapshotFile is the form of snapshot.json. Its names are for good: other
// versions read it.
type snapshotFile struct {
	Format  int               `json:"format"`
	Key     string            `json:"key"`
	Dir     text              `json:"dir"`
	Label   text              `json:"label,omitempty"`
	Set     map[string]text   `json:"set,omitempty"`
	Unset   []string          `json:"unset,omitempty"`
	Prepend map[string][]text `json:"prepend,omitempty"`
	Scripts map[string]text   `json:"scripts,omitempty"`
	Enter   text              `json:"enter,omitempty"`
	Leave   text              `json:"leave,omitempty"`
	Roots   []text            `json:"roots,omitempty"`
}

const snapshotFormat = 1

// MarshalJSON writes the snapshot with its key. Strings that are no UTF-8 become
// {"base64": "…"}.
func (s Snapshot) MarshalJSON() ([]byte, error) {
	return json.Marshal(snapshotFile{
		Format: snapshotFormat, Key: s.Key(), Dir: text(s.Dir), Label: text(s.Label),
		Set: mapped(s.Set, toText), Unset: s.Unset, Prepend: mapped(s.Prepend, texts),
		Scripts: mapped(s.Scripts, toText), Enter: text(s.Enter), Leave: text(s.Leave), Roots: texts(s.Roots),
	})
}

// UnmarshalJSON reads what MarshalJSON writes. It refuses another format, and a
// snapshot that is not the one its key says.
func (s *Snapshot) UnmarshalJSON(data []byte) error {
	var f snapshotFile
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Format != snapshotFormat {
		return fmt.Errorf("snapshot of format %d, this devenv reads format %d", f.Format, snapshotFormat)
	}
	read := Snapshot{
		Dir: string(f.Dir), Label: string(f.Label),
		Set: mapped(f.Set, fromText), Unset: f.Unset, Prepend: mapped(f.Prepend, plain),
		Scripts: mapped(f.Scripts, fromText), Enter: string(f.Enter), Leave: string(f.Leave), Roots: plain(f.Roots),
	}
	if key := read.Key(); key != f.Key {
		return fmt.Errorf("snapshot says it is %q and is %s", f.Key, key)
	}
	*s = read
	return nil
}

func toText(s string) text   { return text(s) }
func fromText(t text) string { return string(t) }
