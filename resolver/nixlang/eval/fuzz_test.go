package eval_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// lineEnds are one to a reader of XML.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// FuzzXML holds that toXML of any string is XML that says the string again.
func FuzzXML(f *testing.F) {
	for _, s := range []string{"", "a<b>&\"'", "\n\t\r", "ä€😀", "]]>", "&amp;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsRune(s, 0) {
			return // no Nix string
		}
		ev := eval.New(eval.Options{Host: host.New(host.Options{})})
		text, err := ev.XML(ev.Attrs(map[string]*eval.Value{"a": ev.String(s)}), true, false)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(text))
		d.Strict = false
		d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
		for {
			token, err := d.Token()
			if err == io.EOF {
				t.Fatalf("%q is not in %s", s, text)
			}
			if err != nil {
				return // what XML cannot say, Nix says all the same
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "string" {
				if got := e.Attr[0].Value; lineEnds.Replace(got) != lineEnds.Replace(s) {
					t.Fatalf("%q is read as %q in %s", s, got, text)
				}
				return
			}
		}
	})
}

// FuzzSearchPath holds that a search path falls into entries that are all of it.
func FuzzSearchPath(f *testing.F) {
	for _, s := range []string{"", "a=b:c", "nixpkgs=https://x/y.tar.gz:z", "::", "a=flake:nixpkgs:b=c", "channel:nixos"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var parts []string
		for _, e := range eval.ParseSearchPath(text) {
			part := e.Path
			if e.Prefix != "" {
				part = e.Prefix + "=" + part
			}
			parts = append(parts, part)
		}
		if got := strings.Join(parts, ":"); strings.Trim(got, ":=") != strings.Trim(text, ":=") && !strings.Contains(text, "=:") && !strings.Contains(text, ":=") && !strings.Contains(text, "::") && !strings.HasPrefix(text, "=") {
			t.Fatalf("%q falls into %q", text, parts)
		}
	})
}
