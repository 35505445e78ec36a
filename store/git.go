package store

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"devenv/store/nar"
	"devenv/store/nixhash"
)

// hashGit returns the hash of the git object that the file or tree at path would
// be: of a blob or a tree. A link is the blob of its target. Unlike git it has
// trees without entries. See "Git Objects" in the Git book.
func hashGit(ctx context.Context, path string, a nixhash.Algo) (nixhash.Hash, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(nar.Dump(&stoppable{ctx, w}, path)) }()
	defer r.Close()
	g := &gitHasher{algo: a}
	archive := nar.NewReader(r)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			g.closeTo(0)
			return g.root.hash, nil
		}
		if err == nil {
			err = g.add(h, archive)
		}
		if err != nil {
			return nixhash.Hash{}, err
		}
	}
}

// gitHasher makes git trees of nodes that come as archives have them.
type gitHasher struct {
	algo nixhash.Algo
	dirs []gitDir // around the node at hand
	root gitEntry
}

type gitDir struct {
	path    string
	entries []gitEntry
}

type gitEntry struct {
	mode, name string
	hash       nixhash.Hash
}

func (g *gitHasher) add(h nar.Header, contents io.Reader) error {
	g.closeTo(depth(h.Path))
	e := gitEntry{name: path.Base(h.Path)}
	switch h.Type {
	case nar.Directory:
		g.dirs = append(g.dirs, gitDir{path: h.Path})
		return nil
	case nar.Symlink:
		e.mode, e.hash = "120000", g.object("blob", int64(len(h.Target)), strings.NewReader(h.Target))
	default:
		if e.mode = "100644"; h.Executable {
			e.mode = "100755"
		}
		sum := g.begin("blob", h.Size)
		if _, err := io.Copy(sum, contents); err != nil {
			return err
		}
		e.hash = sum.Sum()
	}
	g.put(e)
	return nil
}

// depth returns how many directories are around the node at a path.
func depth(path string) int {
	if path == "." {
		return 0
	}
	return strings.Count(path, "/") + 1
}

// closeTo makes trees of all but the outermost n directories.
func (g *gitHasher) closeTo(n int) {
	for len(g.dirs) > n {
		dir := g.dirs[len(g.dirs)-1]
		g.dirs = g.dirs[:len(g.dirs)-1]
		// Git sorts a directory as if its name ended in a slash.
		slices.SortFunc(dir.entries, func(a, b gitEntry) int { return strings.Compare(a.sortKey(), b.sortKey()) })
		var text strings.Builder
		for _, e := range dir.entries {
			fmt.Fprintf(&text, "%s %s\x00%s", e.mode, e.name, e.hash.Sum())
		}
		hash := g.object("tree", int64(text.Len()), strings.NewReader(text.String()))
		g.put(gitEntry{"40000", path.Base(dir.path), hash})
	}
}

func (e gitEntry) sortKey() string {
	if e.mode == "40000" {
		return e.name + "/"
	}
	return e.name
}

// put adds e to the innermost directory.
func (g *gitHasher) put(e gitEntry) {
	if len(g.dirs) == 0 {
		g.root = e
		return
	}
	dir := &g.dirs[len(g.dirs)-1]
	dir.entries = append(dir.entries, e)
}

func (g *gitHasher) begin(kind string, size int64) *nixhash.Hasher {
	sum := nixhash.NewHasher(g.algo)
	fmt.Fprintf(sum, "%s %d\x00", kind, size)
	return sum
}

func (g *gitHasher) object(kind string, size int64, content io.Reader) nixhash.Hash {
	sum := g.begin(kind, size)
	io.Copy(sum, content) //nolint:errcheck // neither side fails
	return sum.Sum()
}
