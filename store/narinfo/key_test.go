package narinfo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"devenv/store/storepath"
)

func key(t *testing.T, name string) SecretKey {
	t.Helper()
	k, err := GenerateKey(name, rand.NewChaCha8([32]byte([]byte(fmt.Sprintf("%-32s", name)))))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSignAndCheck(t *testing.T) {
	f, err := parse(hello)
	if err != nil {
		t.Fatal(err)
	}
	k, other := key(t, "a-1"), key(t, "b-1")
	dir := storepath.Default
	sig, err := k.Sign(dir, f.Info)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := ParseKeys(k.Public().String())
	if err != nil {
		t.Fatal(err)
	}
	var bad *UntrustedError
	if err := trusted.Check(dir, f.Info); !errors.As(err, &bad) || len(bad.Unknown) != 1 || !strings.Contains(bad.Hint(), "cache.example.org-1") {
		t.Errorf("signed by a stranger: %v", err)
	}
	f.Signatures = append(f.Signatures, sig)
	if name, ok := trusted.Trusted(dir, f.Info); !ok || name != "a-1" {
		t.Errorf("signed: %q, %v", name, ok)
	}
	if err := (Keys{"b-1": other.Public()}).Check(dir, f.Info); err == nil {
		t.Error("another key trusts it")
	}
	if err := (Keys{}).Check(dir, f.Info); err == nil {
		t.Error("no key trusts it")
	}
	changed := f.Info
	changed.NarSize++
	if err := trusted.Check(dir, changed); !errors.As(err, &bad) || len(bad.Forged) != 1 {
		t.Errorf("changed: %v", err)
	}
	changed = f.Info
	changed.References = changed.References[:1]
	if err := trusted.Check(dir, changed); err == nil {
		t.Error("fewer references, and still trusted")
	}
	f.Signatures = nil
	if err := trusted.Check(dir, f.Info); !errors.As(err, &bad) || !strings.Contains(err.Error(), "no signature") {
		t.Errorf("unsigned: %v", err)
	}
}

func TestContentAddressedNeedsNoSignature(t *testing.T) {
	f, err := parse(hello)
	if err != nil {
		t.Fatal(err)
	}
	dir := storepath.Default
	f.CA = storepath.ContentAddress{Method: storepath.NAR, Hash: f.NarHash}
	others := f.References[1:]
	if f.References[0] != f.Path {
		t.Fatal("the sample refers to itself first")
	}
	f.Path, err = dir.Source("hello-2.12", f.NarHash, others, true)
	if err != nil {
		t.Fatal(err)
	}
	f.References = append([]storepath.Path{f.Path}, others...)
	if _, ok := (Keys{}).Trusted(dir, f.Info); !ok {
		t.Error("a content-addressed path is not trusted")
	}
	f.References = f.References[:1]
	if ContentAddressed(dir, f.Info) {
		t.Error("with other references it has another path")
	}
}

func TestKeysAreStrict(t *testing.T) {
	k := key(t, "a-1")
	if again, err := ParseSecretKey(k.Text() + "\n"); err != nil || again.Text() != k.Text() {
		t.Errorf("a key that was printed: %v", err)
	}
	secret := strings.TrimPrefix(k.Text(), "a-1:")
	for _, text := range []string{"", "a-1", "a-1:", ":" + secret, "a-1:AAAA", "a-1:" + secret[:80], "a-1:" + strings.Repeat("A", 86) + "==", "a 1:" + secret} {
		_, err := ParseSecretKey(text)
		if err == nil {
			t.Errorf("%q is a secret key", text)
		} else if len(text) > 20 && strings.Contains(err.Error(), text[4:]) {
			t.Errorf("the error has the secret: %v", err)
		}
	}
	if _, err := ParsePublicKey(k.Text()); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("a secret key as a public one: %v", err)
	}
	for _, shown := range []string{fmt.Sprint(k), fmt.Sprintf("%+v %#v %s", k, k, k)} {
		if strings.Contains(shown, secret) {
			t.Errorf("printing shows the secret: %s", shown)
		}
	}
	for _, name := range []string{"", "a b", "a:b", "a\n"} {
		if _, err := GenerateKey(name, rand.NewChaCha8([32]byte{})); err == nil {
			t.Errorf("a key is called %q", name)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=")
	f.Add("x:")
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := ParsePublicKey(text); err == nil && k.String() != text {
			t.Errorf("%q prints as %q", text, k)
		}
		ParseSecretKey(text)
	})
}
