//go:build linux || darwin

package nar

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Lengths.
const (
	huge   = "\xff\xff\xff\xff\xff\xff\xff\xff" // 2^64-1
	signed = "\x00\x00\x00\x00\x00\x00\x00\x80" // 2^63
	large  = "\xff\xff\xff\xff\xff\xff\xff\x7f" // 2^63-1
)

// nested is a root of n directories, one in the other, around a node.
func nested(n int, node []string) []string {
	for range n {
		node = dir(entry("d", node...))
	}
	return node
}

// hostile are archives that are refused, by what is said of them.
var hostile = []struct{ name, archive, path, why string }{
	{"empty", "", ".", "unexpected EOF"},
	{"magic", words("nix-archive-2", "("), ".", `"nix-archive-2" where "nix-archive-1" is due`},
	{"zip", "PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ".", "keyword of"},
	{"magic length", huge + "nix-archive-1\x00\x00\x00", ".", "keyword of 18446744073709551615 bytes"},
	{"type", words("nix-archive-1", "(", "type", "fifo", ")"), ".", "unknown file type"},
	{"no parenthesis", words("nix-archive-1", "type", "regular"), ".", `"type" where "(" is due`},
	{"no type", words("nix-archive-1", "(", ")"), ".", `")" where "type" is due`},
	{"executable after contents", words("nix-archive-1", "(", "type", "regular", "contents", "", "executable", "", ")"), ".", `"executable" where ")" is due`},
	{"executable twice", words("nix-archive-1", "(", "type", "regular", "executable", "", "executable", "", "contents", "", ")"), ".", `"executable" where "contents" is due`},
	{"executable with a value", words("nix-archive-1", "(", "type", "regular", "executable", "yes", "contents", "", ")"), ".", `value of "executable" of 3 bytes`},
	{"no contents", words("nix-archive-1", "(", "type", "regular", ")"), ".", `")" where "contents" is due`},
	{"executable directory", words("nix-archive-1", "(", "type", "directory", "executable", "", ")"), ".", `"executable" where "entry"`},
	{"contents of 2^64-1", words("nix-archive-1", "(", "type", "regular", "contents") + huge, ".", "regular file of 18446744073709551615 bytes"},
	{"contents of 2^63", words("nix-archive-1", "(", "type", "regular", "contents") + signed, ".", "regular file of 9223372036854775808 bytes"},
	{"contents of 2^63-1", words("nix-archive-1", "(", "type", "regular", "contents") + large + "abc", ".", "unexpected EOF"},
	{"word of 2^64-1", words("nix-archive-1") + huge, ".", "keyword of 18446744073709551615 bytes, and 32 are the most"},
	{"name of 2^63-1", words("nix-archive-1", "(", "type", "directory", "entry", "(", "name") + large, ".", "file name of 9223372036854775807 bytes"},
	{"target of 2^64-1", words("nix-archive-1", "(", "type", "symlink", "target") + huge, ".", "link target of 18446744073709551615 bytes"},
	{"padding of a word", words("nix-archive-1") + "\x01\x00\x00\x00\x00\x00\x00\x00(\x00\x00\x00\x00\x00\x00\x01", ".", "is not zeros"},
	{"padding of contents", words("nix-archive-1", "(", "type", "regular", "contents") + "\x01\x00\x00\x00\x00\x00\x00\x00x\x00\x01\x00\x00\x00\x00\x00" + words(")"), ".", "is not zeros"},
	{"dot dot", archive(dir(entry("..", file("")...))), ".", `invalid file name ".."`},
	{"dot", archive(dir(entry(".", file("")...))), ".", `invalid file name "."`},
	{"no name", archive(dir(entry("", file("")...))), ".", `invalid file name ""`},
	{"absolute", archive(dir(entry("/etc", file("")...))), ".", "a slash"},
	{"slash", archive(dir(entry("a/b", file("")...))), ".", "a slash"},
	{"up", archive(dir(entry("../x", file("")...))), ".", "a slash"},
	{"NUL", archive(dir(entry("a\x00b", file("")...))), ".", "a NUL"},
	{"long name", archive(dir(entry(strings.Repeat("n", 256), file("")...))), ".", "file name of 256 bytes"},
	{"unsorted", archive(dir(entry("a", dir(entry("c", file("")...), entry("b", file("")...))...))), "a", `"b" after "c"`},
	{"duplicate", archive(dir(entry("a", link("/tmp")...), entry("a", dir(entry("x", file("")...))...))), ".", `"a" occurs twice`},
	{"no target", archive(link("")), ".", "without a target"},
	{"NUL in target", archive(link("a\x00b")), ".", "a NUL"},
	{"long target", archive(link(strings.Repeat("t", 4096))), ".", "link target of 4096 bytes"},
	{"too deep", archive(nested(64, file(""))), strings.Repeat("d/", 63) + "d", "more than 63 nested directories"},
	{"far too deep", "", "", "more than 63 nested directories"}, // filled in below: thousands of directories
	{"entry without a name", words("nix-archive-1", "(", "type", "directory", "entry", "(", "node"), ".", `"node" where "name" is due`},
	{"entry without a node", words("nix-archive-1", "(", "type", "directory", "entry", "(", "name", "a", ")"), "a", `")" where "node" is due`},
	{"entry not closed", words("nix-archive-1", "(", "type", "directory", "entry", "(", "name", "a", "node") + words(link("x")...) + words("entry"), "a", `"entry" where ")" is due`},
	{"directory not closed", words("nix-archive-1", "(", "type", "directory"), ".", "unexpected EOF"},
}

// farTooDeep is the beginning of thousands of nested directories.
func farTooDeep() string {
	return words("nix-archive-1") + strings.Repeat(words("(", "type", "directory", "entry", "(", "name", "d", "node"), 1<<12)
}

func TestHostile(t *testing.T) {
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			if test.path == "" {
				test.archive, test.path = farTooDeep(), strings.Repeat("d/", 63)+"d"
			}
			parent := t.TempDir()
			allocs := testing.AllocsPerRun(1, func() { read(strings.NewReader(test.archive)) })
			if allocs > 1000 {
				t.Errorf("%v allocations", allocs)
			}
			err := Restore(strings.NewReader(test.archive), filepath.Join(parent, "dest"))
			var bad *FormatError
			if !errors.As(err, &bad) {
				t.Fatalf("error %v", err)
			}
			if !strings.Contains(err.Error(), test.why) || bad.Offset > int64(len(test.archive)) {
				t.Errorf("error %v\ndoes not say %q", err, test.why)
			}
			if bad.Path != test.path {
				t.Errorf("error is about %q, not %q", bad.Path, test.path)
			}
			if left, err := os.ReadDir(parent); err != nil || len(left) > 1 || len(left) == 1 && left[0].Name() != "dest" {
				t.Errorf("%v, %v is left beside dest", left, err)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	for name, tree := range map[string]string{
		"depth":  archive(nested(63, file("x"))),
		"name":   archive(dir(entry(strings.Repeat("n", 255), file("")...))),
		"target": archive(link(strings.Repeat("t", 4095))),
	} {
		dest := filepath.Join(t.TempDir(), "dest")
		if err := Restore(strings.NewReader(tree), dest); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if string(dumped(t, dest)) != tree {
			t.Errorf("%s: restored differently", name)
		}
	}
	deep := filepath.Join(t.TempDir(), "dest")
	must(t, os.MkdirAll(filepath.Join(deep, strings.Repeat("d/", 64)), 0o777))
	if err := Dump(io.Discard, deep); err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("Dump of 65 nested directories: %v", err)
	}
}

// sample is an archive with every kind of node.
var sample = archive(dir(
	entry("bin", dir(entry("run", script("#!/bin/sh\n")...))...),
	entry("lib", dir(entry("a", file("")...), entry("b", link("a")...), entry("c", file("12345678")...))...),
	entry("z", dir()...)))

func TestTruncated(t *testing.T) {
	parent := t.TempDir()
	for n := range len(sample) {
		err := read(strings.NewReader(sample[:n]))
		var bad *FormatError
		if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &bad) || bad.Offset != int64(n) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
		if n%64 == 0 {
			dest := filepath.Join(parent, "dest")
			if err := Restore(strings.NewReader(sample[:n]), dest); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("cut to %d bytes: %v", n, err)
			}
			must(t, os.RemoveAll(dest))
		}
	}
}

