package constraint

import (
	"strings"
	"time"
)

// A Grammar is a way to write versions and constraints.
type Grammar string

// The grammars.
const (
	NPM    Grammar = "npm"    // node: nvm's words and npm's ranges
	PEP440 Grammar = "pep440" // python: PEP 440, and pyenv's names
	Go     Grammar = "go"     // go: cmd/go's versions
	SemVer Grammar = "semver" // any other tool with semantic versions: npm's ranges, and latest
)

// A Constraint says which versions will do. It is safe for concurrent use.
type Constraint interface {
	// String is the constraint as it was written, without space around it.
	String() string
	// Match reports whether version satisfies the constraint on its own
	// account. A text that is no version of the grammar does not. Nor does any
	// version satisfy the lts words: they are about what else there is, which
	// only Select knows. Every release satisfies latest.
	Match(version string) bool

	// admits is Match for a candidate, whose codename is known.
	admits(c *Candidate) bool
	// nearly is Match for a prerelease, as if that were no reason to refuse it.
	nearly(version string) bool
	// reference is the version, perhaps not all of it, that the constraint is
	// about; empty where there is none.
	reference() string
}

// A Candidate is a version that can be had.
type Candidate struct {
	Version    string    // "20.11.1", "3.13.0rc1", "1.24.5"; a leading v or go does no harm
	LTS        string    // the codename of the long-term support line, "" if none
	Date       time.Time // of the release
	Prerelease bool      // the words latest and lts pass it over, as all that the grammar calls prereleases
}

// Parse reads a constraint. The error is a *ParseError.
func Parse(g Grammar, s string) (Constraint, error) {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return nil, &ParseError{Grammar: g, Constraint: s, Column: 1, Problem: "empty", hint: "any release: latest"}
	}
	c, err := g.scheme().parse(trimmed)
	if err != nil {
		lead := len(s) - len(strings.TrimLeft(s, space))
		return nil, err.complete(g, s, lead)
	}
	return c, nil
}

// Compare orders two versions of a grammar: -1, 0 or 1, as a is older than,
// as old as, or newer than b. What is no version comes before all that are, in
// the order of its bytes.
func Compare(g Grammar, a, b string) int {
	s := g.scheme()
	switch va, vb := s.valid(a), s.valid(b); {
	case va && vb:
		return s.compare(a, b)
	case va:
		return 1
	case vb:
		return -1
	}
	return strings.Compare(a, b)
}

// Select returns the newest of all that satisfies the constraint: of equal
// ones the first. The error is a *ParseError or a *NoMatchError.
func Select(g Grammar, constraint string, all []Candidate) (best Candidate, err error) {
	c, err := Parse(g, constraint)
	if err != nil {
		return Candidate{}, err
	}
	if relative, ok := c.(ltsBefore); ok {
		c = relative.resolve(all)
	}
	s := g.scheme()
	at := -1
	for i := range all {
		if c.admits(&all[i]) && (at < 0 || s.compare(all[i].Version, all[at].Version) > 0) {
			at = i
		}
	}
	if at < 0 {
		return Candidate{}, noMatch(g, c, all)
	}
	return all[at], nil
}

// A scheme is what the grammars do each in its own way.
type scheme interface {
	// parse reads a constraint, which is neither empty nor has space around it.
	parse(s string) (Constraint, *ParseError)
	valid(version string) bool
	// compare orders valid versions.
	compare(a, b string) int
	prerelease(version string) bool
	// whole completes a reference to a valid version.
	whole(reference string) string
	// line is the release line that a version belongs to, as people call it.
	line(version string) string
}

func (g Grammar) scheme() scheme {
	switch g {
	case NPM:
		return npmScheme{words: true}
	case SemVer:
		return npmScheme{}
	case PEP440:
		return pepScheme{}
	case Go:
		return goScheme{}
	}
	panic("constraint: no grammar " + string(g))
}

// cutWildcard cuts a .x or .* off the end.
func cutWildcard(s string) (before string, found bool) {
	if before, found = strings.CutSuffix(s, ".x"); found {
		return before, true
	}
	return strings.CutSuffix(s, ".*")
}

const space = " \t\n\r\v\f"

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// compareDecimals orders numbers of any size, written in digits.
func compareDecimals(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return sign(len(a) - len(b))
	}
	return strings.Compare(a, b)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
