package constraint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// of makes candidates of versions; "22.1.0 Jod" has a codename.
func of(versions ...string) []Candidate {
	var all []Candidate
	for _, v := range versions {
		version, lts, _ := strings.Cut(v, " ")
		all = append(all, Candidate{Version: version, LTS: lts})
	}
	return all
}

var node = of("0.12.18", "4.9.1 Argon", "18.20.8 Hydrogen", "20.20.2 Iron", "20.11.1 Iron", "20.0.0", "21.7.3", "22.1.0", "22.12.0 Jod",
	"22.22.0 Jod", "24.1.0", "24.13.0 Krypton", "25.4.0", "26.0.0-rc.1", "25.9.0-nightly", "garbage")

var pythons = of("3.8.20", "3.11.0", "3.11.4", "3.11.14", "3.12.0", "3.12.8", "3.13.9", "3.14.0", "3.15.0a2", "3.15.0a3", "2.7.18")

var golang = of("1", "1.9", "1.20", "1.20.14", "1.21rc2", "1.21.0", "1.24rc1", "1.24.0", "go1.24.3", "1.24.11", "1.25.5", "1.26rc1", "1.24.99-custom")

func TestSelect(t *testing.T) {
	for _, c := range []struct {
		grammar          Grammar
		all              []Candidate
		constraint, want string
	}{
		{NPM, node, "20", "20.20.2"},
		{NPM, node, "v20.11", "20.11.1"},
		{NPM, node, "20.x", "20.20.2"},
		{NPM, node, " v20.0.0\n", "20.0.0"},
		{NPM, node, "^22.1", "22.22.0"},
		{NPM, node, ">=20 <23", "22.22.0"},
		{NPM, node, "0.12", "0.12.18"},
		{NPM, node, ">=26.0.0-0", "26.0.0-rc.1"},
		{NPM, node, "26.0.0-rc.1", "26.0.0-rc.1"},
		{NPM, node, "node", "25.4.0"},
		{NPM, node, "stable", "25.4.0"},
		{NPM, node, "latest", "25.4.0"},
		{NPM, node, "current", "25.4.0"},
		{NPM, node, "lts", "24.13.0"},
		{NPM, node, "lts/*", "24.13.0"},
		{NPM, node, "lts/iron", "20.20.2"},
		{NPM, node, "lts/Iron", "20.20.2"},
		{NPM, node, "lts/jod", "22.22.0"},
		{NPM, node, "lts/-1", "22.22.0"},
		{NPM, node, "lts/-2", "20.20.2"},
		{NPM, node, "lts/-4", "4.9.1"},
		{SemVer, node, "latest", "25.4.0"},
		{SemVer, node, "^4", "4.9.1"},
		{PEP440, pythons, "3.11", "3.11.14"},
		{PEP440, pythons, "3", "3.14.0"},
		{PEP440, pythons, "2", "2.7.18"},
		{PEP440, pythons, "3.11.4", "3.11.4"},
		{PEP440, pythons, "3.11.0", "3.11.0"},
		{PEP440, pythons, "3.11.*", "3.11.14"},
		{PEP440, pythons, "3.x", "3.14.0"},
		{PEP440, pythons, "v3.11", "3.11.14"},
		{PEP440, pythons, "python-3.11", "3.11.14"},
		{PEP440, pythons, "cpython-3.11.4", "3.11.4"},
		{PEP440, pythons, ">=3.11,<3.13", "3.12.8"},
		{PEP440, pythons, "~=3.11", "3.14.0"},
		{PEP440, pythons, "~=3.11.2", "3.11.14"},
		{PEP440, pythons, "==3.11.*,!=3.11.14", "3.11.4"},
		{PEP440, pythons, "latest", "3.14.0"},
		{PEP440, pythons, "3.15.0a2", "3.15.0a2"},
		{PEP440, pythons, ">=3.15.0a1", "3.15.0a3"},
		{Go, golang, "1.24", "1.24.11"},
		{Go, golang, "1.24.3", "go1.24.3"},
		{Go, golang, "go1.24.3", "go1.24.3"},
		{Go, golang, "1.24rc1", "1.24rc1"},
		{Go, golang, "1.24.x", "1.24.11"},
		{Go, golang, "1.24.*", "1.24.11"},
		{Go, golang, "1", "1.25.5"},
		{Go, golang, "1.20", "1.20.14"},
		{Go, golang, "1.20.0", "1.20"},
		{Go, golang, ">=1.22", "1.25.5"},
		{Go, golang, ">=1.22, <1.25", "1.24.11"},
		{Go, golang, ">=go1.22 <go1.24.11", "go1.24.3"},
		{Go, golang, ">1.24.0 !=1.25.5", "1.24.11"},
		{Go, golang, ">=1.26rc1", "1.26rc1"},
		{Go, golang, "<=1.21", "1.20.14"},
		{Go, golang, "=1.9", "1.9"},
		{Go, golang, "latest", "1.25.5"},
		{Go, golang, "stable", "1.25.5"},
		{Go, golang, "go 1.24.3", "1.24.11"},
		{Go, golang, "go 1.24", "1.24.11"},
		{Go, golang, "go 1.24rc1", "1.24.11"},
		{Go, golang, "go 1.26rc1", "1.26rc1"},
		{Go, golang, "go 1", "1.25.5"},
	} {
		got, err := Select(c.grammar, c.constraint, c.all)
		if err != nil || got.Version != c.want {
			t.Errorf("%s %q: %q, %v, want %s", c.grammar, c.constraint, got.Version, err, c.want)
		}
	}
}

