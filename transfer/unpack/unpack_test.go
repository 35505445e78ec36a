package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const (
	symlinkFlag = tar.TypeSymlink
	hardFlag    = tar.TypeLink
	dirFlag     = tar.TypeDir
)

func TestOrdinaryTrees(t *testing.T) {
	long := strings.Repeat("long-", 40) + "end"
	entries := []entry{
		{kind: tar.TypeXGlobalHeader, body: "a commit"},
		{name: "./top/", kind: dirFlag, mode: 0o777},
		{name: "top/bin/", kind: dirFlag, mode: 0},
		{name: "top/bin/tool", body: "run", mode: 0o755},
		{name: "top/bin/suid", body: "s", mode: 0o6755},
		{name: "top/bin/others", body: "not the owner's", mode: 0o011},
		{name: "top/bin/t", body: "tool", kind: symlinkFlag},
		{name: "top/share/" + long + "/" + long + "/file", body: "deep"},
		{name: "top/share/unicode-ü-\xff", body: ""},
		{name: "top/lib//a.so.1", body: "so", mode: 0o644},
		{name: "top/lib/a.so", body: "top/lib/a.so.1", kind: hardFlag},
		{name: "top/self", body: ".", kind: symlinkFlag},
		{name: "top/dangling", body: "share/nothing/..", kind: symlinkFlag},
		{name: "top/round", body: "lib/../round", kind: symlinkFlag},
		{name: "top/bin/", kind: dirFlag},
		{name: "stray", body: "has no second element"},
	}
	want := strings.Join([]string{
		"d bin", "f bin/others not the owner's", "x bin/suid s", "l bin/t -> tool", "x bin/tool run",
		"l dangling -> share/nothing/..", "d lib", "f lib/a.so so", "f lib/a.so.1 so", "l round -> lib/../round", "l self -> .",
		"d share", "d share/" + long, "d share/" + long + "/" + long, "f share/" + long + "/" + long + "/file deep",
		"f share/unicode-ü-\xff ",
	}, "\n")
	for _, format := range []Format{Tar, TarGz, TarXz, TarZst} {
		dest := filepath.Join(t.TempDir(), "new")
		data := packed(t, tarOf(t, entries...), format)
		if err := Tree(t.Context(), bytes.NewReader(data), format, dest, Options{Strip: 1}); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if got := list(t, dest); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", format, got, want)
		}
	}
}

func TestNameOptions(t *testing.T) {
	entries := []entry{
		{name: "golang.org/toolchain@v1/bin/go", body: "go"},
		{name: "golang.org/toolchain@v1/pkg/tool/vet", body: "vet"},
		{name: "golang.org/toolchain@v1/README", body: "readme"},
		{name: "golang.org/toolchain@v1/test/x", body: "left out"},
	}
	opt := Options{
		Strip: 2, Into: "lib/go",
		Rename: func(name string) (string, bool) {
			if name == "README" {
				name = "doc/README.txt"
			}
			return name, !strings.HasPrefix(name, "test/")
		},
		Exec: func(name string) bool { return strings.HasPrefix(name, "bin/") || strings.HasPrefix(name, "pkg/tool/") },
	}
	want := "d lib\nd lib/go\nd lib/go/bin\nx lib/go/bin/go go\nd lib/go/doc\nf lib/go/doc/README.txt readme\nd lib/go/pkg\nd lib/go/pkg/tool\nx lib/go/pkg/tool/vet vet"
	for _, isZip := range []bool{false, true} {
		data := tarOf(t, entries...)
		if isZip {
			data = zipOf(t, entries...)
		}
		dest := t.TempDir()
		if err := unpackAny(t, isZip, data, dest, opt); err != nil {
			t.Fatal(err)
		}
		if got := list(t, dest); got != want {
			t.Errorf("zip %v: got\n%s\nwant\n%s", isZip, got, want)
		}
		if err := unpackAny(t, isZip, data, dest, Options{Into: "lib"}); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("into a directory that is not empty: %v", err)
		}
		if got := list(t, dest); got != want {
			t.Errorf("what was there before is gone")
		}
	}
}

