package syntax

import (
	"strings"
	"testing"
)

func TestDocComment(t *testing.T) {
	for src, want := range map[string]string{
		"/** one */ @x: x":           "one",
		"{ /** of f */ f = @x: x; }": "of f",
		"{\n  /**\n    Adds.\n\n      more\n  */\n  a.\"b\" =\n    (@{ x, y }: x + y); }": "Adds.\n\n  more",
		"{ /* plain */ f = @x: x; }":        "",
		"/**/ @x: x":                        "",
		"{ /** of g */ g = 1; f = @x: x; }": "",
		"@x: x":                             "",
		"1 == @x: x":                        "",
	} {
		off := strings.IndexByte(src, '@')
		got, ok := DocComment(src[:off]+src[off+1:], off)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", src, got, ok)
		}
	}
}

func FuzzDocComment(f *testing.F) {
	f.Add("/** a */ x: x", 9)
	f.Add("{ /**\n b */ a = x: x; }", 14)
	f.Fuzz(func(_ *testing.T, src string, off int) { DocComment(src, off) })
}
