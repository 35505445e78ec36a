package daemon

import (
	"context"
	"fmt"
	"io"
	"os"

	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// AddText adds a file with this text, which refers to refs: a derivation, or
// what builtins.toFile writes.
func (c *Client) AddText(ctx context.Context, name string, text []byte, refs []storepath.Path) (Info, error) {
	return c.add(ctx, name, storepath.Text, nixhash.SHA256, refs, true, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// AddFile adds the file, link or directory at path, addressed by its content.
func (c *Client) AddFile(ctx context.Context, name string, m storepath.Method, algo nixhash.Algo, path string) (Info, error) {
	if m == storepath.NAR {
		return c.add(ctx, name, m, algo, nil, true, func(w io.Writer) error { return nar.Dump(w, path) })
	}
	f, err := os.Open(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Info{}, err
	}
	if !st.Mode().IsRegular() {
		return Info{}, fmt.Errorf("%s is no regular file, and the method %s takes nothing else", path, m)
	}
	return c.add(ctx, name, m, algo, nil, true, func(w io.Writer) error { return copyFrames(w, f) })
}

// Add adds a store object that is addressed by its content: the bytes of a file
// for the methods Flat and Text, else a NAR. The daemon computes its path.
func (c *Client) Add(ctx context.Context, name string, m storepath.Method, algo nixhash.Algo, refs []storepath.Path, content io.Reader) (Info, error) {
	return c.add(ctx, name, m, algo, refs, false, func(w io.Writer) error { return copyFrames(w, content) })
}

func (c *Client) add(ctx context.Context, name string, m storepath.Method, algo nixhash.Algo, refs []storepath.Path, own bool, body func(io.Writer) error) (Info, error) {
	if err := storepath.CheckName(name); err != nil {
		return Info{}, err
	}
	if m == storepath.Git || algo == nixhash.BLAKE3 || algo.Size() == 0 {
		// A daemon that does not know them does not skip the content either, but
		// takes it for requests.
		return Info{}, &UnsupportedError{fmt.Sprintf("compute the path of %s by %s and %s", name, m, algo), c.server,
			"a client that computes it and imports the NAR"}
	}
	return c.send(ctx, upload{
		op:    opAddToStore,
		doing: "adding " + name,
		args: func(e *encoder) {
			e.Text(name)
			e.Text(methodAlgo(m, algo))
			e.paths(refs)
			e.Bool(false) // repair
		},
		body:  body,
		own:   own,
		reply: func(d *decoder) Info { return d.info(d.path()) },
	})
}
