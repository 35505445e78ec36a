package source

import (
	"strings"
	"testing"
)

func TestCheckNesting(t *testing.T) {
	deep := MaxNesting + 1
	for _, c := range []struct {
		name, text string
		refused    bool
	}{
		{"lists", "a = " + strings.Repeat("[", deep), true},
		{"tables", "a = " + strings.Repeat("{a=", deep), true},
		{"dotted key", "a" + strings.Repeat(".a", deep) + " = 1", true},
		{"header", "[a" + strings.Repeat(" . a", deep) + "]", true},
		{"after a string", "a = \"\\\"\"\nb = " + strings.Repeat("[", deep), true},
		{"after an open string", "a = \"\nb = " + strings.Repeat("[", deep), true},
		{"many lines", strings.Repeat("a.b = [{c = [1.5]}]\n", deep), false},
		{"many numbers", "a = [" + strings.Repeat("1.5, ", deep) + "]", false},
		{"string", `a = "` + strings.Repeat("[", deep) + `"`, false},
		{"literal", `a = '` + strings.Repeat("[", deep) + `'`, false},
		{"lines", "a = \"\"\"\n" + strings.Repeat("[\n", deep) + "\"\"\"", false},
		{"comment", "# " + strings.Repeat("[", deep), false},
	} {
		if err := CheckNesting("devenv.toml", []byte(c.text)); (err != nil) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
