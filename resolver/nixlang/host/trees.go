package host

import (
	"encoding/hex"
	"os"

	"devenv/resolver/nixlang/astcache"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/syntax"
)

// Trees returns what remembers the trees of files in a cache. That a file was
// looked at is recorded whether it was read or not.
func (h *Host) Trees(c *astcache.Cache) eval.Trees { return trees{h, c} }

type trees struct {
	h     *Host
	cache *astcache.Cache
}

// Tree looks a file up by its identity, then reads it and looks its text up.
func (t trees) Tree(path string, parse func([]byte) *syntax.Tree) (*syntax.Tree, error) {
	id, steady, real := t.identity(path)
	if steady {
		if tree, sum := t.cache.Lookup(id); tree != nil {
			stat := Stat{Size: id.Size, Mtime: id.Mtime, Ctime: id.Change, Inode: id.Inode, Device: id.Device}
			if t.h.reads != nil {
				t.h.observe(Item{Kind: Content, Name: path, Value: hex.EncodeToString(sum[:]), Stat: t.h.reads.trust(stat)}, real)
			}
			return tree, nil
		}
	}
	text, sum, err := t.h.readFile(path, steady || t.h.reads != nil)
	if err != nil {
		return nil, err
	}
	if !steady {
		return parse(text), nil
	}
	tree := t.cache.LookupText(sum)
	if tree == nil {
		tree = parse(text)
	}
	t.cache.Add(id, sum, tree)
	return tree, nil
}

// identity returns the identity of a file of the disk, whether it can be relied
// on, and where the file lies, links followed.
func (t trees) identity(path string) (id astcache.Identity, steady bool, real string) {
	real, err := t.h.resolve(path, true)
	if err != nil || t.h.opts.Now == nil {
		return id, false, real
	}
	if t.h.virtual(real) {
		return id, false, real
	}
	info, err := os.Stat(t.h.mounts.disk(real))
	if err != nil {
		return id, false, real
	}
	id, steady = astcache.IdentityOf(info, t.h.opts.Now())
	return id, steady, real
}
