package resolver

import (
	"strings"
	"testing"

	"devenv/lockfile"
)

func digest(t *testing.T, text string, tools ...lockfile.Tool) string {
	t.Helper()
	p := manifestProject(t, text)
	if len(tools) > 0 {
		p.Lock = lockOf(tools...)
	}
	code, err := p.Code(func(_ lockfile.Tool, _ string, part lockfile.Part) bool {
		return strings.HasPrefix(part.URL, "https://publisher.example/")
	})
	if err != nil {
		t.Fatal(err)
	}
	return code.Digest()
}

func TestDataNeedsNoConsent(t *testing.T) {
	for _, text := range []string{"", "root = true\nread = []\n[tools]\nnode = '24'\n", "[env]\n[scripts]\n[hooks]\n"} {
		if d := digest(t, text, pinned("node", "24", "24.1.0", system)); d != "" {
			t.Errorf("%q needs consent", text)
		}
	}
	p := load(t, tree(t, map[string]string{".nvmrc": "20"}))
	if code, err := p.Code(nil); err != nil || !code.None() {
		t.Errorf("version files need consent: %v", err)
	}
}

func TestDigest(t *testing.T) {
	const text = "[env]\nA = 'x'\nB = ['1', '2']\n[scripts]\ns = 'run'\n[hooks]\nenter = 'in'\n"
	base := digest(t, text)
	same := map[string]string{
		"comments, tools, order of sections": "# hi\n[hooks]\nenter = 'in' # x\n[tools]\nnode = '24'\n[scripts]\ns = { run = 'run', description = 'd' }\n[env]\nA = \"x\"\nB = ['1', '2']\n",
	}
	for name, other := range same {
		if digest(t, other) != base {
			t.Errorf("%s change the digest", name)
		}
	}
	seen := map[string]string{base: "base"}
	for name, edit := range map[string][2]string{
		"value":       {"'x'", "'y'"},
		"name":        {"A =", "C ="},
		"elements":    {"['1', '2']", "['12']"},
		"list":        {"['1', '2']", "'1'"},
		"unset":       {"'x'", "{ unset = true }"},
		"script":      {"'run'", "'ruin'"},
		"script name": {"s =", "t ="},
		"hook":        {"'in'", "'on'"},
		"other hook":  {"enter", "leave"},
	} {
		d := digest(t, strings.Replace(text, edit[0], edit[1], 1))
		if seen[d] != "" {
			t.Errorf("%s and %s have the same digest", name, seen[d])
		}
		seen[d] = name
	}
}

func TestPartsNeedConsent(t *testing.T) {
	evil := pinned("node", "24", "24.1.0", lockfile.Systems()...)
	part := evil.Platforms[system].Parts
	part[0].URL = "https://evil.example/node.tar.gz"
	first := digest(t, "", evil)
	if first == "" {
		t.Fatal("a download from anywhere needs no consent")
	}
	part[0].Hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	if digest(t, "", evil) == first {
		t.Error("another hash has the same digest")
	}
}