// hostile archives: each must be refused with the name of the entry, and leave
// nothing, neither in its directory nor beside it.
var hostile = []struct {
	entries []entry
	fact    string
	opt     Options
	zip     bool // the case exists in zip too
}{
	{[]entry{{name: "ok", body: "x"}, {name: "/abs", body: "x"}}, `"/abs": has an absolute name`, Options{}, true},
	{[]entry{{name: "../up", body: "x"}}, `"../up": has .. in its name`, Options{}, true},
	{[]entry{{name: "a/../../up", body: "x"}}, `has .. in its name`, Options{}, true},
	{[]entry{{name: "a/..", body: "x"}}, `has .. in its name`, Options{Strip: 1}, true},
	{[]entry{{name: "a/" + strings.Repeat("n", 256), body: "x"}}, `more than 255 bytes`, Options{}, true},
	{[]entry{{name: strings.Repeat("n/", 2100) + "x", body: "x"}}, `more than 4096 bytes`, Options{}, true},
	{[]entry{{name: "l", body: "/etc/passwd", kind: symlinkFlag}}, `"l": is a link to the absolute path /etc/passwd`, Options{}, true},
	{[]entry{{name: "l", body: "", kind: symlinkFlag}}, `is a link to nothing`, Options{}, true},
	{[]entry{{name: "l", body: "..", kind: symlinkFlag}}, `leads out of the tree`, Options{}, true},
	{[]entry{{name: "d/l", body: "../../canary", kind: symlinkFlag}}, `leads out of the tree`, Options{}, true},
	{[]entry{{name: "top/d/l", body: "../../x", kind: symlinkFlag}}, `leads out of the tree`, Options{Strip: 1}, true},
	{[]entry{{name: "a/b/c/l", body: "../../..", kind: symlinkFlag}, {name: "m", body: "a/b/c/l/../canary", kind: symlinkFlag}}, `"m": is a link that leads out`, Options{}, true},
	{[]entry{{name: "m", body: "l/..", kind: symlinkFlag}, {name: "l", body: ".", kind: symlinkFlag}}, `"m": is a link that leads out`, Options{}, true},
	{[]entry{{name: "l", body: "d", kind: symlinkFlag}, {name: "l/file", body: "x"}}, `"l/file": needs a directory where`, Options{}, true},
	{[]entry{{name: "l", body: "d", kind: symlinkFlag}, {name: "l", body: "x"}}, `"l": is there twice`, Options{}, true},
	{[]entry{{name: "f", body: "1"}, {name: "./f", body: "2"}}, `"./f": is there twice`, Options{}, true},
	{[]entry{{name: "f", body: "1"}, {name: "f/g", body: "2"}}, `needs a directory where`, Options{}, true},
	{[]entry{{name: "f", body: "1"}, {name: "f/", kind: dirFlag}}, `needs a directory where`, Options{}, true},
	{[]entry{{name: "d/f", body: "1"}, {name: "d", body: "2"}}, `"d": is there twice`, Options{}, true},
	{[]entry{{name: "h", body: "/etc/passwd", kind: hardFlag}}, `has an absolute name`, Options{}, false},
	{[]entry{{name: "h", body: "../canary/file", kind: hardFlag}}, `has .. in its name`, Options{}, false},
	{[]entry{{name: "l", body: "f", kind: symlinkFlag}, {name: "f", body: "x"}, {name: "h", body: "l", kind: hardFlag}}, `"h": is a hard link to l, which is no file`, Options{}, false},
	{[]entry{{name: "a/h", body: "f", kind: hardFlag}}, `is a hard link to f, which is left out`, Options{Strip: 1}, false},
	{[]entry{{name: "dev", kind: tar.TypeChar}}, `is a device`, Options{}, false},
	{[]entry{{name: "disk", kind: tar.TypeBlock}}, `is a device`, Options{}, false},
	{[]entry{{name: "fifo", kind: tar.TypeFifo, mode: 0o644}}, `a pipe, which no tree may have`, Options{}, true},
	{[]entry{{name: "cont", kind: tar.TypeCont}}, `unknown type '7'`, Options{}, false},
	{[]entry{{name: "a/b/c", body: "x"}, {name: "d", body: "x"}}, `"d": is one more than the 3`, Options{MaxFiles: 3}, true},
	{[]entry{{name: "a", body: "12345"}, {name: "b", body: "123456"}}, `larger than 10 bytes`, Options{MaxBytes: 10}, true},
	{[]entry{{name: "a", body: "x"}}, `is renamed to ../a`, Options{Rename: func(n string) (string, bool) { return "../" + n, true }}, true},
}

