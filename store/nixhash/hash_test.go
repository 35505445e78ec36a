package nixhash

import (
	"crypto/sha256"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// abc are the hashes of "abc" in all forms, as printed by Nix 2.8,
// which converted the BLAKE3 reference implementation's digest as a SHA-256.
var abc = []struct {
	algo                  Algo
	base16, nix32, base64 string
}{
	{MD5, "900150983cd24fb0d6963f7d28e17f72", "3jgzhjhz9zjvbb0kyj7jc500ch", "kAFQmDzST7DWlj99KOF/cg=="},
	{SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d", "kpcd173cq987hw957sx6m0868wv3x6d9", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="},
	{SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
	{SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"2gs8k559z4rlahfx0y688s49m2vvszylcikrfinm30ly9rak69236nkam5ydvly1ai7xac99vxfc4ii84hawjbk876blyk1jfhkbbyx",
		"3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="},
	{BLAKE3, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
		"11cxppanr71mzl1xnyax8rccaj5milx2fx9vnvzk6la672nb6dv4", "ZDezrDhGUTP/tjt1JzqNtUjFWEZdedsD/TWcbNW9nYU="},
}

func TestForms(t *testing.T) {
	for _, test := range abc {
		hasher := NewHasher(test.algo)
		hasher.Write([]byte("a"))
		hasher.Write([]byte("bc"))
		h := hasher.Sum()
		if hasher.Size() != 3 || h.Algo() != test.algo || len(h.Sum()) != test.algo.Size() {
			t.Errorf("%s: size %d, algorithm %s, %d bytes", test.algo, hasher.Size(), h.Algo(), len(h.Sum()))
		}
		name := test.algo.String()
		for form, want := range map[string]string{
			h.Base16(): test.base16,
			h.Nix32():  test.nix32,
			h.Base64(): test.base64,
			h.SRI():    name + "-" + test.base64,
			h.String(): name + ":" + test.nix32,
		} {
			if form != want {
				t.Errorf("%s prints %q, want %q", name, form, want)
			}
		}
		named := []string{name + ":" + test.base16, name + ":" + strings.ToUpper(test.base16), name + ":" + test.nix32, name + ":" + test.base64,
			h.SRI(), strings.TrimRight(h.SRI(), "=")}
		for _, s := range named {
			if got, err := Parse(s); err != nil || got != h {
				t.Errorf("Parse(%q) = %v, %v", s, got, err)
			}
			if _, err := ParseAny(s, test.algo%BLAKE3+1); err == nil {
				t.Errorf("ParseAny(%q) of another algorithm is no error", s)
			}
		}
		for _, s := range append(named, test.base16, test.nix32, test.base64) {
			if got, err := ParseAny(s, test.algo); err != nil || got != h {
				t.Errorf("ParseAny(%q, %s) = %v, %v", s, name, got, err)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	const zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" // 32 bytes in base64
	nix32 := strings.Repeat("0", 52)
	for s, why := range map[string]string{
		"":                                      "does not name its algorithm",
		nix32:                                   "does not name its algorithm",
		"sha256:":                               "0 characters are no sha256 digest",
		"sha256-":                               "it has 0 bytes",
		"sha384-" + zeros:                       "unknown hash algorithm",
		"SHA256:" + nix32:                       "unknown hash algorithm",
		" sha256:" + nix32:                      "unknown hash algorithm",
		"sha256:" + nix32 + "\n":                "53 characters",
		"sha256:" + nix32[1:]:                   "51 characters",
		"sha256:2" + nix32[1:]:                  "bits beyond its 32 bytes",
		"sha256:z" + nix32[1:]:                  "bits beyond its 32 bytes",
		"sha256:" + nix32[1:] + "e":             "not a nix32 digit",
		"sha256:" + nix32[1:] + "A":             "not a nix32 digit",
		"sha256:" + nix32[1:] + "\xff":          "not a nix32 digit",
		"sha256:" + strings.Repeat("g", 64):     "invalid byte",
		"sha256:" + zeros:                       "43 characters", // padding is optional in SRI only
		"sha256:" + zeros + "A":                 "it has 33 bytes",
		"sha256-" + zeros + "==":                "illegal base64",
		"sha256-" + zeros + "=x":                "illegal base64",
		"sha256-" + zeros[1:] + "B=":            "illegal base64", // a bit below the last byte
		"sha256-" + zeros[1:] + "B":             "illegal base64",
		"sha256-" + zeros[:20] + "\n" + zeros:   "line break",
		"sha256-" + zeros[:40]:                  "it has 30 bytes",
		"sha256-" + zeros + zeros:               "it has 64 bytes",
		"sha256-" + zeros + "?opt":              "illegal base64",
		"sha256-" + strings.Repeat("A", 1<<20):  "longer than any digest",
		"sha1-" + zeros:                         "it has 32 bytes, and sha1 has 20",
		"sha256:sha256:" + nix32:                "59 characters",
		strings.Repeat("x", 1<<20) + ":" + "00": "unknown hash algorithm",
	} {
		h, err := Parse(s)
		if err == nil {
			t.Errorf("Parse(%q) = %s", s, h)
		} else if !strings.Contains(err.Error(), why) || len(err.Error()) > 1000 {
			t.Errorf("Parse(%.100q): error %.1000q does not say %q", s, err, why)
		}
	}
	for _, s := range []string{"", nix32[1:], "md5:" + nix32} {
		if _, err := ParseAny(s, SHA256); err == nil {
			t.Errorf("ParseAny(%q) is no error", s)
		}
	}
	if _, err := New(SHA256, make([]byte, 31)); err == nil {
		t.Error("New with 31 bytes is no error")
	}
	if _, err := New(0, nil); err == nil {
		t.Error("New without an algorithm is no error")
	}
}

func TestZero(t *testing.T) {
	var h Hash
	if !h.IsZero() || h.String() != "" || h.SRI() != "" || h.Base16() != "" || h.Nix32() != "" || h.Base64() != "" || len(h.Sum()) != 0 {
		t.Errorf("zero hash prints %q, %q", h, h.SRI())
	}
	if h, _ := New(SHA256, make([]byte, 32)); h.IsZero() {
		t.Error("a digest of zeros is no hash")
	}
}

func TestJSON(t *testing.T) {
	sum := sha256.Sum256(nil)
	h, _ := New(SHA256, sum[:])
	in := map[string]Hash{"a": h, "b": {}}
	text, err := json.Marshal(in)
	if want := `{"a":"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","b":""}`; err != nil || string(text) != want {
		t.Fatalf("%s, %v; want %s", text, err, want)
	}
	var out map[string]Hash
	if err := json.Unmarshal(text, &out); err != nil || out["a"] != h || !out["b"].IsZero() {
		t.Errorf("%v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"a":"sha256-x"}`), &out); err == nil {
		t.Error("a bad hash in JSON is no error")
	}
}

func TestSumIsACopy(t *testing.T) {
	sum := make([]byte, 20)
	h, _ := New(SHA1, sum)
	sum[0], h.Sum()[1] = 1, 1
	if h.Base16() != strings.Repeat("0", 40) {
		t.Errorf("hash changed to %s", h.Base16())
	}
}

func TestCompress(t *testing.T) {
	got := Compress([]byte{1, 2, 4, 8, 16}, 2)
	if string(got) != string([]byte{1 ^ 4 ^ 16, 2 ^ 8}) {
		t.Errorf("%v", got)
	}
}

// TestNixAgrees has Nix convert random digests between the encodings.
func TestNixAgrees(t *testing.T) {
	if _, err := exec.LookPath("nix-hash"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix-hash: install the package nix-bin")
		}
		t.Skip("no nix-hash")
	}
	random := rand.NewChaCha8([32]byte{})
	for a := MD5; a <= SHA512; a++ { // Nix 2.8 knows no blake3
		var base16, nix32 []string
		for range 50 {
			sum := make([]byte, a.Size())
			random.Read(sum)
			h, _ := New(a, sum)
			base16, nix32 = append(base16, h.Base16()), append(nix32, h.Nix32())
		}
		for option, columns := range map[string][2][]string{
			"--to-base32": {base16, nix32},
			"--to-base16": {nix32, base16},
		} {
			out, err := exec.Command("nix-hash", append([]string{"--type", a.String(), option}, columns[0]...)...).Output()
			if got := strings.Fields(string(out)); err != nil || strings.Join(got, " ") != strings.Join(columns[1], " ") {
				t.Errorf("nix-hash %s %s: %v\n%s\nwe say\n%s", a, option, err, got, columns[1])
			}
		}
	}
}
