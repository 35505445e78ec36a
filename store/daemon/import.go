package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"devenv/store/daemon/wire"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// frameSize is the length of the frames that are sent, in bytes.
const frameSize = 256 << 10

// Import adds the tree of which nar is the archive. The daemon checks its hash,
// its size and its references, and, unless it trusts the user, its signatures.
// A path that is valid already stays as it is. The path is a temporary root until
// c is closed.
func (c *Client) Import(ctx context.Context, info Info, nar io.Reader) error {
	_, err := c.send(ctx, upload{
		op:    opAddToStoreNar,
		doing: "adding " + info.Path.Base(),
		args: func(e *encoder) {
			e.path(info.Path)
			e.info(info)
			e.Bool(false) // repair
			e.Bool(c.unsigned)
		},
		body:  func(w io.Writer) error { return copyFrames(w, nar) },
		reply: func(*decoder) Info { return info },
	})
	return err
}

// ImportAll adds many trees in one request: infos in an order in which
// references come first, and nar, which is called for those that are not valid
// yet, as the Nar of the store that has them. All are temporary roots until c is
// closed. What was added before an error stays.
func (c *Client) ImportAll(ctx context.Context, infos []Info, nar func(ctx context.Context, p storepath.Path, sink func(io.Reader) error) error) error {
	missing, err := c.missing(ctx, infos)
	if err != nil || len(missing) == 0 {
		return err
	}
	_, err = c.send(ctx, upload{
		op:    opAddMultipleToStore,
		doing: fmt.Sprintf("adding %d paths", len(missing)),
		args: func(e *encoder) {
			e.Bool(false) // repair
			e.Bool(c.unsigned)
		},
		body:  func(w io.Writer) error { return c.writeAll(ctx, w, missing, nar) },
		reply: func(*decoder) Info { return Info{} },
	})
	if _, ok := errors.AsType[*Error](err); !ok {
		return err
	}
	// Nix loses its place when somebody else adds one of the paths meanwhile.
	// One by one it does not, and an error belongs to a path.
	missing, err = c.missing(ctx, missing)
	for _, info := range missing {
		err = nar(ctx, info.Path, func(r io.Reader) error { return c.Import(ctx, info, r) })
		if err != nil {
			return err
		}
	}
	return err
}

// missing returns those of infos whose paths are not valid, each once, after it
// has made them all temporary roots, so that what is valid stays so.
func (c *Client) missing(ctx context.Context, infos []Info) (missing []Info, err error) {
	byPath := make(map[storepath.Path]Info, len(infos))
	var paths []storepath.Path
	for _, info := range infos {
		if _, twice := byPath[info.Path]; !twice {
			byPath[info.Path] = info
			paths = append(paths, info.Path)
		}
	}
	if err := c.holdAll(ctx, paths); err != nil {
		return nil, err
	}
	if paths, err = c.Missing(ctx, paths); err != nil {
		return nil, err
	}
	for _, p := range paths {
		missing = append(missing, byPath[p])
	}
	return missing, nil
}

// writeAll writes trees with what is known of them, as they follow each other in
// an AddMultipleToStore.
func (c *Client) writeAll(ctx context.Context, frames io.Writer, infos []Info, nar func(context.Context, storepath.Path, func(io.Reader) error) error) error {
	w := bufio.NewWriterSize(frames, frameSize)
	e := &encoder{wire.NewWriter(w), c.Dir(), protocol{}}
	e.U64(uint64(len(infos)))
	for _, info := range infos {
		e.path(info.Path)
		e.info(info)
		if err := e.Flush(); err != nil {
			return err
		}
		sent := nixhash.NewHasher(nixhash.SHA256)
		err := nar(ctx, info.Path, func(r io.Reader) error {
			_, err := io.CopyBuffer(w, io.TeeReader(r, sent), make([]byte, frameSize))
			return err
		})
		if err != nil {
			return err
		}
		if sent.Sum() != info.NarHash {
			return fmt.Errorf("the NAR of %s has the hash %s, not %s", info.Path.Base(), sent.Sum().SRI(), info.NarHash.SRI())
		}
	}
	return w.Flush()
}

// copyFrames copies r in large writes.
func copyFrames(w io.Writer, r io.Reader) error {
	buf := make([]byte, frameSize)
	for {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return err
		}
	}
}
