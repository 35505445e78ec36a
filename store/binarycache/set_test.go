package binarycache

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

func secretKey(t testing.TB, name string, seed byte) narinfo.SecretKey {
	t.Helper()
	k, err := narinfo.GenerateKey(name, rand.NewChaCha8([32]byte{seed}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signedCache is a directory with o, signed by keys.
func signedCache(t testing.TB, o object, params string, keys ...narinfo.SecretKey) (dir, url string) {
	t.Helper()
	dir = t.TempDir()
	o.importTo(t, openCache(t, "file://"+dir, func(opt *Options) { opt.Keys = keys }))
	return dir, "file://" + dir + params
}

func trust(keys ...narinfo.SecretKey) func(narinfo.Info) error {
	trusted := narinfo.Keys{}
	for _, k := range keys {
		trusted[k.Name()] = k.Public()
	}
	return func(info narinfo.Info) error { return trusted.Check(storepath.Default, info) }
}

func TestSetBelievesSignatures(t *testing.T) {
	good, evil := secretKey(t, "good-1", 1), secretKey(t, "evil-1", 2)
	forger := secretKey(t, "good-1", 3)
	o := makeObject(t, "o", "o").inputAddressed()
	_, unsigned := signedCache(t, o, "?priority=10")
	_, trusted := signedCache(t, o, "?priority=10&trusted=1")
	_, stranger := signedCache(t, o, "?priority=20", evil)
	_, forged := signedCache(t, o, "?priority=30", forger)
	_, signed := signedCache(t, o, "?priority=40", good)
	for _, test := range []struct {
		what string
		urls []string
		err  string
	}{
		{"nothing signed", []string{unsigned}, "has no signature"},
		{"a stranger", []string{stranger}, "evil-1, whose key is not trusted"},
		{"a forger", []string{forged}, "signature by good-1 is wrong"},
		{"one of many", []string{unsigned, stranger, forged, signed}, ""},
		{"a trusted cache", []string{trusted}, ""},
	} {
		var caches []*Cache
		for _, url := range test.urls {
			caches = append(caches, openCache(t, url))
		}
		s := NewSet(caches, SetOptions{Trust: trust(good)})
		_, err := s.Lookup(t.Context(), o.Path)
		var untrusted *narinfo.UntrustedError
		if test.err == "" && err != nil || test.err != "" && (!errors.As(err, &untrusted) || !strings.Contains(err.Error(), test.err) || untrusted.Hint() == "") {
			t.Errorf("%s: %v", test.what, err)
		}
		var got []byte
		if err := s.Nar(t.Context(), o.Path, read(&got)); (err == nil) != (test.err == "") {
			t.Errorf("%s: Nar: %v", test.what, err)
		}
	}
	addressed := makeObject(t, "ca", "ca")
	_, url := signedCache(t, addressed, "")
	if _, err := NewSet([]*Cache{openCache(t, url)}, SetOptions{Trust: trust(good)}).Lookup(t.Context(), addressed.Path); err != nil {
		t.Errorf("addressed by content: %v", err)
	}
}

func TestSetAsksTheNext(t *testing.T) {
	o := makeObject(t, "o", text(1<<20))
	wholeDir, whole := signedCache(t, o, "?priority=90")
	brokenDir, broken := signedCache(t, o, "?priority=10")
	archives, _ := filepath.Glob(filepath.Join(brokenDir, "nar", "*"))
	for what, spoil := range map[string]func(string) error{
		"deleted": os.Remove,
		"cut":     func(file string) error { return os.Truncate(file, 100) },
		"empty":   func(file string) error { return os.WriteFile(file, nil, 0o644) },
	} {
		if err := spoil(archives[0]); err != nil {
			t.Fatal(err)
		}
		s := NewSet([]*Cache{openCache(t, whole), openCache(t, broken)}, SetOptions{})
		var got []byte
		if err := s.Nar(t.Context(), o.Path, read(&got)); err != nil || !bytes.Equal(got, o.nar) {
			t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
		os.WriteFile(archives[0], []byte("x"), 0o644)
	}
	down := webCache(t, wholeDir, func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusInternalServerError)
		return true
	})
	warned := 0
	s := NewSet([]*Cache{openCache(t, down+"?priority=1"), openCache(t, whole)}, SetOptions{Warn: func(error) { warned++ }})
	for range 3 {
		if _, err := s.Lookup(t.Context(), o.Path); err != nil {
			t.Error(err)
		}
	}
	if warned != 1 {
		t.Errorf("warned %d times", warned)
	}
	if _, err := s.Lookup(t.Context(), makeObject(t, "n", "n").Path); !errors.Is(err, narinfo.ErrInvalid) {
		t.Errorf("what nobody has: %v", err)
	}
	if missing, err := s.Missing(t.Context(), []storepath.Path{o.Path, makeObject(t, "n", "n").Path}); err != nil || len(missing) != 1 {
		t.Errorf("missing: %v, %v", missing, err)
	}
}

func TestSetReturnsTheSinksError(t *testing.T) {
	o := makeObject(t, "o", "o")
	_, a := signedCache(t, o, "")
	_, b := signedCache(t, o, "")
	s := NewSet([]*Cache{openCache(t, a), openCache(t, b)}, SetOptions{})
	calls := 0
	full := errors.New("the disk is full")
	err := s.Nar(t.Context(), o.Path, func(io.Reader) error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}
