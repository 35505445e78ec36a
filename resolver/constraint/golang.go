package constraint

import (
	"go/version"
	"strings"
)

// goScheme has cmd/go's versions (go.dev/doc/toolchain, "Go versions").
type goScheme struct{}

// full is a version with the go in front that package version wants.
func (goScheme) full(v string) string {
	if strings.HasPrefix(v, "go") {
		return v
	}
	return "go" + v
}

// valid refuses suffixes as in go1.24.5-custom: nobody publishes those.
func (g goScheme) valid(v string) bool {
	return version.IsValid(g.full(v)) && !strings.Contains(v, "-")
}

func (g goScheme) compare(a, b string) int { return version.Compare(g.full(a), g.full(b)) }

// prerelease reports whether v is a beta or a release candidate.
func (goScheme) prerelease(v string) bool {
	return strings.ContainsAny(strings.TrimPrefix(v, "go"), "br")
}

func (goScheme) whole(reference string) string { return reference }

func (goScheme) line(v string) string {
	v = strings.TrimPrefix(v, "go")
	major, rest, _ := strings.Cut(v, ".")
	if rest == "" {
		return major
	}
	return v[:len(major)+1+numberLen(rest)]
}

// A goRange is a line of releases, bounds, or both.
type goRange struct {
	text        string
	within      string // "1.24": this line; "1": any with this number; "": any at all
	bounds      []goBound
	prereleases bool // a bound names one, so that others count too
	ref         string
}

type goBound struct {
	op      string
	version string
}

func (r *goRange) String() string           { return r.text }
func (r *goRange) reference() string        { return r.ref }
func (r *goRange) admits(c *Candidate) bool { return r.Match(c.Version) }

func (r *goRange) Match(v string) bool {
	return r.nearly(v) && (r.prereleases || !goScheme{}.prerelease(v))
}

func (r *goRange) nearly(v string) bool {
	if !(goScheme{}).valid(v) || !r.holds(v) {
		return false
	}
	for _, b := range r.bounds {
		if !b.holds(goScheme{}.compare(v, b.version)) {
			return false
		}
	}
	return true
}

// holds reports whether v lies within the line.
func (r *goRange) holds(v string) bool {
	line := goScheme{}.line(v)
	if strings.Contains(r.within, ".") {
		return line == r.within
	}
	major, _, _ := strings.Cut(line, ".")
	return r.within == "" || major == r.within
}

func (b goBound) holds(order int) bool {
	switch b.op {
	case ">=":
		return order >= 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case "<":
		return order < 0
	case "!=":
		return order != 0
	default:
		return order == 0
	}
}

func (g goScheme) parse(s string) (Constraint, *ParseError) {
	switch s {
	case "latest", "stable":
		return newest{s, g}, nil
	case "system", "local", "path", "auto", "default", "tip", "gotip":
		return nil, problem(0, "%s names no release", s).withHint("name one: 1.24 or latest; or take the line out to use what PATH has")
	}
	if minimum, ok := strings.CutPrefix(s, "go "); ok {
		return g.parseMinimum(s, strings.TrimLeft(minimum, space))
	}
	if strings.IndexByte("<>=!", s[0]) >= 0 {
		return g.parseBounds(s)
	}
	number, wildcard := cutWildcard(s)
	if err := g.check(s, 0, number); err != nil {
		return nil, err
	}
	r := &goRange{text: s, ref: strings.TrimPrefix(number, "go")}
	switch {
	case wildcard && r.ref != g.line(r.ref):
		return nil, problem(len(number), "a wildcard follows a line such as 1.24, not %s", r.ref)
	case r.ref == g.line(r.ref):
		r.within = r.ref
	default:
		r.add("=", r.ref)
	}
	return r, nil
}

// parseMinimum reads what go.mod says in its go line: the newest of that
// version's line will do, if it is not older.
func (g goScheme) parseMinimum(s, v string) (Constraint, *ParseError) {
	if err := g.check(s, len(s)-len(v), v); err != nil {
		return nil, err
	}
	r := &goRange{text: s, within: g.line(v)}
	r.add(">=", v)
	return r, nil
}

// parseBounds reads comparisons with commas or space between.
func (g goScheme) parseBounds(s string) (Constraint, *ParseError) {
	r := &goRange{text: s}
	const between = space + ","
	for i := 0; i < len(s); {
		rest := s[i:]
		op := rest[:len(rest)-len(strings.TrimLeft(rest, "<>=!"))]
		switch op {
		case ">=", "<=", ">", "<", "=", "==", "!=":
		case "":
			return nil, problem(i, "%s instead of an operator (>= <= > < = !=)", found(s, i))
		default:
			return nil, problem(i, "%s is no operator (>= <= > < = !=)", op)
		}
		rest = strings.TrimLeft(rest[len(op):], space)
		end := len(rest)
		if n := strings.IndexAny(rest, between+"<>=!"); n >= 0 {
			end = n
		}
		if err := g.check(s, len(s)-len(rest), rest[:end]); err != nil {
			return nil, err
		}
		r.add(op, strings.TrimPrefix(rest[:end], "go"))
		i = len(s) - len(strings.TrimLeft(rest[end:], between))
	}
	return r, nil
}

func (r *goRange) add(op, v string) {
	r.bounds = append(r.bounds, goBound{op, v})
	r.prereleases = r.prereleases || op != "<" && op != "!=" && goScheme{}.prerelease(v)
	if r.ref == "" {
		r.ref = v
	}
}

// check says what is wrong with the version v at an offset in s.
func (g goScheme) check(s string, offset int, v string) *ParseError {
	switch {
	case v == "" || v == "go":
		return problem(offset+len(v), "%s instead of a version", found(s, offset+len(v)))
	case g.valid(v):
		return nil
	case strings.Contains(v, "-"):
		return problem(offset+strings.Index(v, "-"), "Go publishes no versions with a suffix").
			withHint("%s", v[:strings.Index(v, "-")])
	case v[0] == 'v':
		return problem(offset, "Go's versions have no v").withHint("%s", v[1:])
	case v[0] == '^' || v[0] == '~':
		return problem(offset, "Go's versions have no %c", v[0]).withHint("%s for the newest of that line, >=%s for any from there on", v[1:], v[1:])
	}
	return problem(offset, "%q is no version of Go", v)
}
