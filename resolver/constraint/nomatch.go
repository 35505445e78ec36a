package constraint

import (
	"fmt"
	"slices"
	"strings"
)

// A NoMatchError says that no candidate satisfies a constraint, and what there is.
type NoMatchError struct {
	Grammar    Grammar
	Constraint string
	Nearest    []string // the next older and the next newer release, as far as there are
	Newest     string   // of all releases; "" if there are none
	Prerelease string   // the newest prerelease that would do; "" if none
	Lines      []string // the release lines (majors of node, minors of Python and Go), or lts/ names; newest first
	Tool       string   // set by the caller for the hint: the key in front of the constraint

	known bool // the constraint's line is among Lines
	depth int  // how many numbers the constraint's version has
}

func (e *NoMatchError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "no version satisfies %s", e.Constraint)
	switch {
	case e.Prerelease != "":
		fmt.Fprintf(&b, ", but for prereleases such as %s", e.Prerelease)
	case e.Newest == "":
		b.WriteString(": there are no releases")
		return b.String()
	}
	if e.Newest != "" {
		fmt.Fprintf(&b, "; the newest is %s", e.Newest)
	}
	if len(e.Nearest) > 0 && !slices.Equal(e.Nearest, []string{e.Newest}) {
		fmt.Fprintf(&b, ", the nearest %s", strings.Join(e.Nearest, " and "))
	}
	if !e.known && len(e.Lines) > 0 {
		fmt.Fprintf(&b, "; there are %s", shortList(e.Lines))
	}
	return b.String()
}

// shortList shows the first few of a list, and what the last one is.
func shortList(list []string) string {
	const most = 12
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:most], ", ") + ", … " + list[len(list)-1]
}

// Hint is what to write instead.
func (e *NoMatchError) Hint() string {
	instead := e.Prerelease
	switch {
	case instead != "":
	case len(e.Nearest) > 0:
		instead = truncate(e.Nearest[0], e.depth)
	case e.Newest != "":
		instead = truncate(e.Newest, 1+strings.Count(e.Grammar.scheme().line(e.Newest), "."))
	default:
		return "look whether the index or mirror is the right one"
	}
	if strings.HasPrefix(e.Constraint, "lts/") && len(e.Lines) > 0 {
		instead = e.Lines[0]
	}
	if e.Tool == "" {
		return fmt.Sprintf("write %q", instead)
	}
	return fmt.Sprintf("write %s = %q", e.Tool, instead)
}

// truncate keeps the first n numbers of a version.
func truncate(version string, n int) string {
	parts := strings.Split(version, ".")
	return strings.Join(parts[:min(n, len(parts))], ".")
}

// noMatch looks for what comes nearest to a constraint that none satisfies.
func noMatch(g Grammar, c Constraint, all []Candidate) *NoMatchError {
	s := g.scheme()
	e := &NoMatchError{Grammar: g, Constraint: c.String()}
	var releases []string
	for _, candidate := range all {
		v := candidate.Version
		switch {
		case !s.valid(v):
		case !candidate.Prerelease && !s.prerelease(v):
			releases = append(releases, v)
		case c.nearly(v) && (e.Prerelease == "" || s.compare(v, e.Prerelease) > 0):
			e.Prerelease = v
		}
	}
	slices.SortStableFunc(releases, func(a, b string) int { return s.compare(b, a) })
	for _, v := range releases {
		if line := s.line(v); !slices.Contains(e.Lines, line) {
			e.Lines = append(e.Lines, line)
		}
	}
	if len(releases) == 0 {
		return e
	}
	e.Newest = releases[0]
	if _, ok := c.(ltsLine); ok {
		e.Lines = nil
		for _, name := range ltsLines(all) {
			e.Lines = append(e.Lines, "lts/"+name)
		}
		return e
	}
	e.around(s, c.reference(), releases)
	return e
}

// around finds the releases next to a version; they are sorted, newest first.
func (e *NoMatchError) around(s scheme, version string, releases []string) {
	if version == "" {
		e.known = true // there is no line to miss
		return
	}
	e.depth = 1 + strings.Count(version, ".")
	whole := s.whole(version)
	i, _ := slices.BinarySearchFunc(releases, whole, func(v, target string) int { return s.compare(target, v) })
	if i < len(releases) {
		e.Nearest = append(e.Nearest, releases[i])
	}
	if i > 0 {
		e.Nearest = append(e.Nearest, releases[i-1])
	}
	e.known = slices.Contains(e.Lines, s.line(whole))
}
