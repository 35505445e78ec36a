package resolver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	dir := tree(t, map[string]string{
		"a/.nvmrc":                            "20",
		"a/b/c/go.mod":                        "module x",
		"a/node_modules/m/package.json":       "{}",
		"a/node_modules/m/x/":                 "",
		"a/vendor/v/go.mod":                   "module v",
		"a/.git/hooks/.nvmrc":                 "1",
		"vendor/mine/.nvmrc":                  "1",
		"r/devenv.toml":                       "",
		"r/root/devenv.toml":                  "# c\nread = []\nroot = true\n",
		"r/root/in/.nvmrc":                    "20",
		"r/fake/devenv.toml":                  "[tools]\nroot = true\n",
		"r/broken/devenv.toml":                "root = tru\n",
		"d/.nvmrc/":                           "",
		"d/go.mod":                            "->gone",
		"link":                                "->a/b",
		"l/.node-version":                     "->../a/.nvmrc",
		"sp ace\n%/'\"$(x)/.tool-versions":    "node 1",
		"a/b/c/node_modules_not/package.json": "{}",
	})
	tests := []struct{ at, ceilings, want string }{
		{"a", "", "a"},
		{"a/b", "", "a"},
		{"a/b/c", "", "a a/b/c"},
		{"a/b/c/deleted/deeper", "", "a a/b/c"},
		{"a/b/c/node_modules_not", "", "a a/b/c a/b/c/node_modules_not"},
		{"a/node_modules", "", "a"},
		{"a/node_modules/m/x", "", "a"},
		{"a/vendor/v", "", "a"},
		{"a/.git/hooks", "", "a"},
		{"vendor/mine", "", "vendor/mine"},
		{"r/root/in", "", "r/root r/root/in"},
		{"r/fake", "", "r r/fake"},
		{"r/broken", "", "r r/broken"},
		{"d", "", ""},
		{"link/c", "", "link/c"},
		{"l", "", "l"},
		{"sp ace\n%/'\"$(x)", "", "sp ace\n%/'\"$(x)"},
		{"a/b/c", "a", "a/b/c"},
		{"a/b/c", "a/", "a/b/c"},
		{"a/b/c", "a/b/c", "a a/b/c"},
		{"a", "a", "a"},
		{"", "", ""},
	}
	for _, test := range tests {
		t.Run(test.at+"|"+test.ceilings, func(t *testing.T) {
			ceilings := []string{"", dir}
			if test.ceilings != "" {
				ceilings = append(ceilings, dir+"/"+test.ceilings)
			}
			want := strings.Split(test.want, " ")
			if strings.HasPrefix(test.want, "sp") {
				want = []string{test.want}
			}
			found, err := reader("").Find(filepath.Join(dir, test.at), ceilings)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				rel, _ := filepath.Rel(dir, f)
				got = append(got, rel)
			}
			if strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestFindRefusesRelative(t *testing.T) {
	if _, err := reader("").Find("a/b", nil); err == nil {
		t.Error("a relative directory was taken")
	}
}

func TestFindPassesUnreadable(t *testing.T) {
	dir := tree(t, map[string]string{".nvmrc": "20", "shut/.nvmrc": "20", "shut/in/.nvmrc": "20"})
	if err := os.Chmod(filepath.Join(dir, "shut"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "shut"), 0o755) })
	found, err := reader("").Find(filepath.Join(dir, "shut/in"), []string{filepath.Dir(dir)})
	if err != nil || len(found) == 0 || found[0] != dir {
		t.Errorf("got %q, %v", found, err)
	}
}
