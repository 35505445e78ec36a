package eval

import (
	"strconv"
	"strings"
)

var versionBuiltins = []primop{
	{name: "compareVersions", arity: 2, two: func(ev *Evaluator, pos Pos, a, b *Value) Value {
		x := ev.forcePlainString(a, pos)
		return mkInt(int64(compareVersions(x, ev.forcePlainString(b, pos))))
	}},
	{name: "splitVersion", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		rest := ev.forcePlainString(a, pos)
		var out []*Value
		for {
			var part string
			if part, rest = nextComponent(rest); part == "" {
				return mkList(out)
			}
			out = append(out, ev.cell(mkString(part)))
		}
	}},
	{name: "parseDrvName", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		name, version := parseDrvName(ev.forcePlainString(a, pos))
		b := ev.buildAttrs(2)
		b.add("name", mkString(name))
		b.add("version", mkString(version))
		return b.value()
	}},
}

// parseDrvName splits at the first dash that no letter follows.
func parseDrvName(s string) (name, version string) {
	for i := 0; i+1 < len(s); i++ {
		if c := s[i+1]; s[i] == '-' && !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// nextComponent takes the first component of a version off: digits, or
// anything else up to a dot, a dash or a digit.
func nextComponent(s string) (part, rest string) {
	s = strings.TrimLeft(s, ".-")
	if s == "" {
		return "", ""
	}
	i := 1
	for digit := isDigit(s[0]); i < len(s) && isDigit(s[i]) == digit && s[i] != '.' && s[i] != '-'; i++ {
	}
	return s[:i], s[i:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = nextComponent(a)
		y, b = nextComponent(b)
		switch {
		case componentLess(x, y):
			return -1
		case componentLess(y, x):
			return 1
		}
	}
	return 0
}

// componentLess orders components: numbers by value, "pre" before anything,
// words before numbers, nothing before numbers only.
func componentLess(a, b string) bool {
	x, errX := strconv.ParseUint(a, 10, 31)
	y, errY := strconv.ParseUint(b, 10, 31)
	switch {
	case errX == nil && errY == nil:
		return x < y
	case a == "" && errY == nil:
		return true
	case a == "pre" && b != "pre":
		return true
	case b == "pre":
		return false
	case errY == nil:
		return true
	case errX == nil:
		return false
	}
	return a < b
}
