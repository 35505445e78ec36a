package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"devenv/resolver/flakeref"
	"devenv/store/storepath"
	"devenv/transfer"
)

// downloaded is the note of a file that is kept in the cache.
type downloaded struct {
	File string    `json:"file"` // its name there
	NAR  sized     `json:"nar"`
	ETag string    `json:"etag,omitempty"`
	At   time.Time `json:"at"`
}

// fetchFile is a single file, as it is.
func (f *Fetcher) fetchFile(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	if err := storepath.CheckName(ref.Name()); err != nil {
		return nil, err
	}
	u, err := url.Parse(ref.Text("url"))
	if err != nil {
		return nil, refuse(ref, "the address cannot be read", "check it")
	}
	if u.Scheme == "file" {
		if err := mustBeFile(ref, u.Path); err != nil {
			return nil, err
		}
		t := &Tree{Real: u.Path, fetcher: f, ref: ref}
		t.hash = func(context.Context) (sized, error) { return hashFile(u.Path) }
		return t, nil
	}
	d, err := f.file(ctx, ref)
	if err != nil {
		return nil, err
	}
	return &Tree{Real: f.fileName(d.File), fetcher: f, ref: ref, hashed: d.NAR}, nil
}

func (f *Fetcher) fileName(name string) string { return filepath.Join(f.opt.CacheDir, "files", name) }

// file downloads a file, unless the one that is kept is still right.
func (f *Fetcher) file(ctx context.Context, ref flakeref.Ref) (*downloaded, error) {
	address := ref.Text("url")
	key := flakeref.Redact(address)
	var before downloaded
	known := f.notes.recall(&before, "file", key)
	if known {
		_, err := os.Stat(f.fileName(before.File))
		known = err == nil
	}
	if known && f.fresh(before.At) {
		return &before, nil
	}
	req := transfer.Request{URL: address, Header: http.Header{}}
	if known && before.ETag != "" {
		req.Header.Set("If-None-Match", before.ETag)
	}
	d, err := f.downloadFile(ctx, req)
	var status *transfer.StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotModified && known {
		d, err = &before, nil
	}
	if err != nil {
		return nil, err
	}
	d.At = f.opt.Now()
	f.notes.remember(d, "file", key)
	return d, nil
}

// downloadFile keeps the file by its hash.
func (f *Fetcher) downloadFile(ctx context.Context, req transfer.Request) (*downloaded, error) {
	d := &downloaded{}
	req.Heard = func(_ *url.URL, h http.Header) { d.ETag = h.Get("ETag") }
	dir := f.fileName("")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(dir, ".new-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // it has been renamed, or is not wanted
	defer temp.Close()
	err = f.opt.Client.Stream(ctx, req, func(body io.Reader) error {
		sum := sha256.New()
		if _, err := temp.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := temp.Truncate(0); err != nil {
			return err
		}
		if _, err := io.Copy(io.MultiWriter(temp, sum), body); err != nil {
			return err
		}
		d.File = hex.EncodeToString(sum.Sum(nil))
		return nil
	}, f.opt.Progress)
	if err != nil {
		return nil, err
	}
	if err := temp.Chmod(0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(temp.Name(), f.fileName(d.File)); err != nil {
		return nil, err
	}
	d.NAR, err = hashFile(f.fileName(d.File))
	return d, err
}

// hashFile is the hash of the NAR of a regular file that nobody can execute.
func hashFile(file string) (sized, error) { return hashPath(file) }
