package store

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"devenv/store/nar"
	"devenv/store/storepath"
)

// An export is a stream of objects, each after what it refers to:
//
//	1  NAR  magic  path  references  deriver or ""  0
//
// and a 0 at the end. Numbers have eight bytes, the lowest first; strings their
// length before them and zeros up to a multiple of eight behind; references
// their number before them. It is what "nix-store --export" writes.
const exportMagic = 0x4558494e

// maxExported limits what an export may say of one object, which Nix does not.
const (
	maxExportedPath = 4096
	maxExportedRefs = 1 << 20
)

// Export writes an export of paths, in that order. What one of them refers to
// must come before it, or be where the export is read.
func (s *Store) Export(ctx context.Context, w io.Writer, paths ...storepath.Path) error {
	out := &exporter{dir: s.Dir(), w: bufio.NewWriterSize(w, exportBuffer)}
	for _, p := range paths {
		info, err := s.Lookup(ctx, p)
		if err != nil {
			return err
		}
		out.number(1)
		err = s.Nar(ctx, p, func(archive io.Reader) error {
			_, err := io.Copy(out.w, archive)
			return err
		})
		if err != nil {
			return err
		}
		out.trailer(info)
	}
	out.number(0)
	return out.w.Flush()
}

// exportBuffer is the size of the buffer that an export passes through.
const exportBuffer = 256 << 10

// exporter writes the parts of an export. Errors come with the last flush.
type exporter struct {
	dir storepath.Dir
	w   *bufio.Writer
}

func (e *exporter) number(n uint64) {
	e.w.Write(binary.LittleEndian.AppendUint64(nil, n)) //nolint:errcheck // see exporter
}

func (e *exporter) str(s string) {
	e.number(uint64(len(s)))
	e.w.WriteString(s)                                          //nolint:errcheck // see exporter
	e.w.WriteString("\x00\x00\x00\x00\x00\x00\x00"[:-len(s)&7]) //nolint:errcheck // see exporter
}

func (e *exporter) trailer(info Info) {
	e.number(exportMagic)
	e.str(e.dir.Join(info.Path))
	e.number(uint64(len(info.References)))
	for _, r := range info.References {
		e.str(e.dir.Join(r))
	}
	if info.Deriver.IsZero() {
		e.str("")
	} else {
		e.str(e.dir.Join(info.Deriver))
	}
	e.number(0) // no signature of Nix before 2.0
}

// ImportExport adds the objects of an export and returns their paths. Each is
// valid once it was read whole; an error does not undo those before it. An
// export is not signed: who may import one may write anything into the store.
func (s *Store) ImportExport(ctx context.Context, r io.Reader) ([]storepath.Path, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, s.explain(err)
	}
	in := &exported{dir: s.Dir(), r: bufio.NewReaderSize(&source{ctx: ctx, r: r}, exportBuffer)}
	var paths []storepath.Path
	for {
		switch in.number() {
		case 0:
			return paths, in.err
		case 1:
		default:
			return paths, errNoExport
		}
		p, err := s.importNext(ctx, in)
		if err != nil {
			return paths, s.explain(err)
		}
		paths = append(paths, p)
	}
}

var errNoExport = errors.New("this is no export of store paths, as `devenv store export` and `nix-store --export` write it")

// importNext adds one object of an export. Its path comes after its NAR.
func (s *Store) importNext(ctx context.Context, in *exported) (storepath.Path, error) {
	t, err := s.unpackNext(ctx, nar.NewReader(in.r))
	if err != nil {
		return storepath.Path{}, err
	}
	defer t.remove()
	info := Info{NarHash: t.hash, NarSize: t.size}
	if err := in.trailer(&info); err != nil {
		return storepath.Path{}, err
	}
	if err := s.holdReferences(ctx, info); err != nil {
		return storepath.Path{}, err
	}
	_, err = s.claim(ctx, info.Path, func() (Info, error) { return s.install(ctx, t, info) })
	return info.Path, err
}

// exported reads the parts of an export. After an error it reads no more.
type exported struct {
	dir storepath.Dir
	r   *bufio.Reader
	err error
}

func (e *exported) trailer(info *Info) error {
	if e.number() != exportMagic && e.err == nil {
		return errNoExport
	}
	info.Path = e.path()
	n := e.number()
	if n > maxExportedRefs {
		return fmt.Errorf("the export of %s claims %d references", info.Path.Base(), n)
	}
	for range n {
		if e.err != nil {
			break
		}
		info.References = append(info.References, e.path())
	}
	if deriver := e.str(); deriver != "" && e.err == nil {
		info.Deriver, e.err = e.dir.Parse(deriver)
	}
	if e.number() == 1 {
		e.str() // a signature of Nix before 2.0, which means nothing any more
	}
	return e.err
}

func (e *exported) number() uint64 {
	var b [8]byte
	e.read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func (e *exported) str() string {
	n := e.number()
	if n > maxExportedPath && e.err == nil {
		e.err = fmt.Errorf("the export has a path of %d bytes, and %d are the most", n, maxExportedPath)
	}
	if e.err != nil {
		return ""
	}
	b := make([]byte, n+(-n&7))
	e.read(b)
	return string(b[:n])
}

func (e *exported) path() (p storepath.Path) {
	text := e.str()
	if e.err == nil {
		p, e.err = e.dir.Parse(text)
	}
	return p
}

func (e *exported) read(b []byte) {
	if e.err != nil {
		return
	}
	if _, err := io.ReadFull(e.r, b); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the export is cut off")
		}
		e.err = err
	}
}
