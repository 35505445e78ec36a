package resolver

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"devenv/resolver/constraint"
	"devenv/resolver/source"
)

// fits reports whether version meets the requirement. Words that only an index
// can explain (lts) are met by every version.
func (p *Project) fits(r Requirement, version string) bool {
	c, err := constraint.Parse(p.grammars[r.Tool], r.Constraint)
	if err != nil {
		return false
	}
	return c.Match(version) || strings.HasPrefix(strings.ToLower(c.String()), "lts")
}

// checkConstraint says why the requirement's grammar refuses its constraint,
// and where; nil if it does not.
func (p *Project) checkConstraint(r Requirement) *source.Error {
	_, err := constraint.Parse(p.grammars[r.Tool], r.Constraint)
	if err == nil {
		return nil
	}
	e := &source.Error{At: r.Origin, Width: utf8.RuneCountInString(r.Constraint), Source: r.Source, What: err.Error()}
	var parse *constraint.ParseError
	if errors.As(err, &parse) {
		e.What = fmt.Sprintf("%s %q: %s", r.Tool, r.Constraint, parse.Problem)
		e.Fix = parse.Hint()
		e.At.Column += quotes(r) + parse.Column - 1
		e.Width = max(1, e.Width-parse.Column+1)
	}
	return e
}

// quotes is how many characters stand between a requirement's origin and its
// text: those that open a string.
func quotes(r Requirement) int {
	line := []rune(r.Source)
	from := min(max(0, r.Origin.Column-1), len(line))
	return max(0, strings.Index(string(line[from:]), r.Constraint))
}
