package host

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"time"

	"devenv/store/storepath"
)

// Reads is a read set: all that an evaluation looked at. Of what it looked at
// several times, it has what was seen first.
type Reads struct {
	now   func() time.Time
	items map[readKey]Item
}

type readKey struct {
	kind Kind
	name string
}

func newReads(now func() time.Time) *Reads { return &Reads{now, make(map[readKey]Item, 512)} }

// note adds an item.
func (r *Reads) note(i Item) {
	if r == nil {
		return
	}
	key := readKey{i.Kind, i.Name}
	if _, known := r.items[key]; !known {
		r.items[key] = i
	}
}

// trust returns a Stat as text if the file is old enough for its times to tell
// that it changes from now on.
func (r *Reads) trust(s Stat) string {
	if r.now == nil || s == (Stat{}) || max(s.Mtime, s.Ctime) > r.now().Add(-slack).UnixNano() {
		return ""
	}
	return s.String()
}

// observe notes what was seen at a path; real is where that lies, links
// followed. Of what never changes it notes that the store object is there.
func (h *Host) observe(i Item, real string) {
	if h.reads == nil {
		return
	}
	fixed := h.immutable(real)
	if fixed || len(h.constant) > 0 && within(real, h.StoreDir()) {
		p, _, err := h.opts.StoreDir.ParseInside(real)
		if fixed = fixed || err == nil && h.constant[p]; fixed && err == nil {
			h.object(p)
		}
	}
	if !fixed {
		h.reads.note(i)
	}
}

// object notes that a store object is needed, unless the evaluation made it or
// would get it again.
func (h *Host) object(p storepath.Path) {
	if h.made(p) == nil && !h.constant[p] {
		h.reads.note(Item{Kind: Object, Name: h.opts.StoreDir.Join(p)})
	}
}

// absent notes a path that leads nowhere.
func (h *Host) absent(path string, err error) {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		h.observe(Item{Kind: Absent, Name: path}, path)
	}
}

// Reads returns the read set as it is by now, sorted; nil if none is kept.
func (h *Host) Reads() []Item {
	if h.reads == nil {
		return nil
	}
	items := make([]Item, 0, len(h.reads.items))
	for key, i := range h.reads.items {
		if key.kind == Type && i.Value == "regular" && h.reads.has(Content, i.Name) {
			continue // said by the item below
		}
		if t := h.reads.items[readKey{Type, i.Name}]; key.kind == Content && t.Value == "regular" {
			i.Kind = File
		}
		items = append(items, i)
	}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return items
}

func (r *Reads) has(kind Kind, name string) bool {
	_, ok := r.items[readKey{kind, name}]
	return ok
}

// readsHeader begins the text of a read set.
const readsHeader = "devenv reads 1\n"

// AppendReads writes a read set as text.
func AppendReads(b []byte, items []Item) []byte {
	b = append(b, readsHeader...)
	for _, i := range items {
		b = i.append(b)
	}
	return b
}

// ParseReads reads what AppendReads wrote.
func ParseReads(text []byte) ([]Item, error) {
	body, ok := bytes.CutPrefix(text, []byte(readsHeader))
	if !ok {
		return nil, errors.New("no read set, or one of another version")
	}
	var items []Item
	for line := range strings.Lines(string(body)) {
		line, ended := strings.CutSuffix(line, "\n")
		item, err := parseItem(line)
		if err != nil {
			return nil, err
		}
		if !ended {
			return nil, fmt.Errorf("a read set that is cut off after %s", item)
		}
		items = append(items, item)
	}
	return items, nil
}
