package wire

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	texts := []string{"", "a", "1234567", "12345678", "123456789", strings.Repeat("long", 100_000)}
	w.U64(1 << 63)
	w.Bool(true)
	w.Bool(false)
	w.Strings(texts)
	frames := w.Frames(nil)
	io.WriteString(frames, "one")
	frames.Write(nil)
	io.WriteString(frames, "two")
	frames.Close()
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	r := NewReader(&b)
	r.Allow(1 << 20)
	if r.Peek() != 1<<63 || r.U64() != 1<<63 || !r.Bool() || r.Bool() || !slices.Equal(r.Strings(), texts) {
		t.Error("values differ")
	}
	rest, _ := io.ReadAll(r)
	if want := "\x03\x00\x00\x00\x00\x00\x00\x00one\x03\x00\x00\x00\x00\x00\x00\x00two\x00\x00\x00\x00\x00\x00\x00\x00"; string(rest) != want {
		t.Errorf("frames %q", rest)
	}
}

func TestAllow(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	w.Strings([]string{"12345678", "12345678"})
	w.Flush()
	for allow := range int64(8*3 + 16) {
		r := NewReader(bytes.NewReader(b.Bytes()))
		r.Allow(allow)
		if got := r.Strings(); got != nil || r.Err() == nil {
			t.Errorf("with %d bytes: %q, %v", allow, got, r.Err())
		}
	}
}

// What is read writes as the same bytes, and is never more than was allowed.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(bytes.NewReader(data))
		r.Allow(1 << 16)
		list := r.Strings()
		if r.Err() != nil {
			return
		}
		var b bytes.Buffer
		w := NewWriter(&b)
		w.Strings(list)
		w.Flush()
		if !bytes.HasPrefix(data, b.Bytes()) {
			t.Errorf("%q is read as %q", data, list)
		}
	})
}
