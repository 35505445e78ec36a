package env

import (
	"encoding/json"
	"fmt"
)

// snapshotFile is the form of snapshot.json. Its names are for good: other
// versions read it.
type snapshotFile struct {
	Format  int                 `json:"format"`
	Key     string              `json:"key"`
	Dir     string              `json:"dir"`
	Label   string              `json:"label,omitempty"`
	Set     map[string]string   `json:"set,omitempty"`
	Unset   []string            `json:"unset,omitempty"`
	Prepend map[string][]string `json:"prepend,omitempty"`
	Scripts map[string]string   `json:"scripts,omitempty"`
	Enter   string              `json:"enter,omitempty"`
	Leave   string              `json:"leave,omitempty"`
	Roots   []string            `json:"roots,omitempty"`
}

const snapshotFormat = 1

// MarshalJSON writes the snapshot with its key. Strings that are no UTF-8 become
// NUL and their base64.
func (s Snapshot) MarshalJSON() ([]byte, error) {
	return json.Marshal(snapshotFile{
		Format: snapshotFormat, Key: s.Key(), Dir: toText(s.Dir), Label: toText(s.Label),
		Set: mapped(s.Set, toText), Unset: s.Unset, Prepend: mapped(s.Prepend, func(l []string) []string { return eachText(l, toText) }),
		Scripts: mapped(s.Scripts, toText), Enter: toText(s.Enter), Leave: toText(s.Leave), Roots: eachText(s.Roots, toText),
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
		Dir: fromText(f.Dir), Label: fromText(f.Label),
		Set: mapped(f.Set, fromText), Unset: f.Unset, Prepend: mapped(f.Prepend, func(l []string) []string { return eachText(l, fromText) }),
		Scripts: mapped(f.Scripts, fromText), Enter: fromText(f.Enter), Leave: fromText(f.Leave), Roots: eachText(f.Roots, fromText),
	}
	if key := read.Key(); key != f.Key {
		return fmt.Errorf("snapshot says it is %q and is %s", f.Key, key)
	}
	*s = read
	return nil
}
