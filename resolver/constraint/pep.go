package constraint

import "strings"

// pepScheme has PEP 440's specifiers, and the names of pyenv's versions.
type pepScheme struct{}

func (pepScheme) parse(s string) (Constraint, *ParseError) {
	if s == "latest" {
		return newest{s, pepScheme{}}, nil
	}
	bare, err := parsePythonName(s)
	if err != nil {
		return nil, err
	}
	if bare != "" {
		return parseBarePython(s, bare)
	}
	return parseSpecifiers(s)
}

func (pepScheme) valid(version string) bool {
	_, ok := parsePep(version)
	return ok
}

func (pepScheme) compare(a, b string) int {
	v, _ := parsePep(a)
	w, _ := parsePep(b)
	return v.compare(w)
}

func (pepScheme) prerelease(version string) bool {
	v, _ := parsePep(version)
	return v.prerelease()
}

func (pepScheme) whole(reference string) string { return reference }

func (pepScheme) line(version string) string {
	v, _ := parsePep(version)
	major, rest, _ := strings.Cut(v.release, ".")
	minor, _, _ := strings.Cut(rest, ".")
	if minor == "" {
		return major
	}
	return major + "." + minor
}

// specifiers have to be satisfied all (PEP 440, "Version specifiers").
type specifiers struct {
	text        string
	all         []specifier
	prereleases bool // one of them names a prerelease, so that others count too
	ref         string
}

func (s *specifiers) String() string           { return s.text }
func (s *specifiers) reference() string        { return s.ref }
func (s *specifiers) admits(c *Candidate) bool { return s.Match(c.Version) }

func (s *specifiers) Match(version string) bool {
	v, ok := parsePep(version)
	return ok && (s.prereleases || !v.prerelease()) && s.match(v)
}

func (s *specifiers) nearly(version string) bool {
	v, ok := parsePep(version)
	return ok && s.match(v)
}

func (s *specifiers) match(v pepVersion) bool {
	for _, one := range s.all {
		if !one.match(v) {
			return false
		}
	}
	return true
}

// A specifier compares with one version, or with all that begin like it.
type specifier struct {
	op      string
	version pepVersion
	prefix  bool   // .* follows
	text    string // of the version
}

func (s specifier) match(v pepVersion) bool {
	public := v
	public.local = ""
	switch s.op {
	case "==":
		return s.equal(v, public)
	case "!=":
		return !s.equal(v, public)
	case "~=":
		prefix := s.version
		prefix.release = prefix.release[:strings.LastIndexByte(prefix.release, '.')]
		return public.compare(s.version) >= 0 && v.begins(prefix)
	case "<=":
		return public.compare(s.version) <= 0
	case ">=":
		return public.compare(s.version) >= 0
	case "<":
		return v.compare(s.version) < 0 && !(v.prerelease() && !s.version.prerelease() && s.sameRelease(v))
	case ">":
		return v.compare(s.version) > 0 && !((v.post && !s.version.post || v.local != "") && s.sameRelease(v))
	default: // "==="
		return v.String() == strings.ToLower(s.text)
	}
}

func (s specifier) equal(v, public pepVersion) bool {
	switch {
	case s.prefix:
		return v.begins(s.version)
	case s.version.local == "":
		return public.compare(s.version) == 0
	}
	return v.compare(s.version) == 0
}

func (s specifier) sameRelease(v pepVersion) bool {
	return compareDecimals(v.epoch, s.version.epoch) == 0 && compareReleases(v.release, s.version.release) == 0
}
