//go:build linux || darwin

package nar

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReader(t *testing.T) {
	want := []Header{
		{Path: ".", Type: Directory},
		{Path: "bin", Type: Directory},
		{Path: "bin/run", Type: Regular, Executable: true, Size: 10},
		{Path: "lib", Type: Directory},
		{Path: "lib/a", Type: Regular},
		{Path: "lib/b", Type: Symlink, Target: "a"},
		{Path: "lib/c", Type: Regular, Size: 8},
		{Path: "z", Type: Directory},
	}
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"plain":     func(r io.Reader) io.Reader { return r },
		"one byte":  iotest.OneByteReader,
		"half":      iotest.HalfReader,
		"data+EOF":  iotest.DataErrReader,
		"small buf": func(r io.Reader) io.Reader { return bufio.NewReaderSize(r, 16) },
	} {
		nr := NewReader(wrap(strings.NewReader(sample)))
		var got []Header
		for {
			h, err := nr.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			contents, err := io.ReadAll(nr)
			if err != nil || int64(len(contents)) != h.Size {
				t.Errorf("%s: contents %q of %+v, %v", name, contents, h, err)
			}
			if h.Type == Regular && sample[h.Offset:][:h.Size] != string(contents) {
				t.Errorf("%s: offset %d is not that of %q", name, h.Offset, contents)
			}
			h.Offset = 0
			got = append(got, h)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read\n%+v, want\n%+v", name, got, want)
		}
		if _, err := nr.Next(); err != io.EOF {
			t.Errorf("%s: after the end Next gives %v", name, err)
		}
	}
}

func TestReaderSkips(t *testing.T) {
	contents := strings.Repeat("x", 3*chunkSize+5)
	nr := NewReader(strings.NewReader(archive(dir(entry("a", file(contents)...), entry("b", file("b")...)))))
	for _, want := range []string{".", "a", "b"} {
		h, err := nr.Next()
		if err != nil || h.Path != want {
			t.Fatalf("%+v, %v; want %s", h, err, want)
		}
		if h.Path == "a" {
			nr.Read(make([]byte, 7))
		}
	}
	if b, err := io.ReadAll(nr); string(b) != "b" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

// A reader on a bufio.Reader leaves what follows the archive.
func TestReaderStops(t *testing.T) {
	br := bufio.NewReader(strings.NewReader(sample + "next"))
	nr := NewReader(br)
	for {
		if _, err := nr.Next(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if rest, _ := io.ReadAll(br); string(rest) != "next" {
		t.Errorf("left is %q", rest)
	}
}

// What a source says is wrong is told as it is, with the place.
func TestReaderPassesErrors(t *testing.T) {
	broken := errors.New("connection reset")
	for n := range len(sample) {
		err := read(io.MultiReader(strings.NewReader(sample[:n]), iotest.ErrReader(broken)))
		var bad *FormatError
		if !errors.Is(err, broken) || errors.As(err, &bad) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
	nr := NewReader(iotest.ErrReader(broken))
	nr.Next()
	if _, err := nr.Next(); !errors.Is(err, broken) {
		t.Errorf("the second call gives %v", err)
	}
}

func TestWriter(t *testing.T) {
	root := Header{Path: ".", Type: Directory}
	empty := func(path string) Header { return Header{Path: path, Type: Regular} }
	sub := func(path string) Header { return Header{Path: path, Type: Directory} }
	for name, test := range map[string]struct {
		nodes []Header
		why   string
	}{
		"nothing":            {nil, "without a node"},
		"root twice":         {[]Header{root, root}, "invalid file name"},
		"no root":            {[]Header{empty("a")}, "comes first"},
		"in a file":          {[]Header{empty("."), empty("a")}, "not begun"},
		"in no directory":    {[]Header{root, empty("a/b")}, "not begun"},
		"in a closed one":    {[]Header{root, sub("a"), sub("b"), empty("a/c")}, "not begun"},
		"dotted":             {[]Header{root, empty("./a")}, "not begun"},
		"absolute":           {[]Header{root, empty("/a")}, "a slash"},
		"up":                 {[]Header{root, empty("..")}, "invalid"},
		"trailing slash":     {[]Header{root, sub("a"), empty("a/")}, "invalid"},
		"NUL":                {[]Header{root, empty("a\x00")}, "NUL"},
		"unsorted":           {[]Header{root, empty("b"), empty("a")}, "not sorted"},
		"twice":              {[]Header{root, empty("b"), empty("b")}, "twice"},
		"unknown type":       {[]Header{{Path: ".", Type: "fifo"}}, "unknown"},
		"negative":           {[]Header{{Path: ".", Type: Regular, Size: -1}}, "size -1"},
		"no target":          {[]Header{{Path: ".", Type: Symlink}}, "target"},
		"contents missing":   {[]Header{{Path: ".", Type: Regular, Size: 1}}, "lacks 1 of its 1"},
		"contents before it": {[]Header{root, {Path: "a", Type: Regular, Size: 9}, empty("b")}, "lacks 9 of its 9"},
	} {
		w := NewWriter(io.Discard)
		var err error
		for _, h := range test.nodes {
			if err = w.WriteHeader(h); err != nil {
				break
			}
		}
		closed := w.Close()
		if err == nil {
			err = closed
		}
		if err == nil || closed == nil || !strings.Contains(err.Error(), test.why) {
			t.Errorf("%s: %v, Close gives %v; want %q", name, err, closed, test.why)
		}
	}
}

func TestWriterContents(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	must(t, w.WriteHeader(Header{Path: ".", Type: Regular, Size: 3}))
	for _, part := range []string{"a", "", "bc"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Errorf("Write(%q) = %d, %v", part, n, err)
		}
	}
	must(t, w.Close())
	if b.String() != archive(file("abc")) {
		t.Errorf("%q", b.String())
	}
	if _, err := w.Write([]byte("d")); err == nil {
		t.Error("Write after Close is no error")
	}
	if err := w.WriteHeader(Header{Path: ".", Type: Directory}); err == nil {
		t.Error("WriteHeader after Close is no error")
	}

	w = NewWriter(&b)
	must(t, w.WriteHeader(Header{Path: ".", Type: Regular, Size: 3}))
	if n, err := w.Write([]byte("abcd")); n != 0 || err == nil {
		t.Errorf("four bytes of three: %d, %v", n, err)
	}
	if w.Close() == nil {
		t.Error("Close after an error is no error")
	}
}
