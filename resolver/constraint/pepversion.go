package constraint

import (
	"cmp"
	"strings"
)

// A pepVersion is a version as PEP 440 defines it, its numbers left as the
// digits they are written in.
type pepVersion struct {
	epoch   string // "" is 0
	release string // numbers with dots between
	pre     byte   // 'a', 'b', 'c' (rc), or 0 for none
	preN    string
	post    bool
	postN   string
	dev     bool
	devN    string
	local   string // without the +
}

// parsePep reads a whole version (PEP 440, Appendix B).
func parsePep(s string) (v pepVersion, ok bool) {
	v, n := scanPep(strings.TrimSpace(s))
	return v, n > 0 && n == len(strings.TrimSpace(s))
}

// scanPep reads the longest version that s begins with, and its length; 0
// where there is none.
func scanPep(s string) (v pepVersion, n int) {
	p := pepScanner{s: s}
	p.word("v")
	digits := p.digits()
	if digits == "" {
		return v, 0
	}
	start := p.i - len(digits)
	if p.i+1 < len(s) && s[p.i] == '!' && isDigit(s[p.i+1]) {
		v.epoch = digits
		p.i++
		start = p.i
		p.digits()
	}
	for p.i+1 < len(s) && s[p.i] == '.' && isDigit(s[p.i+1]) {
		p.i++
		p.digits()
	}
	v.release = s[start:p.i]
	if kind, number, ok := p.label("alpha", "beta", "preview", "pre", "rc", "a", "b", "c"); ok {
		v.pre, v.preN = kind[0], number
		if kind[0] == 'p' || kind[0] == 'r' { // preview, pre, rc
			v.pre = 'c'
		}
	}
	if p.i+1 < len(s) && s[p.i] == '-' && isDigit(s[p.i+1]) {
		p.i++
		v.post, v.postN = true, p.digits()
	} else {
		_, v.postN, v.post = p.label("post", "rev", "r")
	}
	_, v.devN, v.dev = p.label("dev")
	v.local = p.local()
	return v, p.i
}

type pepScanner struct {
	s string
	i int
}

func (p *pepScanner) digits() string {
	start := p.i
	for p.i < len(p.s) && isDigit(p.s[p.i]) {
		p.i++
	}
	return p.s[start:p.i]
}

// word steps over w, in whatever case.
func (p *pepScanner) word(w string) bool {
	if end := p.i + len(w); end <= len(p.s) && strings.EqualFold(p.s[p.i:end], w) {
		p.i = end
		return true
	}
	return false
}

func (p *pepScanner) separator() bool {
	if p.i < len(p.s) && strings.IndexByte("-_.", p.s[p.i]) >= 0 {
		p.i++
		return true
	}
	return false
}

// label reads one of words and its number, with separators before and between;
// the number may be missing though its separator is there.
func (p *pepScanner) label(words ...string) (word, number string, ok bool) {
	start := p.i
	p.separator()
	for _, w := range words {
		if !p.word(w) {
			continue
		}
		p.separator()
		number = p.digits()
		return w, number, true
	}
	p.i = start
	return "", "", false
}

// local reads +identifiers.
func (p *pepScanner) local() string {
	start := p.i
	if p.i >= len(p.s) || p.s[p.i] != '+' {
		return ""
	}
	for more := true; more; {
		p.i++
		first := p.i
		for p.i < len(p.s) && isIdentifier(p.s[p.i]) && p.s[p.i] != '-' {
			p.i++
		}
		if p.i == first {
			p.i = max(first-1, start)
			break
		}
		more = p.i < len(p.s) && strings.IndexByte("-_.", p.s[p.i]) >= 0
	}
	if p.i == start {
		return ""
	}
	return p.s[start+1 : p.i]
}

func (v pepVersion) prerelease() bool { return v.pre != 0 || v.dev }

// compare orders versions (PEP 440, "Summary of permitted suffixes and
// relative ordering").
func (v pepVersion) compare(w pepVersion) int {
	return cmp.Or(v.comparePublic(w), compareLocal(v.local, w.local))
}

func (v pepVersion) comparePublic(w pepVersion) int {
	return cmp.Or(
		compareDecimals(v.epoch, w.epoch),
		compareReleases(v.release, w.release),
		cmp.Compare(v.preRank(), w.preRank()),
		compareDecimals(v.preN, w.preN),
		compareBools(v.post, w.post),
		compareDecimals(v.postN, w.postN),
		compareBools(!v.dev, !w.dev),
		compareDecimals(v.devN, w.devN),
	)
}

// preRank puts a development release of no prerelease and no post-release
// before the prereleases, and releases after them.
func (v pepVersion) preRank() int {
	switch {
	case v.pre != 0:
		return int(v.pre)
	case v.dev && !v.post:
		return 0
	}
	return 'z'
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareReleases takes missing numbers for zeros.
func compareReleases(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareDecimals(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// compareLocal puts words before numbers, in whatever case.
func compareLocal(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = cutLocal(a)
		y, b = cutLocal(b)
		nx, ny := isDecimal(x), isDecimal(y)
		c := 0
		switch {
		case nx && ny:
			c = compareDecimals(x, y)
		case nx != ny:
			c = compareBools(nx, ny)
		default:
			c = strings.Compare(strings.ToLower(x), strings.ToLower(y))
		}
		if c != 0 {
			return c
		}
	}
	return sign(len(a) - len(b))
}

func cutLocal(s string) (first, rest string) {
	if i := strings.IndexAny(s, "-_."); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// begins reports whether the epoch and the release of v begin with those of
// prefix, zeros added as needed: what "==3.11.*" asks.
func (v pepVersion) begins(prefix pepVersion) bool {
	if compareDecimals(v.epoch, prefix.epoch) != 0 {
		return false
	}
	have, want := v.release, prefix.release
	for want != "" {
		var x, y string
		x, have, _ = strings.Cut(have, ".")
		y, want, _ = strings.Cut(want, ".")
		if compareDecimals(x, y) != 0 {
			return false
		}
	}
	return true
}

// String is the version in its normal form (PEP 440, "Normalization").
func (v pepVersion) String() string {
	var b strings.Builder
	if epoch := strings.TrimLeft(v.epoch, "0"); epoch != "" {
		b.WriteString(epoch + "!")
	}
	for i, n := range strings.Split(v.release, ".") {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(normalNumber(n))
	}
	switch v.pre {
	case 'c':
		b.WriteString("rc" + normalNumber(v.preN))
	case 'a', 'b':
		b.WriteString(string(v.pre) + normalNumber(v.preN))
	}
	if v.post {
		b.WriteString(".post" + normalNumber(v.postN))
	}
	if v.dev {
		b.WriteString(".dev" + normalNumber(v.devN))
	}
	separator := "+"
	for rest := v.local; rest != ""; separator = "." {
		var part string
		if part, rest = cutLocal(rest); isDecimal(part) {
			part = normalNumber(part)
		}
		b.WriteString(separator + strings.ToLower(part))
	}
	return b.String()
}

func normalNumber(n string) string {
	if n = strings.TrimLeft(n, "0"); n == "" {
		return "0"
	}
	return n
}
