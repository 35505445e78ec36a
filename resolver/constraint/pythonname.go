package constraint

import "strings"

// parsePythonName returns the version in a name as pyenv has them, such as
// 3.11 or python-3.11.4, and "" where s is a specifier. Names of other
// implementations and builds are refused.
func parsePythonName(s string) (version string, err *ParseError) {
	if strings.IndexByte("=<>~!^,", s[0]) >= 0 {
		return "", nil
	}
	if s == "system" {
		return "", problem(0, "system is not a version: it means what pyenv finds on the machine").
			withHint("name one: 3.12 or latest; or take the line out to use what PATH has")
	}
	version = strings.TrimPrefix(strings.TrimPrefix(s, "cpython-"), "python-")
	if version == "" || !isDigit(version[0]) && !(len(version) > 1 && version[0] == 'v' && isDigit(version[1])) {
		name := s
		if i := strings.IndexAny(s, "-0123456789"); i > 0 {
			name = s[:i]
		}
		return "", problem(0, "%q is neither a version nor a specifier; of Python's implementations only CPython can be had", name)
	}
	return version, nil
}

// parseBarePython reads a version without an operator. Of one or two numbers it
// stands for all that begin so, else for itself.
func parseBarePython(s, version string) (Constraint, *ParseError) {
	lead := len(s) - len(version)
	number, wildcard := cutWildcard(version)
	v, n := scanPep(number)
	switch rest := number[n:]; {
	case strings.HasPrefix(rest, "t"):
		return nil, problem(lead+n, "free-threaded builds (t) cannot be had").withHint("%s", number[:n])
	case strings.HasSuffix(number, "-dev"):
		return nil, problem(lead+len(number)-len("-dev"), "development builds are not published").
			withHint("a release: %s; or a prerelease such as %sa1", strings.TrimSuffix(number, "-dev"), strings.TrimSuffix(number, "-dev"))
	case rest != "" && strings.ContainsAny(rest[:1], space+",<>=!~|"):
		return nil, problem(0, "%s needs an operator where there are several", number[:n]).suggest("==" + s)
	case rest != "":
		return nil, problem(lead+n, "%s after the version", found(rest, 0))
	}
	prefix := wildcard || v.plain() && strings.Count(v.release, ".") < 2
	if prefix && !v.plain() {
		return nil, problem(lead+len(number), "a wildcard follows a release only, not %s", number)
	}
	set := &specifiers{text: s}
	set.add(specifier{op: "==", version: v, prefix: prefix, text: number})
	return set, nil
}
