package daemon

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"devenv/store/nixhash"
)

// Newer daemons know derivations by their paths, others by their hashes, and
// neither can be asked for what it does not know.
func TestRealisationEncodings(t *testing.T) {
	h, err := nixhash.Parse("sha256:" + someHash)
	if err != nil {
		t.Fatal(err)
	}
	json := `{"dependentRealisations":{"sha256:` + someHash + `!dev":"00000000000000000000000000000001-some"},` +
		`"id":"sha256:` + someHash + `!out","outPath":"00000000000000000000000000000001-some","signatures":["k:s"]}`
	for name, test := range map[string]struct {
		greeting, answer []byte
		known, unknown   DrvOutput
	}{
		"by path": {words(daemonMagic, 0x126, []string{"other", featureRealisationPath}, "2.36", 1, messageLast),
			words(messageLast, 1, somePath, []string{"k:s"}), DrvOutput{Drv: some(t), Output: "out"}, DrvOutput{Hash: h, Output: "out"}},
		"by hash": {words(daemonMagic, 0x126, []string{}, "2.34", 2, messageLast),
			words(messageLast, []string{json}), DrvOutput{Hash: h, Output: "out"}, DrvOutput{Drv: some(t), Output: "out"}},
	} {
		c := open(t, Options{Dial: conversing(func(w io.Writer, wait func()) {
			w.Write(test.greeting)
			for range 4 { // one more for the features
				wait()
			}
			w.Write(test.answer)
		})})
		if _, err := c.QueryRealisation(t.Context(), test.unknown); err == nil || !strings.Contains(err.Error(), name) && !strings.Contains(err.Error(), "by their") {
			t.Errorf("%s: asked with the other: %v", name, err)
		}
		r, err := c.QueryRealisation(t.Context(), test.known)
		if err != nil || r.Path != some(t) || r.ID != test.known || !slices.Equal(r.Signatures, []string{"k:s"}) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if name == "by hash" && (len(r.Dependencies) != 1 || c.Server().Trust != NotTrusted) {
			t.Errorf("%s: %+v, %+v", name, r, c.Server())
		}
	}
	for text, why := range map[string]string{
		"":   "a realisation",
		"{}": "hash",
		"[]": "a realisation",
		`{"id":"sha256:` + someHash + `!out","outPath":"../x"}`: "../x",
	} {
		c := open(t, Options{Dial: conversing(func(w io.Writer, wait func()) {
			w.Write(greeting())
			for range 3 {
				wait()
			}
			w.Write(words(messageLast, []string{text}))
		})})
		_, err := c.QueryRealisation(t.Context(), DrvOutput{Hash: h, Output: "out"})
		var lost *LostError
		if !errors.As(err, &lost) || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
