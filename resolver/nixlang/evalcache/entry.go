package evalcache

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"devenv/resolver/nixlang/host"
	"devenv/store/storepath"
)

// Answer is what came of an evaluation: what it prints, the lines that the
// program asked to show on the way, and derivations.
type Answer struct {
	Text        string
	Messages    []string
	Derivations []Derivation
}

// Derivation is the path of a .drv file and the output that is meant.
type Derivation struct {
	Path   storepath.Path
	Output string
}

// entry is an answer, what it depends on, and where the roots were. A pinned one
// is right only there.
type entry struct {
	Answer
	roots  []string
	pinned bool
	items  []host.Item // names as relative gives them
}

var errEntry = errors.New("no answer, or a damaged one")

// drvSuffix is how the names of derivations end.
const drvSuffix = ".drv"

// itemBytes is how long the text of an item is, or rather longer.
const itemBytes = 256

// encode writes an entry.
func (e *entry) encode() []byte {
	b := make([]byte, 0, itemBytes*(len(e.items)+16)+len(e.Text))
	pinned := byte(0)
	if e.pinned {
		pinned = 1
	}
	b = append(b, pinned)
	b = appendStrings(b, e.roots)
	b = appendString(b, e.Text)
	b = appendStrings(b, e.Messages)
	b = binary.AppendUvarint(b, uint64(len(e.Derivations)))
	for _, d := range e.Derivations {
		b = appendString(appendString(b, d.Path.Base()), d.Output)
	}
	return host.AppendReads(b, e.items)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

// parseEntry reads what encode wrote.
func parseEntry(b []byte) (*entry, error) {
	r := reader{rest: b}
	e := &entry{pinned: r.byte() == 1}
	e.roots = r.strings()
	e.Text = r.string()
	e.Messages = r.strings()
	for range r.count() {
		e.Derivations = append(e.Derivations, r.derivation())
	}
	if r.bad {
		return nil, errEntry
	}
	items, err := host.ParseReads(r.rest)
	e.items = items
	return e, err
}

// rootsOf are the roots of an encoded entry.
func rootsOf(b []byte) []string {
	r := reader{rest: b}
	r.byte()
	return r.strings()
}

// reader reads what may be damaged; bad is set once it is.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.bad = true
		return 0
	}
	c := r.rest[0]
	r.rest = r.rest[1:]
	return c
}

// count reads how many follow, each of which takes a byte at least.
func (r *reader) count() int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(len(r.rest)-size) {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *reader) string() string {
	n := r.count()
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) strings() (list []string) {
	for range r.count() {
		list = append(list, r.string())
	}
	return list
}

func (r *reader) derivation() Derivation {
	p, err := storepath.ParseBase(r.string())
	d := Derivation{p, r.string()}
	if err != nil || !strings.HasSuffix(p.Name(), drvSuffix) || storepath.CheckName(d.Output) != nil {
		r.bad = true
	}
	return d
}

// locate gives the items the names of where the roots of a question lie; it
// fails for an entry that is right only elsewhere.
func (e *entry) locate(q *Question) ([]host.Item, bool) {
	if len(e.roots) != len(q.roots) || e.pinned && !slices.Equal(e.roots, q.roots) {
		return nil, false
	}
	items := slices.Clone(e.items)
	for n := range items {
		if !isPath(items[n].Kind) {
			continue
		}
		p, ok := q.located(items[n].Name)
		if !ok {
			return nil, false
		}
		items[n].Name = p
	}
	return items, true
}

// newEntry returns the entry for an answer to a question, or nil if it is not to
// be kept.
func newEntry(q *Question, world *host.Host, a Answer) *entry {
	e := &entry{Answer: a, roots: q.roots, pinned: world.Pinned() || a.mentions(q.roots)}
	reads := world.Reads()
	e.items = make([]host.Item, 0, len(reads))
	for _, i := range reads {
		switch {
		case i.Kind == host.Fetched, i.Kind == host.Setting && i.Name == "currentTime":
			return nil
		case i.Kind == host.Setting && slices.Contains([]string{"currentSystem", "nixPath", "storeDir"}, i.Name):
			continue // parts of the question
		case isPath(i.Kind):
			outside := i.Name
			i.Name = q.relative(i.Name)
			e.pinned = e.pinned || i.Name == outside
		}
		e.items = append(e.items, i)
	}
	return e
}

// mentions tells whether an answer has one of some paths in it.
func (a *Answer) mentions(paths []string) bool {
	for _, p := range paths {
		has := func(s string) bool { return strings.Contains(s, p) }
		if has(a.Text) || slices.ContainsFunc(a.Messages, has) {
			return true
		}
	}
	return false
}
