//go:build linux || darwin

package nar

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/sys/unix"
)

func TestDumpRefuses(t *testing.T) {
	parent := t.TempDir()
	fifo, socket := filepath.Join(parent, "fifo"), filepath.Join(parent, "socket")
	must(t, unix.Mkfifo(fifo, 0o666))
	listener, err := net.Listen("unix", socket)
	must(t, err)
	defer listener.Close()
	for path, why := range map[string]string{
		fifo:         "a named pipe cannot be archived",
		socket:       "a socket cannot be archived",
		os.DevNull:   "a device cannot be archived",
		parent:       "a named pipe cannot be archived",
		"/nowhere":   "no such file",
		parent + "x": "no such file",
	} {
		err := Dump(io.Discard, path)
		var bad *fs.PathError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v does not say %q", path, err, why)
		}
		if hash, _, err := HashPath(path); err == nil || !hash.IsZero() {
			t.Errorf("%s hashes to %s", path, hash)
		}
	}
}

func TestDumpOfAFileThatShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	must(t, os.WriteFile(path, []byte("12345"), 0o666))
	fd, err := unix.Open(path, unix.O_RDONLY, 0)
	must(t, err)
	defer unix.Close(fd)
	d := &dumper{encoder: newEncoder(func(full []byte) ([]byte, error) { return full[:0], nil }), path: []string{path}}
	if err := d.file(fd, false, 6); err == nil || !strings.Contains(err.Error(), "cut to 5 bytes") {
		t.Errorf("%v", err)
	}
}

// A link at the root is the archive, also behind a slash.
func TestDumpOfALink(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "link")
	must(t, os.Symlink(parent, path))
	for _, path := range []string{path, path + "/"} {
		if got := string(dumped(t, path)); got != archive(link(parent)) {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// failing is a writer that is full after a number of bytes.
type failing struct{ room int }

var errFull = errors.New("disk is full")

func (f *failing) Write(p []byte) (int, error) {
	if f.room < 0 {
		return 0, errors.New("written to after an error")
	}
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	root := oddTree(t)
	size := len(dumped(t, root))
	for room := 0; room < size; room += chunkSize / 2 {
		if err := Dump(&failing{room}, root); err != errFull {
			t.Errorf("after %d bytes Dump gives %v", room, err)
		}
	}
	must(t, Dump(&failing{size}, root))
	if _, err := rewriteTo(&failing{10}, strings.NewReader(sample)); !errors.Is(err, errFull) {
		t.Errorf("Writer gives %v", err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	for name, prepare := range map[string]func(dest string) error{
		"file":      func(dest string) error { return os.WriteFile(dest, []byte("kept"), 0o666) },
		"directory": func(dest string) error { return os.Mkdir(dest, 0o777) },
		"link":      func(dest string) error { return os.Symlink(filepath.Dir(dest), dest) },
		"dangling":  func(dest string) error { return os.Symlink("elsewhere", dest) },
		"loop":      func(dest string) error { return os.Symlink("dest", dest) },
	} {
		parent := t.TempDir()
		dest := filepath.Join(parent, "dest")
		must(t, prepare(dest))
		before := string(dumped(t, parent))
		for _, tree := range []string{sample, archive(file("x")), archive(link("x"))} {
			for _, dest := range []string{dest, dest + "/"} {
				if err := Restore(strings.NewReader(tree), dest); !errors.Is(err, fs.ErrExist) {
					t.Errorf("on a %s: %v", name, err)
				}
			}
		}
		if string(dumped(t, parent)) != before {
			t.Errorf("on a %s: something was changed", name)
		}
	}
	if err := Restore(strings.NewReader(sample), filepath.Join(t.TempDir(), "a/b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in no directory: %v", err)
	}
}

// A link in an archive leads nothing that comes after it.
func TestRestoreStaysInside(t *testing.T) {
	outside := t.TempDir()
	tree := archive(dir(entry("a", link(outside)...), entry("b", dir(entry("a", link("../..")...))...), entry("c", link("a/x")...)))
	dest := filepath.Join(t.TempDir(), "dest")
	must(t, Restore(strings.NewReader(tree), dest))
	if string(dumped(t, dest)) != tree {
		t.Error("restored differently")
	}
	if left, _ := os.ReadDir(outside); len(left) > 0 {
		t.Errorf("%v was made outside", left)
	}
}

func TestRestoreFromAnyReader(t *testing.T) {
	root := oddTree(t)
	want := string(dumped(t, root))
	for _, wrap := range []func(io.Reader) io.Reader{iotest.HalfReader, iotest.DataErrReader} {
		dest := filepath.Join(t.TempDir(), "dest")
		must(t, Restore(wrap(strings.NewReader(want)), dest))
		if string(dumped(t, dest)) != want {
			t.Error("restored differently")
		}
	}
}

func TestCaseFolder(t *testing.T) {
	var f caseFolder
	for _, step := range []struct{ name, disk string }{
		{"A", "A"}, {"a", "a~nix~case~hack~1"}, {"b", "b"}, {"ab", "ab"}, {"aB", "aB~nix~case~hack~1"}, {"AB", "AB~nix~case~hack~2"}, {"É", "É"}, {"é", "é"},
	} {
		if disk, err := f.hack(step.name); disk != step.disk || err != nil {
			t.Errorf("%s is %s on disk, %v; want %s", step.name, disk, err, step.disk)
		}
		if got := unhack(step.disk); got != step.name {
			t.Errorf("%s is %s in an archive, want %s", step.disk, got, step.name)
		}
	}
	f.hack("x~nix~case~hack~1")
	f.hack("X")
	if disk, err := f.hack("x"); err == nil {
		t.Errorf("x is %s on disk, which is there already", disk)
	}
}
