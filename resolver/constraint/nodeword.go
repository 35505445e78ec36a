package constraint

import (
	"slices"
	"strconv"
	"strings"
)

// newest is any release: the word latest, and node's other words for it.
type newest struct {
	word   string
	scheme scheme
}

func (n newest) String() string    { return n.word }
func (n newest) reference() string { return "" }
func (n newest) Match(v string) bool {
	return n.scheme.valid(v) && !n.scheme.prerelease(v)
}
func (n newest) nearly(v string) bool     { return n.scheme.valid(v) }
func (n newest) admits(c *Candidate) bool { return !c.Prerelease && n.Match(c.Version) }

// ltsLine is a line with long-term support: any, or the one with the codename.
type ltsLine struct {
	word     string
	codename string // "" is any
}

func (l ltsLine) String() string     { return l.word }
func (l ltsLine) reference() string  { return "" }
func (l ltsLine) Match(string) bool  { return false }
func (l ltsLine) nearly(string) bool { return false }
func (l ltsLine) admits(c *Candidate) bool {
	if c.LTS == "" || !(newest{scheme: npmScheme{}}).admits(c) {
		return false
	}
	return l.codename == "" || strings.EqualFold(c.LTS, l.codename)
}

// ltsBefore is the line with long-term support that is steps older than the newest.
type ltsBefore struct {
	ltsLine
	steps int
}

// resolve finds out which line that is. Where there is none, it is a line
// that no candidate is of.
func (l ltsBefore) resolve(all []Candidate) Constraint {
	lines := ltsLines(all)
	if l.steps < len(lines) {
		return ltsLine{l.word, lines[l.steps]}
	}
	return ltsLine{l.word, "?"}
}

// ltsLines are the codenames of the lines with long-term support, newest first.
func ltsLines(all []Candidate) []string {
	first := map[string]string{} // the newest version by codename
	for _, c := range all {
		if !(ltsLine{}).admits(&c) {
			continue
		}
		name := strings.ToLower(c.LTS)
		if v, ok := first[name]; !ok || Compare(NPM, c.Version, v) > 0 {
			first[name] = c.Version
		}
	}
	var names []string
	for name := range first {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return Compare(NPM, first[b], first[a]) })
	return names
}

// parseNodeWord reads nvm's names for versions of node (nvm's README, "Usage"
// and "Long-term Support"), and refuses those that name no version. It
// returns nil where s is no word.
func parseNodeWord(s string) (Constraint, *ParseError) {
	switch s {
	case "node", "stable", "latest", "current":
		return newest{s, npmScheme{}}, nil
	case "lts", "lts/*":
		return ltsLine{word: s}, nil
	case "system", "default", "none":
		return nil, problem(0, "%s is not a version: it means what nvm finds on the machine", s).
			withHint("name one: 20, lts or latest; or take the line out to use what PATH has")
	case "unstable":
		return nil, problem(0, "unstable is node 0.11 and before; nvm has it no more").withHint("the newest is latest")
	}
	if strings.HasPrefix(s, "iojs") {
		return nil, problem(0, "io.js became node 4 in 2015; its versions cannot be had").withHint("the newest of what followed it: 4")
	}
	name, ok := strings.CutPrefix(s, "lts/")
	if !ok {
		return nil, nil
	}
	if steps, ok := strings.CutPrefix(name, "-"); ok {
		n, err := strconv.Atoi(steps)
		if err != nil || n < 1 || steps[0] == '+' || steps[0] == '0' {
			return nil, problem(len("lts/-"), "%q is not a number of lines", steps).withHint("the line before the newest: lts/-1")
		}
		return ltsBefore{ltsLine{word: s}, n}, nil
	}
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' }) {
		return nil, problem(len("lts/"), "%q is not the name of a line", name).withHint("the newest line: lts/*; a line: lts/iron")
	}
	return ltsLine{s, name}, nil
}
