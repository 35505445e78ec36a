package constraint

import (
	"strconv"
	"strings"
)

// parseNpmRange reads a range (node-semver's README, "Ranges"; its range.bnf).
func parseNpmRange(s string) (*npmRange, *ParseError) {
	r := &npmRange{text: s}
	p := &npmParser{s: s}
	all := false
	for {
		end := len(s)
		if i := strings.Index(s[p.i:], "||"); i >= 0 {
			end = p.i + i
		}
		set, possible, err := p.set(end)
		if err != nil {
			return nil, err
		}
		if possible {
			r.sets = append(r.sets, set)
			all = all || len(set) == 0
		}
		if end == len(s) {
			break
		}
		p.i = end + len("||")
	}
	if all {
		r.sets = []comparators{nil} // as npm does: not even prereleases that another set names
	}
	r.ref = p.ref
	return r, nil
}

// An npmParser reads the sets of a range, up to end.
type npmParser struct {
	s      string
	i, end int
	ref    string // the first version that was read
}

// set reads versions with their operators, or two with a hyphen between. It
// is not possible to satisfy a set such as ">*".
func (p *npmParser) set(end int) (set comparators, possible bool, err *ParseError) {
	p.end = end
	possible = true
	for p.space(); p.i < end; p.space() {
		first := len(set) == 0
		start := p.i
		low, err := p.versionWithOperator()
		if err != nil {
			return nil, false, err
		}
		if p.i < end && !strings.ContainsRune(space, rune(p.s[p.i])) {
			return nil, false, p.unexpected("a space")
		}
		p.space()
		if p.hyphen() {
			if !first || low.operator != "" {
				return nil, false, problem(p.i-1, "a hyphen stands between two plain versions").withHint("20.0.0 - 22.4")
			}
			return p.hyphenated(low)
		}
		var more comparators
		if more, err = low.comparators(); err != nil {
			err.offset = start
			return nil, false, err
		}
		possible = possible && !low.impossible()
		set = append(set, more...)
	}
	return set, possible, nil
}

// hyphen steps over a hyphen that stands alone.
func (p *npmParser) hyphen() bool {
	if p.i+1 < p.end && p.s[p.i] == '-' && strings.ContainsRune(space, rune(p.s[p.i+1])) {
		p.i++
		return true
	}
	return false
}

// hyphenated reads the upper end of a hyphen range, and nothing else may follow.
func (p *npmParser) hyphenated(low partial) (comparators, bool, *ParseError) {
	p.space()
	start := p.i
	high, err := p.versionWithOperator()
	if err != nil {
		return nil, false, err
	}
	if p.space(); p.i < p.end || high.operator != "" {
		return nil, false, problem(start, "a hyphen stands between two plain versions").withHint("20.0.0 - 22.4")
	}
	low.operator, high.operator = ">=", "<="
	var set comparators
	for _, bound := range []partial{low, high} {
		bound.loose = true
		more, err := bound.comparators()
		if err != nil {
			err.offset = start
			return nil, false, err
		}
		set = append(set, more...)
	}
	return set, true, nil
}

func (p *npmParser) space() {
	for p.i < p.end && strings.ContainsRune(space, rune(p.s[p.i])) {
		p.i++
	}
}

func (p *npmParser) unexpected(what string) *ParseError {
	return problem(p.i, "%s instead of %s", found(p.s[:p.end], p.i), what)
}

// accept steps over c.
func (p *npmParser) accept(c byte) bool {
	if p.i < p.end && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// operator reads an operator and the space after it: ~ (or ~>), ^, <, >, <=, >=, =.
func (p *npmParser) operator() string {
	switch {
	case p.accept('~'):
		p.space()
		p.accept('>')
		p.space()
		return "~"
	case p.accept('^'):
		p.space()
		return "^"
	}
	op := ""
	for _, c := range []byte("<>") {
		if op == "" && p.accept(c) {
			op = string(c)
			p.space()
		}
	}
	if p.accept('=') {
		op += "="
		p.space()
	}
	return op
}

func (p *npmParser) versionWithOperator() (v partial, err *ParseError) {
	v.operator = p.operator()
	start := p.i
	for p.accept('v') || p.accept('=') {
	}
	prefix := p.s[start:p.i]
	start = p.i
	count := 0
	for more := true; more && count < 3; more = count < 3 && p.accept('.') {
		if err := p.number(&v, count); err != nil {
			return v, err
		}
		count++
	}
	if count == 3 {
		n, ok := suffixLen(p.s[p.i:p.end])
		if !ok {
			p.i += n
			return v, p.unexpected("letters, digits or hyphens, a number without leading zeros among them")
		}
		v.pre = prerelease(p.s[p.i : p.i+n])
		p.i += n
	}
	if v.known == 3 && len(prefix) > 0 && prefix != "v" && v.operator != "~" && v.operator != "^" {
		return v, problem(start-len(prefix), "%q in front of a whole version", prefix)
	}
	if p.ref == "" && v.known > 0 {
		p.ref = v.String()
	}
	return v, nil
}

// number reads the number at the given place of v, or a wildcard.
func (p *npmParser) number(v *partial, place int) *ParseError {
	if p.accept('x') || p.accept('X') || p.accept('*') {
		return nil
	}
	start := p.i
	n := numberLen(p.s[p.i:p.end])
	if n == 0 {
		if place == 0 {
			return p.unexpected("a version")
		}
		return p.unexpected("a number or x")
	}
	p.i += n
	value, err := strconv.ParseUint(p.s[start:p.i], 10, 64)
	if err != nil || value > maxSafe {
		return problem(start, "the number %s is too large", p.s[start:p.i])
	}
	if v.known < place {
		v.disorder = true
		return nil
	}
	v.numbers[place] = value
	v.known++
	return nil
}