// TestSelectWordsPassOver has versions that only their index calls prereleases.
func TestSelectWordsPassOver(t *testing.T) {
	all := []Candidate{{Version: "1.0.0", LTS: "One"}, {Version: "2.0.0", LTS: "Two", Prerelease: true}}
	for _, word := range []string{"latest", "lts", "lts/*"} {
		if got, err := Select(NPM, word, all); err != nil || got.Version != "1.0.0" {
			t.Errorf("%s: %v, %v", word, got, err)
		}
	}
}

func TestNoMatch(t *testing.T) {
	for _, c := range []struct {
		grammar                Grammar
		tool                   string
		all                    []Candidate
		constraint, want, hint string
	}{
		{NPM, "node", node, "99", "no version satisfies 99; the newest is 25.4.0; there are 25, 24, 22, 21, 20, 18, 4, 0.12", `write node = "25"`},
		{NPM, "", node, "99", "no version satisfies 99; the newest is 25.4.0; there are 25, 24, 22, 21, 20, 18, 4, 0.12", `write "25"`},
		{NPM, "node", node, "20.99", "no version satisfies 20.99; the newest is 25.4.0, the nearest 20.20.2 and 21.7.3", `write node = "20.20"`},
		{NPM, "node", node, "20.11.0", "no version satisfies 20.11.0; the newest is 25.4.0, the nearest 20.0.0 and 20.11.1", `write node = "20.0.0"`},
		{NPM, "node", node, "19.x", "no version satisfies 19.x; the newest is 25.4.0, the nearest 18.20.8 and 20.0.0; there are 25, 24, 22, 21, 20, 18, 4, 0.12", `write node = "18"`},
		{NPM, "node", node, "0.1.0", "no version satisfies 0.1.0; the newest is 25.4.0, the nearest 0.12.18; there are 25, 24, 22, 21, 20, 18, 4, 0.12", `write node = "0.12.18"`},
		{NPM, "node", node, "26", "no version satisfies 26, but for prereleases such as 26.0.0-rc.1; the newest is 25.4.0; there are 25, 24, 22, 21, 20, 18, 4, 0.12", `write node = "26.0.0-rc.1"`},
		{NPM, "node", node, ">*", "no version satisfies >*; the newest is 25.4.0", `write node = "25"`},
		{NPM, "node", node, "lts/nope", "no version satisfies lts/nope; the newest is 25.4.0; there are lts/krypton, lts/jod, lts/iron, lts/hydrogen, lts/argon", `write node = "lts/krypton"`},
		{NPM, "node", node, "lts/-9", "no version satisfies lts/-9; the newest is 25.4.0; there are lts/krypton, lts/jod, lts/iron, lts/hydrogen, lts/argon", `write node = "lts/krypton"`},
		{NPM, "node", of("1.0.0"), "lts/*", "no version satisfies lts/*; the newest is 1.0.0", `write node = "1"`},
		{NPM, "node", nil, "20", "no version satisfies 20: there are no releases", "look whether the index or mirror is the right one"},
		{NPM, "node", of("1.0.0-a"), "latest", "no version satisfies latest, but for prereleases such as 1.0.0-a", `write node = "1.0.0-a"`},
		{PEP440, "python", pythons, "3.11.99", "no version satisfies 3.11.99; the newest is 3.14.0, the nearest 3.11.14 and 3.12.0", `write python = "3.11.14"`},
		{PEP440, "python", pythons, "3.15", "no version satisfies 3.15, but for prereleases such as 3.15.0a3; the newest is 3.14.0; there are 3.14, 3.13, 3.12, 3.11, 3.8, 2.7", `write python = "3.15.0a3"`},
		{PEP440, "python", pythons, ">=3.11,<3.11", "no version satisfies >=3.11,<3.11; the newest is 3.14.0, the nearest 3.11.0 and 3.11.4", `write python = "3.11"`},
		{Go, "go", golang, "1.24.50", "no version satisfies 1.24.50; the newest is 1.25.5, the nearest 1.24.11 and 1.25.5", `write go = "1.24.11"`},
		{Go, "go", golang, "go 1.99.1", "no version satisfies go 1.99.1; the newest is 1.25.5; there are 1.25, 1.24, 1.21, 1.20, 1.9, 1", `write go = "1.25.5"`},
	} {
		_, err := Select(c.grammar, c.constraint, c.all)
		var none *NoMatchError
		if !errors.As(err, &none) {
			t.Errorf("%s %q: %v", c.grammar, c.constraint, err)
			continue
		}
		none.Tool = c.tool
		if none.Error() != c.want || none.Hint() != c.hint {
			t.Errorf("%s %q:\n got %s\n     %s\nwant %s\n     %s", c.grammar, c.constraint, none.Error(), none.Hint(), c.want, c.hint)
		}
	}
}

