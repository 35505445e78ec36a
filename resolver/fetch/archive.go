package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"devenv/resolver/flakeref"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/transfer"
	"devenv/transfer/unpack"
)

// unpacked is an archive that is in the store, and what was noted of it.
type unpacked struct {
	NarHash      nixhash.Hash `json:"narHash"`
	LastModified int64        `json:"lastModified"` // the latest of its entries
	ETag         string       `json:"etag,omitempty"`
	Immutable    string       `json:"immutable,omitempty"` // where the server says that it stays
	At           time.Time    `json:"at"`

	info narinfo.Info
}

// archive downloads an archive and unpacks it while it arrives, unless the note
// of key says that the store has it.
func (f *Fetcher) archive(ctx context.Context, ref flakeref.Ref, kind string, key []string, req transfer.Request) (*unpacked, error) {
	if a, err := f.unpackedBefore(ctx, ref, kind, key); a != nil || err != nil {
		return a, err
	}
	return f.download(ctx, ref, kind, key, req)
}

// unpackedBefore is what the note of key speaks of; nil where there is none, or
// the store has it no more.
func (f *Fetcher) unpackedBefore(ctx context.Context, ref flakeref.Ref, kind string, key []string) (*unpacked, error) {
	var a unpacked
	if !f.notes.recall(&a, kind, key...) || a.NarHash.IsZero() {
		return nil, nil
	}
	info, err := f.held(ctx, ref.Name(), a.NarHash)
	if err != nil || info == nil {
		return nil, err
	}
	a.info = *info
	return &a, nil
}

func (f *Fetcher) download(ctx context.Context, ref flakeref.Ref, kind string, key []string, req transfer.Request) (*unpacked, error) {
	a := &unpacked{At: f.opt.Now()}
	heard := req.Heard
	req.Heard = func(from *url.URL, h http.Header) {
		a.ETag, a.Immutable = h.Get("ETag"), immutable(from, h)
		if heard != nil {
			heard(from, h)
		}
	}
	var err error
	a.info, err = f.opt.Store.AddTree(ctx, ref.Name(), nixhash.Hash{}, func(ctx context.Context, dir string) error {
		return f.opt.Client.Stream(ctx, req, func(body io.Reader) error {
			var err error
			a.LastModified, err = unpackInto(ctx, body, dir)
			return err
		}, f.opt.Progress)
	})
	if err != nil {
		return nil, aboutRef(ref, err)
	}
	a.NarHash = a.info.NarHash
	f.notes.remember(a, kind, key...)
	return a, nil
}

// immutable is the address in a Link header of the relation "immutable"
// (the lockable HTTP tarball protocol of the Nix manual).
func immutable(from *url.URL, h http.Header) string {
	for _, value := range h.Values("Link") {
		for link := range strings.SplitSeq(value, ",") {
			address, params, ok := strings.Cut(strings.TrimSpace(link), ">")
			if !ok || !strings.HasPrefix(address, "<") {
				continue
			}
			for param := range strings.SplitSeq(params, ";") {
				name, rel, _ := strings.Cut(strings.TrimSpace(param), "=")
				if name != "rel" || strings.Trim(rel, `"`) != "immutable" {
					continue
				}
				if u, err := from.Parse(address[1:]); err == nil {
					return u.String()
				}
			}
		}
	}
	return ""
}

// inner is where an archive is unpacked first.
const inner = ".devenv-unpacked"

// unpackInto writes the tree of an archive of any known format into dir, which
// is empty: the only directory at its top, if there is one and nothing else
// beside it. It returns the latest time of its entries.
func unpackInto(ctx context.Context, body io.Reader, dir string) (int64, error) {
	if err := empty(dir); err != nil { // an earlier attempt may have left something
		return 0, err
	}
	var latest int64
	opt := unpack.Options{Into: inner, AnyLink: true, Modified: func(t time.Time) { latest = max(latest, t.Unix()) }}
	in := bufio.NewReaderSize(body, 64<<10)
	head, err := in.Peek(unpack.SniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	format, known := unpack.Sniff(head)
	switch {
	case !known:
		return 0, &ArchiveError{}
	case format == unpack.ZipFmt:
		err = unpack.SpoolZip(ctx, in, dir, dir, opt)
	default:
		err = unpack.Tree(ctx, in, format, dir, opt)
	}
	if err != nil {
		return 0, err
	}
	return latest, lift(dir)
}

func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

// lift moves what was unpacked up into dir.
func lift(dir string) error {
	top := filepath.Join(dir, inner)
	from := top
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if len(entries) == 1 && entries[0].IsDir() {
		from = filepath.Join(from, entries[0].Name())
		if entries, err = os.ReadDir(from); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(from, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return os.RemoveAll(top)
}

// An ArchiveError is a download that is no archive.
type ArchiveError struct{ Ref string }

func (e *ArchiveError) Error() string {
	return e.Ref + ": what is there is no archive: neither tar, plain or packed with gzip, xz, zstd or bzip2, nor zip"
}

// Hint says what to do next.
func (e *ArchiveError) Hint() string {
	return "check the address; a plain file that is no flake is written file+https://… with flake = false, a repository git+https://…"
}

// aboutRef says in an error about an archive which one it is.
func aboutRef(ref flakeref.Ref, err error) error {
	var e *ArchiveError
	if errors.As(err, &e) {
		return &ArchiveError{Ref: shown(ref)}
	}
	return err
}
