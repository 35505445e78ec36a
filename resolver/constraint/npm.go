package constraint

import (
	"strconv"
	"strings"
)

// npmScheme has npm's ranges, and with words nvm's names for node's versions.
type npmScheme struct{ words bool }

func (n npmScheme) parse(s string) (Constraint, *ParseError) {
	if n.words {
		if c, err := parseNodeWord(s); c != nil || err != nil {
			return c, err
		}
	} else if s == "latest" {
		return newest{s, n}, nil
	}
	return parseNpmRange(s)
}

func (npmScheme) valid(version string) bool {
	_, ok := parseSemver(version)
	return ok
}

func (npmScheme) compare(a, b string) int {
	v, _ := parseSemver(a)
	w, _ := parseSemver(b)
	return v.compare(w)
}

func (npmScheme) prerelease(version string) bool {
	v, _ := parseSemver(version)
	return v.pre != ""
}

func (npmScheme) whole(reference string) string {
	for strings.Count(reference, ".") < 2 {
		reference += ".0"
	}
	return reference
}

func (npmScheme) line(version string) string {
	v, _ := parseSemver(version)
	if v.major == 0 {
		return "0." + strconv.FormatUint(v.minor, 10)
	}
	return strconv.FormatUint(v.major, 10)
}

// An npmRange is a range of npm's semver package: a version satisfies it that
// satisfies all the comparators of one of its sets.
type npmRange struct {
	text string
	sets []comparators
	ref  string
}

type comparators []comparator

// A comparator compares a version with a bound.
type comparator struct {
	op    operator
	bound semver
}

type operator uint8

const (
	equal operator = iota
	less
	lessEqual
	greater
	greaterEqual
)

func (r *npmRange) String() string           { return r.text }
func (r *npmRange) reference() string        { return r.ref }
func (r *npmRange) admits(c *Candidate) bool { return r.Match(c.Version) }

func (r *npmRange) Match(version string) bool {
	v, ok := parseSemver(version)
	if !ok {
		return false
	}
	for _, set := range r.sets {
		if set.match(v) {
			return true
		}
	}
	return false
}

func (r *npmRange) nearly(version string) bool {
	v, ok := parseSemver(version)
	v.pre = ""
	for _, set := range r.sets {
		if ok && set.match(v) {
			return true
		}
	}
	return false
}

// match reports whether v satisfies all comparators. A prerelease does so only
// where one of them names a prerelease of the same three numbers.
func (set comparators) match(v semver) bool {
	named := v.pre == ""
	for _, c := range set {
		if !c.match(v) {
			return false
		}
		named = named || c.bound.pre != "" && c.bound.compareCore(v) == 0
	}
	return named
}

func (c comparator) match(v semver) bool {
	switch order := v.compare(c.bound); c.op {
	case less:
		return order < 0
	case lessEqual:
		return order <= 0
	case greater:
		return order > 0
	case greaterEqual:
		return order >= 0
	default:
		return order == 0
	}
}