func TestParseErrors(t *testing.T) {
	node := (&ParseError{Grammar: NPM}).Hint()
	python := (&ParseError{Grammar: PEP440}).Hint()
	golang := (&ParseError{Grammar: Go}).Hint()
	for _, c := range []struct {
		grammar Grammar
		in      string
		column  int
		problem string
		hint    string
	}{
		{NPM, "", 1, "empty", "any release: latest"},
		{NPM, "twenty", 1, "'t' instead of a version", node},
		{NPM, "  >=20 <", 9, "the end instead of a version", node},
		{NPM, "20.11.1.2", 8, "'.' instead of a space", node},
		{NPM, "20.", 4, "the end instead of a number or x", node},
		{NPM, "20 || é", 7, "'é' instead of a version", node},
		{NPM, "1.2.3-01", 7, "'0' instead of letters, digits or hyphens, a number without leading zeros among them", node},
		{NPM, "18 - 20 21", 6, "a hyphen stands between two plain versions", "20.0.0 - 22.4"},
		{NPM, "18 >=x.1", 4, "a number follows a wildcard", node},
		{NPM, "==1.2.3", 2, `"=" in front of a whole version`, node},
		{NPM, "1 || 9007199254740992", 6, "the number 9007199254740992 is too large", node},
		{NPM, "iojs-v3", 1, "io.js became node 4 in 2015; its versions cannot be had", "the newest of what followed it: 4"},
		{NPM, "system", 1, "system is not a version: it means what nvm finds on the machine", "name one: 20, lts or latest; or take the line out to use what PATH has"},
		{NPM, "unstable", 1, "unstable is node 0.11 and before; nvm has it no more", "the newest is latest"},
		{NPM, "lts/", 5, `"" is not the name of a line`, "the newest line: lts/*; a line: lts/iron"},
		{NPM, "lts/-0", 6, `"0" is not a number of lines`, "the line before the newest: lts/-1"},
		{NPM, "lts/-x", 6, `"x" is not a number of lines`, "the line before the newest: lts/-1"},
		{SemVer, "lts", 1, "'l' instead of a version", (&ParseError{}).Hint()},
		{PEP440, "3.13t", 5, "free-threaded builds (t) cannot be had", "3.13"},
		{PEP440, "3.14-dev", 5, "development builds are not published", "a release: 3.14; or a prerelease such as 3.14a1"},
		{PEP440, "pypy3.10", 1, `"pypy" is neither a version nor a specifier; of Python's implementations only CPython can be had`, python},
		{PEP440, "miniconda3-latest", 1, `"miniconda" is neither a version nor a specifier; of Python's implementations only CPython can be had`, python},
		{PEP440, "system", 1, "system is not a version: it means what pyenv finds on the machine", "name one: 3.12 or latest; or take the line out to use what PATH has"},
		{PEP440, ">=3.11 <3.13", 8, "'<' after the version", ">=3.11,<3.13"},
		{PEP440, "3.11,<3.13", 1, "3.11 needs an operator where there are several", "==3.11,<3.13"},
		{PEP440, ">=3.11,3.13", 8, "'3' instead of an operator (=== == ~= != <= >= < >)", python},
		{PEP440, "^3.11", 1, "'^' instead of an operator (=== == ~= != <= >= < >)", ">=3.11,<4"},
		{PEP440, "^9.1", 1, "'^' instead of an operator (=== == ~= != <= >= < >)", ">=9.1,<10"},
		{PEP440, "~=3", 3, "~= needs two numbers: 3 is one", "~=3.0"},
		{PEP440, ">=3.11.*", 7, "only == and != take a wildcard", ">=3.11"},
		{PEP440, ">=", 3, "the end instead of a version", python},
		{PEP440, "3.11rc1.*", 8, "a wildcard follows a release only, not 3.11rc1", python},
		{PEP440, "3.11/x", 5, "'/' after the version", python},
		{Go, "v1.24", 1, "Go's versions have no v", "1.24"},
		{Go, "^1.24", 1, "Go's versions have no ^", "1.24 for the newest of that line, >=1.24 for any from there on"},
		{Go, "1.24.5-custom", 7, "Go publishes no versions with a suffix", "1.24.5"},
		{Go, "1.24.5.x", 7, "a wildcard follows a line such as 1.24, not 1.24.5", golang},
		{Go, "go", 3, "the end instead of a version", golang},
		{Go, "go x", 4, `"x" is no version of Go`, golang},
		{Go, ">=1.22 1.24", 8, "'1' instead of an operator (>= <= > < = !=)", golang},
		{Go, "=>1.22", 1, "=> is no operator (>= <= > < = !=)", golang},
		{Go, ">=", 3, "the end instead of a version", golang},
		{Go, "local", 1, "local names no release", "name one: 1.24 or latest; or take the line out to use what PATH has"},
	} {
		_, err := Parse(c.grammar, c.in)
		var parse *ParseError
		if !errors.As(err, &parse) {
			t.Errorf("%s %q: %v", c.grammar, c.in, err)
			continue
		}
		if parse.Column != c.column || parse.Problem != c.problem || parse.Hint() != c.hint {
			t.Errorf("%s %q:\n got %d %s (%s)\nwant %d %s (%s)", c.grammar, c.in, parse.Column, parse.Problem, parse.Hint(), c.column, c.problem, c.hint)
		}
		if want := fmt.Sprintf("%q, column %d: %s", c.in, c.column, c.problem); err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
	}
}

