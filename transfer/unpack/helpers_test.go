package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// entry is one entry of an archive made for a test. The kind is tar's type
// flag; 0 is a regular file.
type entry struct {
	name, body string // body is a link's target
	kind       byte
	mode       int64
}

func tarOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Typeflag: e.kind}
		switch e.kind {
		case 0, tar.TypeReg:
			h.Typeflag, h.Size = tar.TypeReg, int64(len(e.body))
		case tar.TypeSymlink, tar.TypeLink:
			h.Linkname = e.body
		case tar.TypeXGlobalHeader:
			h = &tar.Header{Typeflag: e.kind, PAXRecords: map[string]string{"comment": e.body}}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte(e.body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		mode := fs.FileMode(e.mode)
		switch e.kind {
		case tar.TypeSymlink:
			mode |= fs.ModeSymlink
		case tar.TypeFifo:
			mode |= fs.ModeNamedPipe
		case tar.TypeDir:
			mode |= fs.ModeDir
		}
		if mode != 0 {
			h.SetMode(mode)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packed(t testing.TB, data []byte, format Format) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case Tar:
		return data
	case TarGz:
		w := gzip.NewWriter(&b)
		w.Write(data)
		err = w.Close()
	case TarXz:
		w, _ := xz.NewWriter(&b)
		w.Write(data)
		err = w.Close()
	case TarZst:
		w, _ := zstd.NewWriter(&b)
		w.Write(data)
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// list describes a tree, a line for each node: "x bin/go 12", "l a -> b", "d lib".
func list(t testing.TB, dir string) string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			lines = append(lines, "d "+name)
		case info.Mode()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			lines = append(lines, "l "+name+" -> "+target)
		default:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			kind := "f "
			if info.Mode()&0o100 != 0 {
				kind = "x "
			}
			if extra := info.Mode() &^ 0o777; extra != 0 {
				t.Errorf("%s has the mode %v", name, info.Mode())
			}
			lines = append(lines, kind+name+" "+string(data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// unpackAny unpacks an archive of either kind.
func unpackAny(t testing.TB, isZip bool, data []byte, dest string, opt Options) error {
	t.Helper()
	if isZip {
		return SpoolZip(t.Context(), bytes.NewReader(data), t.TempDir(), dest, opt)
	}
	return Tree(t.Context(), bytes.NewReader(data), Tar, dest, opt)
}
