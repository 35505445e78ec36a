package storepath

import (
	"errors"
	"strings"
	"testing"
)

const digest = "rk2d2nlkn8vim0j4581nmwzfhgyfn1c3"

func TestCheckName(t *testing.T) {
	for _, name := range []string{
		"a", "hello-2.12", "+", "-", "--", "_", "?", "=", "a?b=c+d_e.f", "...", "..a", ".a", ".gitignore", ".a-b", "...-a",
		"-.", "a-.", "a-..", "Z9", strings.Repeat("x", 211),
	} {
		if err := CheckName(name); err != nil {
			t.Errorf("CheckName(%q) = %v", name, err)
		}
	}
	for name, why := range map[string]string{
		"":                       "empty",
		".":                      "before the first dash",
		"..":                     "before the first dash",
		".-":                     "before the first dash",
		".-a":                    "before the first dash",
		"..-a":                   "before the first dash",
		"..-":                    "before the first dash",
		"a b":                    "' ' at 1",
		"a/b":                    "'/' at 1",
		"a\x00":                  `'\x00' at 1`,
		"é":                      "at 0",
		"a~":                     "'~' at 1",
		"a@b":                    "'@' at 1",
		"a\n":                    `'\n' at 1`,
		strings.Repeat("x", 212): "212 bytes",
	} {
		err := CheckName(name)
		var bad *NameError
		if !errors.As(err, &bad) || bad.Name != name || bad.Hint() == "" {
			t.Errorf("CheckName(%q) = %v", name, err)
		} else if !strings.Contains(err.Error(), why) {
			t.Errorf("CheckName(%q) = %v, which does not say %q", name, err, why)
		}
	}
}

func TestParse(t *testing.T) {
	for full, rest := range map[string]string{
		"/nix/store/" + digest + "-a.txt":                "",
		"/nix/store/" + digest + "-a.txt/":               "",
		"//nix/./store//" + digest + "-a.txt":            "",
		"/nix/var/../store/" + digest + "-a.txt":         "",
		"/nix/store/" + digest + "-a.txt/bin/x":          "/bin/x",
		"/nix/store/" + digest + "-a.txt/bin/../lib//x/": "/lib/x",
		"/nix/store/" + digest + "-a.txt/bin/..":         "",
	} {
		p, got, err := Default.ParseInside(full)
		if err != nil || p.Base() != digest+"-a.txt" || p.Digest() != digest || p.Name() != "a.txt" || got != rest {
			t.Errorf("ParseInside(%q) = %q, %q, %v", full, p, got, err)
		}
		p, err = Default.Parse(full)
		if (err == nil) != (rest == "") {
			t.Errorf("Parse(%q) = %q, %v", full, p, err)
		}
		if err == nil && Default.Join(p) != "/nix/store/"+digest+"-a.txt" {
			t.Errorf("Join gives %q", Default.Join(p))
		}
	}
	for _, full := range []string{
		"", "/", "/nix/store", "/nix/store/", "/nix/storex/" + digest + "-a", "nix/store/" + digest + "-a", digest + "-a",
		"/nix/store/.links/x", "/nix/store/" + digest + "-a/../../var", "/nix/store/" + digest + "-a/../..",
		"/nix/store/../" + digest + "-a", "/nix/store/" + digest + "-a\x00", "/gnu/store/" + digest + "-a",
	} {
		if p, rest, err := Default.ParseInside(full); err == nil {
			t.Errorf("ParseInside(%q) = %q, %q", full, p, rest)
		}
	}
}

func TestParseBase(t *testing.T) {
	for base, why := range map[string]string{
		"":                                      "does not begin with a digest",
		"a":                                     "does not begin with a digest",
		digest:                                  "does not begin with a digest",
		digest[1:] + "-a":                       "does not begin with a digest",
		digest + "a-a":                          "does not begin with a digest",
		digest + "-":                            "empty",
		digest + "-.":                           "before the first dash",
		digest + "-a/b":                         "'/'",
		"e" + digest[1:] + "-a":                 "not a nix32 digit",
		"R" + digest[1:] + "-a":                 "not a nix32 digit",
		"/nix/store/" + digest[11:] + "-a":      "not a nix32 digit",
		digest + "-" + strings.Repeat("x", 212): "212 bytes",
		strings.Repeat("-", 1<<20):              "not a nix32 digit",
	} {
		p, err := ParseBase(base)
		if err == nil {
			t.Errorf("ParseBase(%q) = %q", base, p)
		} else if !strings.Contains(err.Error(), why) || len(err.Error()) > 2000 {
			t.Errorf("ParseBase(%.100q): error %.2000q does not say %q", base, err, why)
		}
	}
	var zero Path
	if !zero.IsZero() || zero.Digest() != "" || zero.Name() != "" || zero.Base() != "" {
		t.Error("the zero path has parts")
	}
}

func FuzzParseBase(f *testing.F) {
	f.Add(digest + "-a.txt")
	f.Add("/nix/store/" + digest + "-a/bin")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParseBase(s); err == nil {
			if p.String() != s || p.Digest()+"-"+p.Name() != s || strings.ContainsAny(s, "/\x00") {
				t.Errorf("%q is accepted as %q", s, p)
			}
			if again, err := Default.Parse(Default.Join(p)); err != nil || again != p {
				t.Errorf("%q joined is read as %q, %v", p, again, err)
			}
		}
		if p, rest, err := Default.ParseInside(s); err == nil {
			full := Default.Join(p) + rest
			if again, rest2, err := Default.ParseInside(full); err != nil || again != p || rest2 != rest {
				t.Errorf("%q is %q, which is %q and %q, %v", s, full, again, rest2, err)
			}
		}
	})
}
