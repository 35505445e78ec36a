package host

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"devenv/resolver/nixlang/eval"
	"devenv/store/nar"
	"devenv/store/nixhash"
)

// node is one node of a tree that a filter let through: how a NAR describes it,
// and where its contents are.
type node struct {
	nar.Header
	disk string
}

// filteredTree lists what a filter lets through, all if there is none, and
// hashes it.
func (h *Host) filteredTree(ctx context.Context, a eval.AddPath) (*object, nixhash.Hash, error) {
	w := walker{host: h, ctx: ctx, filter: a.Filter}
	if err := w.walk(a.Path, "."); err != nil {
		return nil, nixhash.Hash{}, err
	}
	o := &object{
		dump:  func(ctx context.Context, out io.Writer) error { return dumpNodes(stopping{ctx, out}, w.nodes) },
		check: w.check(),
	}
	hash, err := narHash(ctx, o)
	return o, hash, err
}

// walker goes through a tree.
type walker struct {
	host   *Host
	ctx    context.Context // of the one call of walk
	filter func(string, eval.FileType) bool
	nodes  []node
}

// check says of a path below the root whether the filter let it through.
func (w *walker) check() func(name string) error {
	through := map[string]bool{}
	for _, n := range w.nodes {
		through[n.Path] = true
	}
	return func(name string) error {
		if through[name] {
			return nil
		}
		return &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

// walk adds what is at a logical path, whose place in the archive is inside, and
// all below that the filter lets through. The root is not asked about.
func (w *walker) walk(p, inside string) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	disk, err := w.host.place(p)
	if err != nil {
		return err
	}
	info, err := os.Lstat(disk)
	if err != nil {
		return err
	}
	switch typeOf(info.Mode().Type()) {
	case eval.Directory:
		return w.directory(p, inside)
	case eval.Symlink:
		target, err := w.host.ReadLink(p)
		if err != nil {
			return err
		}
		w.nodes = append(w.nodes, node{Header: nar.Header{Path: inside, Type: nar.Symlink, Target: target}})
		return nil
	case eval.RegularFile:
		n := node{nar.Header{Path: inside, Type: nar.Regular, Executable: info.Mode()&0o100 != 0, Size: info.Size()}, disk}
		w.nodes = append(w.nodes, n)
		if w.host.reads != nil {
			w.host.observe(Item{Kind: Tree, Name: p, Value: treeDigest(disk), Stat: w.host.reads.trustTree(disk)}, p)
		}
		return nil
	}
	return fmt.Errorf("file '%s' has an unsupported type", p)
}

func (w *walker) directory(p, inside string) error {
	entries, err := w.host.ReadDir(p)
	if err != nil {
		return err
	}
	w.nodes = append(w.nodes, node{Header: nar.Header{Path: inside, Type: nar.Directory}})
	for _, e := range entries {
		child := path.Join(p, e.Name)
		if w.filter != nil && !w.filter(child, e.Type) {
			continue
		}
		if err := w.walk(child, path.Join(inside, e.Name)); err != nil {
			return err
		}
	}
	return nil
}

// dumpNodes writes the NAR of nodes. A file that has another length by now is
// an error.
func dumpNodes(to io.Writer, nodes []node) error {
	out := nar.NewWriter(to)
	for _, n := range nodes {
		if err := out.WriteHeader(n.Header); err != nil {
			return err
		}
		if n.Type != nar.Regular {
			continue
		}
		if err := copyFile(out, n); err != nil {
			return err
		}
	}
	return out.Close()
}

func copyFile(out io.Writer, n node) error {
	f, err := os.Open(n.disk)
	if err != nil {
		return err
	}
	defer f.Close()
	copied, err := io.Copy(out, io.LimitReader(f, n.Size))
	if err == nil && copied != n.Size {
		err = fmt.Errorf("%s became shorter while it was read", n.disk)
	}
	return err
}
