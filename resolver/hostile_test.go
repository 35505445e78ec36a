package resolver

import (
	"strings"
	"testing"
)

// TestLoadRefusesNesting: the TOML parsers recurse; a file of brackets would
// take all memory and end the process, which no error can stop.
func TestLoadRefusesNesting(t *testing.T) {
	const n = 1 << 20
	for _, text := range []string{"a = " + strings.Repeat("[", n), "a = " + strings.Repeat("{a=", n), "a" + strings.Repeat(".a", n) + " = 1"} {
		for _, name := range []string{"devenv.toml", "pyproject.toml"} {
			dir := tree(t, map[string]string{name: text})
			r := reader("")
			if dirs, err := r.Find(dir, nil); err != nil || len(dirs) == 0 {
				t.Errorf("%s: Find: %v %v", name, dirs, err)
			}
			if _, err := r.Load(dir); err == nil || len(err.Error()) > 500 {
				t.Errorf("%s: %.500v", name, err)
			}
		}
	}
}
