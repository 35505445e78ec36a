package xz

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"testing"

	library "github.com/therootcompany/xz"
	writer "github.com/ulikunitz/xz"
)

const most = 96 << 20

func decode(packed []byte) ([]byte, error) {
	return io.ReadAll(NewReader(bytes.NewReader(packed), most))
}

// pack runs the program xz.
func pack(t testing.TB, text []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xz", append([]string{"-c"}, args...)...)
	cmd.Stdin = bytes.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// samples are texts of several kinds.
func samples() map[string][]byte {
	rng := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	words := bytes.Repeat([]byte("some words, and others; "), 100_000)
	mixed := []byte{}
	for len(mixed) < 3<<20 {
		n := rng.IntN(3000)
		switch at := rng.IntN(len(noise) - n); rng.IntN(3) {
		case 0:
			mixed = append(mixed, noise[at:at+n]...)
		case 1:
			mixed = append(mixed, words[at:at+n]...)
		default:
			mixed = append(mixed, make([]byte, n)...)
		}
	}
	return map[string][]byte{"nothing": nil, "a byte": {7}, "noise": noise, "words": words, "mixed": mixed, "zeros": make([]byte, 3<<20)}
}

func TestAsXz(t *testing.T) {
	for what, text := range samples() {
		all := [][]string{{"-0"}, {"-6"}, {"-3", "--check=crc32"}, {"-3", "--check=sha256"}, {"-3", "--check=none"}, {"--block-size=100000", "-T2"},
			{"--lzma2=dict=4KiB"}, {"--lzma2=lc=0,lp=4,pb=0"}, {"--lzma2=lc=1,lp=2,pb=4"}, {"--lzma2=dict=64KiB,mode=fast"}}
		if what != "mixed" {
			all = all[:2]
		}
		for _, args := range all {
			packed := pack(t, text, args...)
			if got, err := decode(packed); err != nil || !bytes.Equal(got, text) {
				t.Errorf("%s by %q: %d bytes of %d, %v", what, args, len(got), len(text), err)
			}
			twice := append(append(bytes.Clone(packed), 0, 0, 0, 0), packed...)
			if got, err := decode(twice); err != nil || len(got) != 2*len(text) {
				t.Errorf("%s twice by %q: %v", what, args, err)
			}
		}
		var b bytes.Buffer
		w, err := writer.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(text)
		w.Close()
		if got, err := decode(b.Bytes()); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s by a library: %v", what, err)
		}
	}
}

func TestFilters(t *testing.T) {
	filtered := pack(t, samples()["mixed"], "--x86", "--lzma2=preset=1")
	if _, err := decode(filtered); !errors.Is(err, ErrFilter) || Known(filtered) || !Known(pack(t, samples()["mixed"])) {
		t.Errorf("x86: %v", err)
	}
	if _, err := decode(pack(t, []byte("x"), "--lzma2=dict=1GiB")); !errors.Is(err, errMemory) {
		t.Errorf("a dictionary of 1 GiB: %v", err)
	}
}

// TestDamage changes each byte of a file, and cuts it everywhere.
func TestDamage(t *testing.T) {
	text := samples()["mixed"][:2000]
	packed := pack(t, text, "--block-size=700")
	for i := range packed {
		if got, err := decode(packed[:i]); err == nil {
			t.Fatalf("cut at %d of %d: %d bytes without an error", i, len(packed), len(got))
		}
		changed := bytes.Clone(packed)
		changed[i] ^= 0x55
		if _, err := decode(changed); err == nil {
			t.Fatalf("a change at %d of %d is not noticed", i, len(packed))
		}
	}
}

// FuzzAsLibrary holds that what is accepted is what a library makes of it.
func FuzzAsLibrary(f *testing.F) {
	for _, args := range [][]string{{"-1"}, {"--block-size=300", "--check=none"}, {"--lzma2=lc=0,lp=4,pb=0", "--check=none"}} {
		f.Add(pack(f, samples()["mixed"][:1500], args...))
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		got, err := io.ReadAll(io.LimitReader(NewReader(bytes.NewReader(packed), 1<<20), 1<<22))
		if err != nil || len(got) == 1<<22 {
			return
		}
		theirs, err := library.NewReader(bytes.NewReader(packed), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := io.ReadAll(theirs); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, the library has %d and %v", len(got), len(want), err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := samples()["mixed"]
	packed := pack(b, text)
	x := NewReader(bytes.NewReader(packed), most)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			x.Reset(bytes.NewReader(packed))
			io.Copy(io.Discard, x)
		}
	})
	theirs, _ := library.NewReader(bytes.NewReader(packed), most)
	b.Run("library", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			theirs.Reset(bytes.NewReader(packed))
			io.Copy(io.Discard, theirs)
		}
	})
}