func TestMatchAlone(t *testing.T) {
	for _, c := range []struct {
		grammar             Grammar
		constraint, version string
		want                bool
	}{
		{NPM, "lts/iron", "20.11.1", false},
		{NPM, "lts", "20.11.1", false},
		{NPM, "latest", "20.11.1", true},
		{NPM, "latest", "20.11.1-rc.1", false},
		{NPM, "latest", "x", false},
		{NPM, "20", "v20.11.1", true},
		{Go, "1.24", "go1.24.5", true},
		{Go, "1.24", "1.24.5-custom", false},
		{PEP440, "3.11", "3.11.5+20240101", true},
	} {
		constraint, err := Parse(c.grammar, c.constraint)
		if err != nil {
			t.Fatal(err)
		}
		if got := constraint.Match(c.version); got != c.want {
			t.Errorf("%s %q matches %q: %t", c.grammar, c.constraint, c.version, got)
		}
	}
}

// TestGoOrder has the order that cmd/go documents at go.dev/doc/toolchain.
func TestGoOrder(t *testing.T) {
	ordered := []string{"junk", "1.9", "1.20rc1", "1.20", "1.20.1", "1.21", "1.21rc1", "1.21rc2", "1.21.0", "1.21.1", "1.100.0"}
	shuffled := slices.Clone(ordered)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, func(a, b string) int { return Compare(Go, a, "go"+b) })
	if !slices.Equal(shuffled, ordered) {
		t.Error(shuffled)
	}
	if Compare(Go, "junk", "1.9") >= 0 || Compare(Go, "1.9", "junk") <= 0 || Compare(Go, "a", "b") >= 0 {
		t.Error("what is no version comes first")
	}
}

// thousand are candidates as an index has them.
func thousand(prefix string) []Candidate {
	var all []Candidate
	for i := range 1000 {
		all = append(all, Candidate{Version: fmt.Sprintf("%s%d.%d.%d", prefix, i/100+1, i/10%10, i%10), LTS: "iron"})
	}
	return all
}

func TestSelectAllocations(t *testing.T) {
	for g, constraint := range map[Grammar]string{NPM: ">=2.1 <9", PEP440: ">=2.1,<9", Go: ">=2.1"} {
		all := thousand("")
		if n := testing.AllocsPerRun(5, func() {
			if _, err := Select(g, constraint, all); err != nil {
				t.Fatal(err)
			}
		}); n > 30 {
			t.Errorf("%s: %v allocations for 1,000 candidates", g, n)
		}
	}
}

func BenchmarkSelect(b *testing.B) {
	for g, constraint := range map[Grammar]string{NPM: ">=2.1 <9", PEP440: ">=2.1,<9", Go: ">=2.1"} {
		all := thousand("")
		b.Run(string(g), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Select(g, constraint, all)
			}
		})
	}
}
