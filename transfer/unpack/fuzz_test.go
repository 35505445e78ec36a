package unpack

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever the bytes: no panic, nothing beside the destination, no link in the
// tree that leads out of it, and after a failure nothing at all.

func FuzzTar(f *testing.F) {
	for _, test := range hostile {
		f.Add(tarOf(f, test.entries...))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkAny(t, false, data) })
}

func FuzzZip(f *testing.F) {
	for _, test := range hostile {
		if test.zip {
			f.Add(zipOf(f, test.entries...))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkAny(t, true, data) })
}

func checkAny(t *testing.T, isZip bool, data []byte) {
	top := t.TempDir()
	canary := plant(t, top)
	dest := filepath.Join(top, "dest")
	err := unpackAny(t, isZip, data, dest, Options{MaxBytes: 1 << 20, MaxFiles: 1000})
	canary(t)
	if err != nil {
		if _, err := os.Lstat(dest); err == nil {
			t.Error("a failure leaves something")
		}
		return
	}
	root, err := os.OpenRoot(dest)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	filepath.WalkDir(dest, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dest {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			if _, err := root.Stat(path[len(dest)+1:]); err != nil && strings.Contains(err.Error(), "escapes") {
				t.Errorf("%s leads out", path)
			}
		} else if !d.IsDir() && !d.Type().IsRegular() {
			t.Errorf("%s is %v", path, d.Type())
		}
		return nil
	})
}

func FuzzCompressed(f *testing.F) {
	data := tarOf(f, entry{name: "a", body: strings.Repeat("body", 100)})
	for i, format := range []Format{TarGz, TarXz, TarZst} {
		f.Add(i, packed(f, data, format))
	}
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		formats := []Format{TarGz, TarXz, TarZst}
		dest := filepath.Join(t.TempDir(), "dest")
		Tree(t.Context(), bytes.NewReader(data), formats[uint(i)%3], dest, Options{MaxBytes: 1 << 20})
	})
}

func FuzzLinks(f *testing.F) {
	f.Add("a", "b/..", "c", "a/../..")
	f.Add("d/l", "../x", "x", ".")
	f.Fuzz(func(t *testing.T, name1, target1, name2, target2 string) {
		checkAny(t, false, tarOf(skipper{t}, entry{name: "p/q/r/s", body: "x"},
			entry{name: name1, body: target1, kind: symlinkFlag}, entry{name: name2, body: target2, kind: symlinkFlag}))
	})
}

// skipper skips what tarOf cannot make.
type skipper struct{ *testing.T }

func (s skipper) Fatal(args ...any) { s.Skip(args...) }
