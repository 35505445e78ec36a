package astcache

import (
	"os"
	"path/filepath"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// Options say where a cache is.
type Options struct {
	Dir string
	// Version names what encoded trees depend on: another version's are deleted.
	// It may have up to 24 bytes.
	Version string
	// Limit is how many bytes the packs may have; 0: 256 MiB.
	Limit int64
}

// Cache is a cache of one process, for one goroutine.
type Cache struct {
	opts   Options
	opened bool
	packs  []*pack // the newest first
	sums   map[[32]byte]place
	out    *writer
}

// place is where a tree lies.
type place struct {
	pack *pack
	rec  record
}

// New returns a cache; nothing is read or written before it is used.
func New(opts Options) *Cache {
	if opts.Limit == 0 {
		opts.Limit = 256 << 20
	}
	return &Cache{opts: opts}
}

const packSuffix = ".trees"

func (c *Cache) magic() string { return "devtree\n" + c.opts.Version }

// open maps the packs. What is no pack of this version is deleted.
func (c *Cache) open() {
	if c.opened {
		return
	}
	c.opened = true
	entries, err := os.ReadDir(c.opts.Dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), packSuffix) {
			continue
		}
		path := filepath.Join(c.opts.Dir, e.Name())
		p, err := openPack(path, c.magic())
		switch {
		case err == nil:
			c.packs = append(c.packs, p)
		case err == errPack:
			_ = os.Remove(path)
		}
	}
}

// Lookup returns the tree of a file that has been seen with that identity, and
// the SHA-256 of its text; nil if there is none.
func (c *Cache) Lookup(id Identity) (*syntax.Tree, [32]byte) {
	c.open()
	for _, p := range c.packs {
		if r, ok := p.find(id); ok {
			if t := p.decode(&r); t != nil {
				return t, r.sum
			}
		}
	}
	return nil, [32]byte{}
}

// LookupText returns the tree of a text by its SHA-256, or nil.
func (c *Cache) LookupText(sum [32]byte) *syntax.Tree {
	c.open()
	if c.sums == nil {
		c.sums = map[[32]byte]place{}
		for _, p := range c.packs {
			for i := range p.count() {
				r := p.record(i)
				c.sums[r.sum] = place{p, r}
			}
		}
	}
	if at, ok := c.sums[sum]; ok {
		return at.pack.decode(&at.rec)
	}
	return nil
}

func (p *pack) decode(r *record) *syntax.Tree {
	b := p.tree(r)
	if b == nil {
		return nil
	}
	t, err := syntax.Decode(b)
	if err != nil {
		p.bad = true
		return nil
	}
	return t
}

// Add remembers the tree of a file, from Close on.
func (c *Cache) Add(id Identity, sum [32]byte, t *syntax.Tree) {
	if c.out == nil {
		c.out = newWriter(c.opts.Dir, c.magic())
	}
	c.out.buf = t.AppendEncoded(c.out.buf[:0])
	c.out.add(id, sum, c.out.buf)
}
