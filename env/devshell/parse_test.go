package devshell

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// print is the inverse of Parse.
func print(s *Shell) []byte {
	var b strings.Builder
	say := func(words ...string) {
		for _, w := range words {
			b.WriteString(w + "\x00")
		}
	}
	say(magic)
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		v := s.Variables[name]
		say(string(v.Kind), name)
		switch v.Kind {
		case Array:
			say(strconv.Itoa(len(v.List)))
			say(v.List...)
		case Associative:
			keys := slices.Sorted(maps.Keys(v.Table))
			say(strconv.Itoa(len(keys)))
			say(keys...)
			for _, key := range keys {
				say(v.Table[key])
			}
		default:
			say(v.Value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Functions)) {
		say("function", name, name+" () \n{"+s.Functions[name]+"}\n")
	}
	if s.Attributes != nil {
		say("attributes", s.Attributes.Sh, s.Attributes.JSON)
	}
	say("end")
	return []byte(b.String())
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "ends too early"},
		{"devenv shell 1", "ends too early"},
		{"devenv shell 2|end|", "begins otherwise"},
		{"devenv shell 1|", "ends too early"},
		{"devenv shell 1|end|more|", "more behind the end"},
		{"devenv shell 1|var|x|", "ends too early"},
		{"devenv shell 1|var|a b|1|end|", `"a b"`},
		{"devenv shell 1|var|x;y|1|end|", `"x;y"`},
		{"devenv shell 1|exported|x|1|var|x|2|end|", "x twice"},
		{"devenv shell 1|integer|x|1|end|", `"integer"`},
		{"devenv shell 1|array|x|two|a|b|end|", "no known length"},
		{"devenv shell 1|array|x|-1|end|", "no known length"},
		{"devenv shell 1|array|x|2000000000|a|end|", "no known length"},
		{"devenv shell 1|array|x|3|a|end|", "ends too early"},
		{"devenv shell 1|associative|x|2|a|b|c|end|", "ends too early"},
		{"devenv shell 1|function|f|f () |end|", "no braces"},
		{"devenv shell 1|function|f|g () { }|end|", "no braces"},
		{"devenv shell 1|function|f $(x)|f $(x) () { }|end|", "that is no name"},
		{"devenv shell 1|function|f|f () { }|function|f|f () { }|end|", "f twice"},
		{"devenv shell 1|attributes|a|b|attributes|a|b|end|", "attributes twice"},
	} {
		_, err := Parse([]byte(strings.ReplaceAll(tt.text, "|", "\x00")))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v", tt.text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(print(&Shell{
		Variables: map[string]Variable{
			"a": {Kind: Exported, Value: "x\ny"}, "b": {Kind: Plain}, "c": {Kind: Array, List: []string{"1", ""}},
			"d": {Kind: Associative, Table: map[string]string{"": "x", "y": ""}},
		},
		Functions:  map[string]string{"f-g": " \n    echo }\n"},
		Attributes: &Attributes{"declare x=1", "{}"},
	}))
	f.Add([]byte("devenv shell 1\x00function\x00f\x00f () { { } > x }\x00end\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(print(s))
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Errorf("%q: %v: %v, and again %v", text, err, s, again)
		}
		s.Script("/outputs")
		s.UserScript("/outputs")
		s.JSON() //nolint:errcheck // what is not UTF-8
	})
}
