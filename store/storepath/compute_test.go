package storepath

import (
	"crypto/sha256"
	"strings"
	"testing"

	"devenv/store/nixhash"
)

// golden is the store directory of the Nix 2.8 that wrote the goldens which
// refer to other paths.
const golden Dir = "/tmp/nix-golden/store"

func TestContentAddressed(t *testing.T) {
	dep := "pqc6fqvxd393zxykj0vaknf4x070sfd5-dep.txt"
	dep2 := "jzkh1v3bcnmylpx8fh546qfh8h65sjyw-dep.txt"
	for _, test := range []struct {
		dir     Dir
		address string
		refs    []string
		self    bool
		want    string
	}{
		// nix-store --add-fixed ALGO, of a file that says "hello"
		{Default, "fixed:md5:b1946ac92492d2347c6235b4d2611184", nil, false, "dra1cz5vbrhclpv4y1q0psnbkxz581bk-hello.txt"},
		{Default, "fixed:sha1:f572d396fae9206628714fb2ce00f72e94f2258f", nil, false, "svdva85yi507g9vncgsaxvnd1r808h4w-hello.txt"},
		{Default, "fixed:sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03", nil, false, "gy454w1cxaq731grqwylhzf4pp9r5izh-hello.txt"},
		// nix store make-content-addressed
		{golden, "fixed:r:sha256:13w19wwvpfqyfq1fixzqjphj7dil4vlv9gada02f9kpl04qnmkw4", nil, false, dep2},
		{golden, "fixed:r:sha256:07a5h7h2gq284wzp8bwm6npwks259lnh3pbmzy6k7k1a0906a1ng", []string{dep2}, true, "xblpxi7f11b3q161fcnc9az8wd0b14jw-selfish"},
		{golden, "fixed:r:sha256:07a5h7h2gq284wzp8bwm6npwks259lnh3pbmzy6k7k1a0906a1ng", []string{dep2, dep2}, true, "xblpxi7f11b3q161fcnc9az8wd0b14jw-selfish"},
		// builtins.toFile, and the derivation that uses it
		{golden, "text:sha256:1i0xww8znqa2wqbggkmgxy6was90nqc60b4wpv4hvwv1460id9dl", nil, false, dep},
		{golden, "text:sha256:1pvwj4gzypnxi391f36w64vscqkas61v4sypizx7s6h6dd4pkw5n", []string{dep}, false, "swj5jaz5nid05qjvp6qrx84fs4mmaykp-selfish.drv"},
	} {
		ca, err := ParseContentAddress(test.address)
		if err != nil {
			t.Errorf("%s: %v", test.address, err)
			continue
		}
		var refs []Path
		for _, ref := range test.refs {
			refs = append(refs, mustParse(t, ref))
		}
		got, err := test.dir.ContentAddressed(mustParse(t, test.want).Name(), ca, refs, test.self)
		if err != nil || got.Base() != test.want {
			t.Errorf("%s is %s, %v; want %s", test.address, got, err, test.want)
		}
	}
}

