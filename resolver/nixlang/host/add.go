package host

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"devenv/resolver/nixlang/eval"
	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// object is a store object that an evaluation made: what it refers to, and how
// to write its NAR.
type object struct {
	refs   []storepath.Path
	ca     storepath.ContentAddress
	source bool // its path is that of its NAR's hash, which is not known yet
	dump   func(ctx context.Context, w io.Writer) error
	text   func() string           // of a text, instead of ca and dump
	check  func(name string) error // of a filtered tree: whether a path belongs to it
}

// AddText returns the path that a text has in the store, and keeps it.
func (h *Host) AddText(name, text string, refs []string) (string, error) {
	var paths []storepath.Path
	for _, r := range refs {
		p, err := h.opts.StoreDir.Parse(r)
		if err != nil {
			return "", err
		}
		paths = append(paths, p)
	}
	p, err := h.opts.StoreDir.Text(name, sum(nixhash.SHA256, []byte(text)), paths)
	if err != nil {
		return "", err
	}
	full := h.opts.StoreDir.Join(p)
	h.texts[full] = text
	h.objects[p] = &object{refs: paths, text: func() string { return text }}
	return full, nil
}

func sum(algo nixhash.Algo, data []byte) nixhash.Hash {
	hasher := nixhash.NewHasher(algo)
	_, _ = hasher.Write(data) // never fails
	return hasher.Sum()
}

// dumpText writes the NAR of a text.
func dumpText(w io.Writer, text string) error {
	out := nar.NewWriter(w)
	if err := out.WriteHeader(nar.Header{Path: ".", Type: nar.Regular, Size: int64(len(text))}); err != nil {
		return err
	}
	if _, err := io.WriteString(out, text); err != nil {
		return err
	}
	return out.Close()
}

// AddPath returns the path that a file or a directory has in the store, where
// it can be read from now on.
func (h *Host) AddPath(ctx context.Context, a eval.AddPath) (string, error) {
	h.named(a)
	p, err := h.resolve(a.Path, a.Follow)
	if err != nil {
		return "", err
	}
	a.Path = p
	o, hash, err := h.tree(ctx, a)
	if err != nil {
		return "", err
	}
	if !a.Want.IsZero() && a.Want != hash {
		return "", fmt.Errorf("store path mismatch in (possibly filtered) path added from '%s': its hash is %s, not %s", a.Path, hash.SRI(), a.Want.SRI())
	}
	o.refs = a.Refs
	o.ca = storepath.ContentAddress{Method: storepath.NAR, Hash: hash}
	if a.Flat {
		o.ca.Method = storepath.Flat
	}
	to, err := h.opts.StoreDir.ContentAddressed(a.Name, o.ca, a.Refs, false)
	if err != nil {
		return "", err
	}
	if h.objects[to] == nil {
		h.objects[to] = o
		if _, err := os.Lstat(h.mounts.disk(h.opts.StoreDir.Join(to))); err != nil {
			m := h.mountAgain(h.opts.StoreDir.Join(to), p)
			if a.Filter != nil {
				m.Check = o.check
			}
			h.Mount(m)
		}
	}
	h.Allow(h.opts.StoreDir.Join(to))
	return h.opts.StoreDir.Join(to), nil
}

// tree hashes what is to be added.
func (h *Host) tree(ctx context.Context, a eval.AddPath) (*object, nixhash.Hash, error) {
	if text, ok := h.text(a.Path); ok {
		return textTree(a, text)
	}
	disk, err := h.place(a.Path)
	if err != nil {
		return nil, nixhash.Hash{}, err
	}
	if a.Flat {
		data, err := h.ReadFile(a.Path)
		if err != nil {
			return nil, nixhash.Hash{}, err
		}
		return plainObject(disk), sum(nixhash.SHA256, data), nil
	}
	if a.Filter != nil || h.partial(a.Path) {
		return h.filteredTree(ctx, a)
	}
	stat := h.reads.trustTree(disk)
	o := plainObject(disk)
	hash, err := narHash(ctx, o)
	if err != nil {
		return nil, hash, err
	}
	h.observe(Item{Kind: Tree, Name: a.Path, Value: hash.Base16(), Stat: stat}, a.Path)
	return o, hash, nil
}

func textTree(a eval.AddPath, text string) (*object, nixhash.Hash, error) {
	if a.Flat {
		return &object{dump: func(_ context.Context, w io.Writer) error { return dumpText(w, text) }}, sum(nixhash.SHA256, []byte(text)), nil
	}
	o := &object{dump: func(_ context.Context, w io.Writer) error { return dumpText(w, text) }}
	var b bytes.Buffer
	err := dumpText(&b, text)
	return o, sum(nixhash.SHA256, b.Bytes()), err
}

// plainObject is a tree as it is on the disk.
func plainObject(disk string) *object {
	return &object{dump: func(ctx context.Context, w io.Writer) error { return nar.Dump(stopping{ctx, w}, disk) }}
}

// narHash is the SHA-256 of an object's NAR.
func narHash(ctx context.Context, o *object) (nixhash.Hash, error) {
	hasher := nixhash.NewHasher(nixhash.SHA256)
	err := o.dump(ctx, hasher)
	return hasher.Sum(), err
}

// stopping is a writer that fails once its context is over.
type stopping struct {
	ctx context.Context
	w   io.Writer
}

func (s stopping) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}

// treeStat is the digest of the Stats of all that a tree consists of; "" if they
// cannot be had.
func treeStat(disk string) string {
	stat, _ := walkStat(disk)
	return stat
}

// trustTree is treeStat, or "" if anything in the tree is too new to be trusted.
func (r *Reads) trustTree(disk string) string {
	if r == nil || r.now == nil {
		return ""
	}
	stat, newest := walkStat(disk)
	if newest > r.now().Add(-slack).UnixNano() {
		return ""
	}
	return stat
}

func walkStat(disk string) (stat string, newest int64) {
	var b []byte
	err := filepath.WalkDir(disk, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		s := statOf(info)
		newest = max(newest, s.Mtime, s.Ctime)
		b = s.append(append(append(b, path[len(disk):]...), 0))
		b = append(strconv.AppendUint(append(b, ' '), uint64(info.Mode()), 8), '\n')
		return nil
	})
	if err != nil {
		return "", 0
	}
	return digest(b), newest
}