// Every change of one byte is refused, or read as another archive.
func TestFlipped(t *testing.T) {
	for i := range len(sample) {
		flipped := []byte(sample)
		flipped[i] ^= 1
		again, err := rewrite(bytes.NewReader(flipped))
		if err == nil && !bytes.Equal(again, flipped) {
			t.Fatalf("with byte %d flipped the archive is accepted and means another", i)
		}
	}
}

func TestTrailing(t *testing.T) {
	for _, tail := range []string{"\x00", sample} {
		err := Restore(strings.NewReader(sample+tail), filepath.Join(t.TempDir(), "dest"))
		var bad *FormatError
		if !errors.As(err, &bad) || bad.Offset != int64(len(sample)) {
			t.Errorf("%d bytes behind: Restore gives %v", len(tail), err)
		}
		if _, err := List(strings.NewReader(sample + tail)); err == nil {
			t.Errorf("%d bytes behind: List gives no error", len(tail))
		}
	}
}

// FuzzReader holds that what is accepted is written again byte for byte, and
// restored and dumped too.
func FuzzReader(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(archive(file("x"))))
	f.Add([]byte(archive(link("x"))))
	for _, test := range hostile {
		if len(test.archive) < 1<<10 {
			f.Add([]byte(test.archive))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		again, err := rewrite(bytes.NewReader(data))
		if err != nil {
			return
		}
		if !bytes.Equal(again, data) {
			t.Fatalf("%q\nis written again as\n%q", data, again)
		}
		dest := filepath.Join(t.TempDir(), "dest")
		must(t, Restore(bytes.NewReader(data), dest))
		if got := dumped(t, dest); !bytes.Equal(got, data) {
			t.Fatalf("%q\nis dumped again as\n%q", data, got)
		}
	})
}

// read reads all nodes and contents.
func read(r io.Reader) error {
	_, err := rewriteTo(io.Discard, r)
	return err
}

// rewrite reads an archive and returns it as the Writer puts it together.
func rewrite(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	_, err := rewriteTo(&b, r)
	return b.Bytes(), err
}

// rewriteTo writes an archive that is all of r to w; the first error is r's.
func rewriteTo(w io.Writer, r io.Reader) (n int, err error) {
	nr, nw := NewReader(r), NewWriter(w)
	defer nw.Close()
	for ; ; n++ {
		h, err := nr.Next()
		if err == io.EOF {
			return n, errors.Join(nr.End(), nw.Close())
		}
		if err != nil {
			return n, err
		}
		if err := nw.WriteHeader(h); err != nil {
			panic(err)
		}
		if _, err := io.Copy(nw, nr); err != nil {
			return n, err
		}
	}
}