// The git method is newer than the Nix that wrote the goldens: its fingerprint
// is spelt out as the manual's store path specification has it.
func TestGit(t *testing.T) {
	h, err := nixhash.Parse("sha1:4b825dc642cb6eb9a060e54bf8d69288fbee4904")
	if err != nil {
		t.Fatal(err)
	}
	inner := sha256Of("fixed:out:git:sha1:4b825dc642cb6eb9a060e54bf8d69288fbee4904:")
	want, err := Default.Output(inner, "out", "empty")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Default.FixedOutput("empty", Git, h); err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

func TestOutput(t *testing.T) {
	// The hash modulo of a derivation without inputs is the SHA-256 of its text
	// with its own outputs left out.
	drv := sha256.Sum256([]byte(`Derive([("dev","","",""),("out","","","")],[],[],"x86_64-linux","/bin/sh",["-c","echo"],` +
		`[("builder","/bin/sh"),("dev",""),("name","simple"),("out",""),("outputs","out dev"),("system","x86_64-linux")])`))
	h, err := nixhash.New(nixhash.SHA256, drv[:])
	if err != nil {
		t.Fatal(err)
	}
	for output, want := range map[string]string{
		"out": "4ya1n2iway4f5czp2mgvwkygl4cryg43-simple",
		"dev": "8s9xckyszkxsjkivr04qzxz76rrhg672-simple-dev",
	} {
		if got, err := Default.Output(h, output, "simple"); err != nil || got.Base() != want {
			t.Errorf("output %s is %s, %v; want %s", output, got, err, want)
		}
	}
	if p, err := Default.Output(nixhash.Hash{}, "out", "simple"); err == nil {
		t.Errorf("without a hash the output is %s", p)
	}
	if p, err := Default.Output(h, "a/b", "simple"); err == nil {
		t.Errorf("output a/b is %s", p)
	}
}

func TestRefusedAddresses(t *testing.T) {
	dep := mustParse(t, "pqc6fqvxd393zxykj0vaknf4x070sfd5-dep.txt")
	hash := func(a nixhash.Algo) nixhash.Hash { return nixhash.NewHasher(a).Sum() }
	for _, test := range []struct {
		name string
		ca   ContentAddress
		refs []Path
		self bool
		why  string
	}{
		{"a", ContentAddress{}, nil, false, "no hash"},
		{"a/b", ContentAddress{NAR, hash(nixhash.SHA256)}, nil, false, "'/'"},
		{"a", ContentAddress{NAR, hash(nixhash.SHA512)}, []Path{dep}, false, "cannot refer to other"},
		{"a", ContentAddress{NAR, hash(nixhash.SHA512)}, nil, true, "cannot refer to itself"},
		{"a", ContentAddress{Flat, hash(nixhash.SHA256)}, []Path{dep}, false, "cannot refer to other"},
		{"a", ContentAddress{Flat, hash(nixhash.SHA256)}, nil, true, "cannot refer to itself"},
		{"a", ContentAddress{Text, hash(nixhash.SHA256)}, nil, true, "cannot refer to itself"},
		{"a", ContentAddress{Text, hash(nixhash.SHA1)}, nil, false, "sha256"},
		{"a", ContentAddress{Git, hash(nixhash.SHA512)}, nil, false, "sha1 or sha256"},
	} {
		p, err := Default.ContentAddressed(test.name, test.ca, test.refs, test.self)
		if err == nil || !strings.Contains(err.Error(), test.why) {
			t.Errorf("%s %s: %s, %v; want an error that says %q", test.ca.Method, test.ca, p, err, test.why)
		}
	}
	if p, err := Default.Source("a", hash(nixhash.SHA1), nil, false); err == nil {
		t.Errorf("a source by sha1 is %s", p)
	}
}

func TestParseContentAddress(t *testing.T) {
	const h = "sha256:1i0xww8znqa2wqbggkmgxy6was90nqc60b4wpv4hvwv1460id9dl"
	for s, method := range map[string]Method{
		"fixed:" + h: Flat, "fixed:r:" + h: NAR, "fixed:git:" + h: Git, "text:" + h: Text,
	} {
		ca, err := ParseContentAddress(s)
		if err != nil || ca.Method != method || ca.String() != s {
			t.Errorf("%q is %s %s, %v", s, ca.Method, ca, err)
		}
	}
	for _, s := range []string{
		"", "fixed", "fixed:", "text:", "fixed:r:", "r:" + h, h, "fixed:text:" + h, "text:r:" + h, "fixed:r:r:" + h, "Fixed:" + h,
		"fixed:sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "fixed:r:sha256", h + "x",
	} {
		if ca, err := ParseContentAddress(s); err == nil {
			t.Errorf("%q is accepted as %s", s, ca)
		}
	}
	if ca := (ContentAddress{}); !ca.IsZero() || ca.String() != "" {
		t.Errorf("no address prints as %q", ca)
	}
}

func FuzzParseContentAddress(f *testing.F) {
	f.Add("fixed:r:sha256:13w19wwvpfqyfq1fixzqjphj7dil4vlv9gada02f9kpl04qnmkw4")
	f.Add("text:sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")
	f.Fuzz(func(t *testing.T, s string) {
		ca, err := ParseContentAddress(s)
		if err != nil {
			return
		}
		if again, err := ParseContentAddress(ca.String()); err != nil || again != ca || again.String() != ca.String() {
			t.Errorf("%q prints as %q, which is read as %q, %v", s, ca, again, err)
		}
	})
}

func mustParse(t *testing.T, base string) Path {
	t.Helper()
	p, err := ParseBase(base)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