func TestHostileArchivesAreRefused(t *testing.T) {
	for _, test := range hostile {
		for _, isZip := range []bool{false, true} {
			if isZip && !test.zip {
				continue
			}
			top := t.TempDir()
			canary := plant(t, top)
			dest := filepath.Join(top, "dest")
			data := tarOf
			if isZip {
				data = zipOf
			}
			err := unpackAny(t, isZip, data(t, test.entries...), dest, test.opt)
			var refused *EntryError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), test.fact) || refused.Hint() == "" {
				t.Errorf("zip %v, %q: got %v", isZip, test.fact, err)
			}
			canary(t)
			if _, err := os.Lstat(dest); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("zip %v, %q: something is left", isZip, test.fact)
			}
		}
	}
}

// plant puts a file beside the destination, and returns what checks that it is
// as it was and alone.
func plant(t testing.TB, top string) func(testing.TB) {
	t.Helper()
	dir := filepath.Join(top, "canary")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "file"), []byte("alive"), 0o644)); err != nil {
		t.Fatal(err)
	}
	return func(t testing.TB) {
		t.Helper()
		entries, err := os.ReadDir(top)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() != "canary" && e.Name() != "dest" {
				t.Errorf("%s was written beside the destination", e.Name())
			}
		}
		if got := list(t, dir); got != "f file alive" {
			t.Errorf("the canary is changed: %s", got)
		}
	}
}

func TestNUL(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.Create("a\x00b")
	w.Close()
	err := unpackAny(t, true, b.Bytes(), t.TempDir(), Options{})
	if err == nil || !strings.Contains(err.Error(), "NUL") {
		t.Errorf("got %v", err)
	}
}

func TestZipFaults(t *testing.T) {
	for fact, h := range map[string]*zip.FileHeader{
		"is encrypted":      {Name: "a", Flags: 1},
		"unknown method 99": {Name: "a", Method: 99},
		"backslash in":      {Name: `..\a`},
		"that leads out":    {Name: "a", ExternalAttrs: 0o120777 << 16, CreatorVersion: 3 << 8},
		"no tree may have":  {Name: "a", ExternalAttrs: 0o020666 << 16, CreatorVersion: 3 << 8},
	} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		_, err := w.CreateRaw(h)
		if fact == "that leads out" {
			h.UncompressedSize64, h.CompressedSize64, h.CRC32 = 2, 2, 0x1a8ac1ad
			b.Reset()
			w = zip.NewWriter(&b)
			h.Method = zip.Store
			var f io.Writer
			f, err = w.CreateHeader(h)
			f.Write([]byte(".."))
		}
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
		err = unpackAny(t, true, b.Bytes(), t.TempDir(), Options{})
		if err == nil || !strings.Contains(err.Error(), fact) {
			t.Errorf("%s: got %v", fact, err)
		}
	}
}

