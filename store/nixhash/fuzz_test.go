package nixhash

import (
	"strings"
	"testing"
)

// What is accepted prints again as it was read, but for the case of base16 and
// the padding of SRI.
func FuzzParse(f *testing.F) {
	for _, test := range abc {
		name := test.algo.String()
		for _, s := range []string{name + ":" + test.base16, name + ":" + test.nix32, name + ":" + test.base64, name + "-" + test.base64} {
			f.Add(s)
		}
	}
	f.Add("sha256-")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := Parse(s)
		if err != nil {
			return
		}
		name := h.Algo().String()
		switch s {
		case h.String(), name + ":" + h.Base64(), h.SRI(), strings.TrimRight(h.SRI(), "="):
		default:
			if strings.ToLower(s) != name+":"+h.Base16() {
				t.Errorf("%q is accepted and prints as %s", s, h)
			}
		}
		for _, form := range []string{h.String(), h.SRI()} {
			if again, err := Parse(form); err != nil || again != h {
				t.Errorf("%q is printed, and read as %v, %v", form, again, err)
			}
		}
		if again, err := ParseAny(h.Base16(), h.Algo()); err != nil || again != h {
			t.Errorf("%s is read as %v, %v", h.Base16(), again, err)
		}
	})
}

func FuzzNix32(f *testing.F) {
	f.Add("", []byte{})
	f.Add("1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", []byte("abc"))
	f.Add("z", []byte{0xff})
	f.Fuzz(func(t *testing.T, text string, data []byte) {
		if decoded, err := DecodeNix32(text); err == nil && EncodeNix32(decoded) != text {
			t.Errorf("%q decodes to %x, which encodes to %q", text, decoded, EncodeNix32(decoded))
		}
		encoded := EncodeNix32(data)
		if decoded, err := DecodeNix32(encoded); err != nil || string(decoded) != string(data) {
			t.Errorf("%x encodes to %q, which decodes to %x, %v", data, encoded, decoded, err)
		}
	})
}
