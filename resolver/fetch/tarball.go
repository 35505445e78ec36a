package fetch

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"devenv/resolver/flakeref"
	"devenv/store/nixhash"
	"devenv/transfer"
)

// fetchTarball is an archive at a URL, unpacked into the store. Where the
// server names an address at which it will always be, that is what is locked.
func (f *Fetcher) fetchTarball(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	a, err := f.tarball(ctx, ref)
	if err != nil {
		return nil, err
	}
	if a.Immutable != "" {
		if ref, err = f.immutableRef(ref, a.Immutable); err != nil {
			return nil, err
		}
	}
	if _, given := ref.Number("lastModified"); !given && a.LastModified != 0 {
		ref = ref.With("lastModified", a.LastModified)
	}
	return f.stored(ref, a.info), nil
}

// immutableRef is the reference that a server gives in place of ours.
func (f *Fetcher) immutableRef(ref flakeref.Ref, address string) (flakeref.Ref, error) {
	stays, err := flakeref.Parse(address, flakeref.Options{})
	if err != nil || stays.Type() != "tarball" {
		return ref, refuse(ref, "the server says that the archive stays at "+flakeref.Redact(address)+", which is no archive's address", "tell the people who run it")
	}
	if stays.Dir == "" {
		stays.Dir = ref.Dir
	}
	return stays, nil
}

func (f *Fetcher) tarball(ctx context.Context, ref flakeref.Ref) (*unpacked, error) {
	address := ref.Text("url")
	u, err := url.Parse(address)
	if err != nil {
		return nil, refuse(ref, "the address cannot be read", "check it")
	}
	if u.Scheme == "file" {
		return f.localTarball(ctx, ref, u.Path)
	}
	key := []string{flakeref.Redact(address)}
	before, err := f.unpackedBefore(ctx, ref, "tarball", key)
	if err != nil {
		return nil, err
	}
	if before != nil && f.fresh(before.At) {
		return before, nil
	}
	req := transfer.Request{URL: address, Header: http.Header{}}
	if before != nil && before.ETag != "" {
		req.Header.Set("If-None-Match", before.ETag)
	}
	a, err := f.download(ctx, ref, "tarball", key, req)
	var status *transfer.StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotModified && before != nil {
		before.At = f.opt.Now()
		f.notes.remember(before, "tarball", key...)
		return before, nil
	}
	return a, err
}

// localTarball is an archive on this machine. It is unpacked again only if it
// has changed.
func (f *Fetcher) localTarball(ctx context.Context, ref flakeref.Ref, file string) (*unpacked, error) {
	if err := mustBeFile(ref, file); err != nil {
		return nil, err
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	state, changed := appendState(nil, info)
	settled := !changed.After(f.opt.Now().Add(-settle))
	key := []string{file, string(state)}
	if settled {
		if a, err := f.unpackedBefore(ctx, ref, "file-tarball", key); a != nil || err != nil {
			return a, err
		}
	}
	a := &unpacked{}
	a.info, err = f.opt.Store.AddTree(ctx, ref.Name(), nixhash.Hash{}, func(ctx context.Context, dir string) error {
		var err error
		a.LastModified, err = unpackInto(ctx, in, dir)
		return err
	})
	if err != nil {
		return nil, aboutRef(ref, err)
	}
	a.NarHash = a.info.NarHash
	if settled {
		f.notes.remember(a, "file-tarball", key...)
	}
	return a, nil
}

// mustBeFile refuses what is often given in place of an archive.
func mustBeFile(ref flakeref.Ref, file string) error {
	if !filepath.IsAbs(file) {
		return refuse(ref, "the path is not absolute", "write file:///the/whole/path")
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse(ref, "there is no such file", "check the path")
	case err != nil:
		return err
	case !info.IsDir():
		return nil
	}
	if _, err := os.Lstat(filepath.Join(file, ".git")); err == nil {
		return refuse(ref, "it is a Git repository, and no archive", "write git+file://"+file)
	}
	return refuse(ref, "it is a directory, and no archive", "write path:"+file)
}
