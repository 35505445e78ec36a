package nar

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"unicode/utf8"
)

// Listing is the table of contents of an archive: a tree of what [Header] says
// of the nodes. As JSON it is what "nix nar ls --json --recursive" prints, and
// the root of the .ls files that binary caches serve.
type Listing struct {
	Type       Type                `json:"type"`
	Executable bool                `json:"executable"`
	Size       int64               `json:"size"`
	Offset     int64               `json:"narOffset"` // 0 if not known
	Target     string              `json:"target"`
	Entries    map[string]*Listing `json:"entries"` // of a directory, by name
}

// List reads the archive that is all of r and returns its root.
func List(r io.Reader) (*Listing, error) {
	nr := NewReader(r)
	var dirs []*Listing // that the node at hand is in
	var root *Listing
	for {
		h, err := nr.Next()
		if err == io.EOF {
			if err := nr.End(); err != nil {
				return nil, err
			}
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		node := &Listing{h.Type, h.Executable, h.Size, h.Offset, h.Target, nil}
		dirs = dirs[:nr.level]
		if nr.level == 0 {
			root = node
		} else {
			dirs[nr.level-1].Entries[path.Base(h.Path)] = node
		}
		if h.Type == Directory {
			node.Entries = map[string]*Listing{}
			dirs = append(dirs, node)
		}
	}
}

// MarshalJSON writes the attributes that l has by its type, sorted. Names and
// targets that are not UTF-8 have no JSON and are errors.
func (l *Listing) MarshalJSON() ([]byte, error) {
	switch l.Type {
	case Regular:
		return json.Marshal(struct {
			Executable bool  `json:"executable,omitempty"`
			Offset     int64 `json:"narOffset,omitempty"`
			Size       int64 `json:"size"`
			Type       Type  `json:"type"`
		}{l.Executable, l.Offset, l.Size, l.Type})
	case Symlink:
		if !utf8.ValidString(l.Target) {
			return nil, fmt.Errorf("NAR listing: link target %q is not UTF-8", l.Target)
		}
		return json.Marshal(struct {
			Target string `json:"target"`
			Type   Type   `json:"type"`
		}{l.Target, l.Type})
	}
	for name := range l.Entries {
		if !utf8.ValidString(name) {
			return nil, fmt.Errorf("NAR listing: file name %q is not UTF-8", name)
		}
	}
	return json.Marshal(struct {
		Entries map[string]*Listing `json:"entries"`
		Type    Type                `json:"type"`
	}{l.Entries, l.Type})
}