func TestBombs(t *testing.T) {
	zeros := make([]byte, 1<<20)
	var tarball bytes.Buffer
	w := tar.NewWriter(&tarball)
	w.WriteHeader(&tar.Header{Name: "zeros", Size: 80 << 20, Typeflag: tar.TypeReg})
	for range 80 {
		w.Write(zeros)
	}
	w.Close()
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	f, _ := z.Create("zeros")
	for range 80 {
		f.Write(zeros)
	}
	z.Close()
	for name, err := range map[string]error{
		"gz":  Tree(t.Context(), bytes.NewReader(packed(t, tarball.Bytes(), TarGz)), TarGz, t.TempDir(), Options{}),
		"zst": Tree(t.Context(), bytes.NewReader(packed(t, tarball.Bytes(), TarZst)), TarZst, t.TempDir(), Options{}),
		"zip": unpackAny(t, true, zipped.Bytes(), t.TempDir(), Options{}),
	} {
		if err == nil || !strings.Contains(err.Error(), `"zeros": makes the tree more than 200 times as large`) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	after := append(tarOf(t, entry{name: "a", body: "x"}), make([]byte, 80<<20)...)
	err := Tree(t.Context(), bytes.NewReader(packed(t, after, TarZst)), TarZst, t.TempDir(), Options{})
	if err == nil || !strings.Contains(err.Error(), "after the end") {
		t.Errorf("zeros after the end: %v", err)
	}
}

func TestDamage(t *testing.T) {
	good := tarOf(t, entry{name: "a", body: strings.Repeat("content", 1000)})
	for _, format := range []Format{TarGz, TarXz, TarZst} {
		whole := packed(t, good, format)
		for name, data := range map[string][]byte{
			"empty":     {},
			"html":      []byte("<!doctype html>"),
			"cut":       whole[:len(whole)-3],
			"other":     packed(t, good, map[Format]Format{TarGz: TarXz, TarXz: TarZst, TarZst: TarGz}[format]),
			"bit flips": flip(whole),
		} {
			var damaged *FormatError
			dest := filepath.Join(t.TempDir(), "new")
			err := Tree(t.Context(), bytes.NewReader(data), format, dest, Options{})
			if !errors.As(err, &damaged) || damaged.Format != format {
				t.Errorf("%s, %s: got %v", format, name, err)
			}
			if _, err := os.Lstat(dest); err == nil {
				t.Errorf("%s, %s: something is left", format, name)
			}
		}
	}
	var damaged *FormatError
	for _, data := range [][]byte{nil, []byte("PK"), zipOf(t, entry{name: "a", body: "x"})[:40]} {
		if err := unpackAny(t, true, data, t.TempDir(), Options{}); !errors.As(err, &damaged) {
			t.Errorf("zip: got %v", err)
		}
	}
	if err := Tree(t.Context(), bytes.NewReader(nil), ZipFmt, t.TempDir(), Options{}); err == nil {
		t.Error("Tree takes a zip")
	}
}

func flip(data []byte) []byte {
	data = bytes.Clone(data)
	for i := len(data) / 2; i < len(data); i += 5 {
		data[i] ^= 0x55
	}
	return data
}

func TestErrorsOfTheSourceAreItsOwn(t *testing.T) {
	own := errors.New("the line is dead")
	data := packed(t, tarOf(t, entry{name: "a", body: "x"}), TarGz)
	broken := io.MultiReader(bytes.NewReader(data[:20]), &failing{own})
	if err := Tree(t.Context(), broken, TarGz, t.TempDir(), Options{}); err != own {
		t.Errorf("tar: got %v", err)
	}
	broken = io.MultiReader(bytes.NewReader(data[:20]), &failing{own})
	if err := SpoolZip(t.Context(), broken, t.TempDir(), t.TempDir(), Options{}); err != own {
		t.Errorf("zip: got %v", err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stopped by hand")
	endless := io.MultiReader(bytes.NewReader(tarOf(t, entry{name: "a", body: "x"})[:1024]), readerFunc(func(b []byte) (int, error) {
		cancel(stop)
		return len(b), nil
	}))
	dest := filepath.Join(t.TempDir(), "new")
	if err := Tree(ctx, endless, Tar, dest, Options{}); err != stop {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(dest); err == nil {
		t.Error("something is left")
	}
	if err := Zip(ctx, bytes.NewReader(zipOf(t, entry{name: "a", body: "x"})), int64(len(zipOf(t, entry{name: "a", body: "x"}))), dest, Options{}); err != stop {
		t.Errorf("zip: got %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// A name that the file system takes for another is one that exists although
// we did not make it; here somebody else did.
func TestCollisionsOfTheFileSystem(t *testing.T) {
	for _, name := range []string{"Readme", "Dir/x"} {
		dest := t.TempDir()
		opt := Options{Rename: func(n string) (string, bool) {
			first, _, isDir := strings.Cut(name, "/")
			if isDir {
				os.Mkdir(filepath.Join(dest, first), 0o755)
			} else {
				os.WriteFile(filepath.Join(dest, first), nil, 0o644)
			}
			return n, true
		}}
		err := unpackAny(t, false, tarOf(t, entry{name: name, body: "x"}), dest, opt)
		if err == nil || !strings.Contains(err.Error(), "takes for another") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDiskFull(t *testing.T) {
	err := diskFull("/x", &os.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC})
	var full *DiskFullError
	if !errors.As(err, &full) || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(full.Hint(), "df -h /x") {
		t.Errorf("got %v", err)
	}
}

func TestFormatFor(t *testing.T) {
	for name, want := range map[string]Format{"node-v1.tar.gz": TarGz, "x.TGZ": TarGz, "a.tar": Tar, "a.tar.xz": TarXz, "a.tar.zst": TarZst, "a.zip": ZipFmt, "a.rar": "", "tar": ""} {
		got, ok := FormatFor(name)
		if got != want || ok != (want != "") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
