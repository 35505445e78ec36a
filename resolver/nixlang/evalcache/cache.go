package evalcache

import (
	"bytes"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"time"

	"devenv/resolver/nixlang/host"
)

// Options say where a cache is.
type Options struct {
	Dir string
	// Version names what evaluates: another version's answers are others.
	Version string
	// Limit is how many bytes the answers may have, more or less; 0: 128 MiB.
	Limit int64
	Now   func() time.Time
}

// Cache keeps answers.
type Cache struct{ opts Options }

// New returns a cache; nothing is read or written before it is used.
func New(opts Options) *Cache {
	if opts.Limit == 0 {
		opts.Limit = 128 << 20
	}
	return &Cache{opts}
}

// Miss says why there is no answer.
type Miss struct {
	// Answers is how many there are to the question, none of which is right now.
	Answers int
	// Changed is the first thing that is not what it was for the one that was of
	// use last.
	Changed host.Item
	// Moved says that there is nothing but what is right in another place.
	Moved bool
}

func (m *Miss) String() string {
	switch {
	case m.Answers == 0:
		return "it is new"
	case m.Moved:
		return "it depends on where the project lies, which is elsewhere now"
	}
	return m.Changed.String() + " has changed"
}

// Find returns the answer to a question, or why there is none. World is the Host
// that an evaluation would have: its mounts and its environment are looked at.
func (c *Cache) Find(q *Question, world *host.Host) (Answer, *Miss) {
	path := c.path(q)
	entries, used := readFile(path)
	miss := &Miss{Answers: len(entries), Moved: true}
	checker := world.NewChecker(q.settings)
	for _, n := range nearest(q, entries) {
		e, err := parseEntry(entries[n])
		if err != nil {
			continue
		}
		items, ok := e.locate(q)
		if !ok {
			continue
		}
		renewed, changed, is := checker.Check(items)
		if !is {
			c.touch(path, q, entries, n, used, e, renewed)
			return e.Answer, nil
		}
		if miss.Moved {
			miss.Moved, miss.Changed = false, changed
		}
	}
	return Answer{}, miss
}

// nearest is the order in which entries are tried: those first that were made
// where the roots are now.
func nearest(q *Question, entries [][]byte) (order []int) {
	var elsewhere []int
	for n, e := range entries {
		if slices.Equal(rootsOf(e), q.roots) {
			order = append(order, n)
		} else {
			elsewhere = append(elsewhere, n)
		}
	}
	return append(order, elsewhere...)
}

// touch tells the file that entry n, which is e, was of use. What is known of
// files by now, if it is not what was known before, goes into it, or into one
// for where the roots are now.
func (c *Cache) touch(path string, q *Question, entries [][]byte, n int, used time.Time, e *entry, renewed []host.Item) {
	data := entries[n]
	others := slices.Delete(slices.Clone(entries), n, n+1)
	switch {
	case renewed != nil:
		if !slices.Equal(e.roots, q.roots) {
			others = entries
			e.roots = q.roots
		}
		for i := range e.items {
			e.items[i].Stat = renewed[i].Stat
		}
		data = e.encode()
	case n > 0:
	default:
		if now := c.opts.Now(); now.Sub(used) > time.Hour {
			_ = os.Chtimes(path, now, now) // so that it is not swept
		}
		return
	}
	_ = c.write(path, data, others)
}

// Keep keeps the answer to a question that an evaluation in a world gave, if it
// may: the Host must have kept the read set, and followed the question's roots.
// A cache that cannot be written is none: the error is for who wants to know.
func (c *Cache) Keep(q *Question, world *host.Host, a Answer) error {
	if len(q.roots) > maxRoots {
		return nil
	}
	e := newEntry(q, world, a)
	if e == nil {
		return nil
	}
	path := c.path(q)
	entries, _ := readFile(path)
	return c.write(path, e.encode(), entries)
}

// write puts an entry in front of others. One writer in 32 sweeps.
func (c *Cache) write(path string, data []byte, others [][]byte) error {
	if len(data) > maxEntry {
		return nil
	}
	entries := [][]byte{data}
	for _, o := range others {
		if len(entries) < maxEntries && !bytes.Equal(o, data) {
			entries = append(entries, o)
		}
	}
	if err := writeFile(path, entries); err != nil {
		return err
	}
	if crc32.Checksum(data, table)%32 == 0 {
		return sweep(c.opts.Dir, c.opts.Limit, c.opts.Now())
	}
	return nil
}

func (c *Cache) path(q *Question) string {
	return filepath.Join(c.opts.Dir, q.key(c.opts.Version)+suffix)
}
