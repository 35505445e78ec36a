package constraint

import "strings"

var pepOperators = []string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"}

// parseSpecifiers reads specifiers with commas between.
func parseSpecifiers(s string) (*specifiers, *ParseError) {
	set := &specifiers{text: s}
	for start := 0; start <= len(s); {
		item, _, _ := strings.Cut(s[start:], ",")
		one, err := parseSpecifier(item)
		if err != nil {
			err.offset += start
			return nil, err.suggest(s)
		}
		if one.op != "" {
			set.add(one)
		}
		start += len(item) + 1
	}
	return set, nil
}

func (s *specifiers) add(one specifier) {
	s.all = append(s.all, one)
	switch one.op {
	case "==", ">=", "<=", "~=", "===":
		s.prereleases = s.prereleases || one.version.prerelease()
	}
	if s.ref == "" {
		s.ref = one.text
	}
}

// parseSpecifier reads one; item may have space around it and may be empty.
func parseSpecifier(item string) (one specifier, err *ParseError) {
	rest := strings.TrimLeft(item, space)
	if rest == "" {
		return one, nil
	}
	at := func() int { return len(item) - len(rest) }
	for _, op := range pepOperators {
		if one.op == "" && strings.HasPrefix(rest, op) {
			one.op = op
			rest = strings.TrimLeft(rest[len(op):], space)
		}
	}
	if one.op == "" {
		return one, problem(at(), "%s instead of an operator (%s)", found(item, at()), strings.Join(pepOperators, " "))
	}
	begin := at()
	version, n := scanPep(rest)
	if n == 0 {
		return one, problem(begin, "%s instead of a version", found(item, begin))
	}
	one.version, one.text = version, rest[:n]
	rest = rest[n:]
	if strings.HasPrefix(rest, ".*") {
		if one.op != "==" && one.op != "!=" {
			return one, problem(at(), "only == and != take a wildcard").withHint("%s%s", one.op, one.text)
		}
		if !version.plain() {
			return one, problem(at(), "a wildcard follows a release only, not %s", one.text)
		}
		one.prefix = true
		rest = rest[len(".*"):]
	}
	if end := strings.TrimLeft(rest, space); end != "" {
		return one, problem(len(item)-len(end), "%s after the version", found(end, 0))
	}
	return one, one.check(begin)
}

// check holds what an operator does not allow in a version at the offset.
func (s specifier) check(offset int) *ParseError {
	switch {
	case s.op == "~=" && !strings.Contains(s.version.release, "."):
		return problem(offset, "~= needs two numbers: %s is one", s.text).withHint("~=%s.0", s.text)
	case s.version.local != "" && s.op != "==" && s.op != "!=" && s.op != "===":
		return problem(offset, "%s does not take a local version (+%s)", s.op, s.version.local)
	}
	return nil
}

// plain reports whether v is no more than a release.
func (v pepVersion) plain() bool { return v.pre == 0 && !v.post && !v.dev && v.local == "" }

// suggest adds how others write what s may mean.
func (e *ParseError) suggest(s string) *ParseError {
	if e.hint != "" {
		return e
	}
	if caret, ok := strings.CutPrefix(s, "^"); ok {
		if major, _, _ := strings.Cut(caret, "."); isDecimal(major) {
			return e.withHint(">=%s,<%s", caret, increment(major))
		}
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(space+",", r) })
	if len(fields) < 2 {
		return e
	}
	for _, field := range fields {
		if _, err := parseSpecifier(field); err != nil {
			return e
		}
	}
	return e.withHint("%s", strings.Join(fields, ","))
}

// increment is the number after n.
func increment(n string) string {
	i := len(n) - 1
	for i >= 0 && n[i] == '9' {
		i--
	}
	zeros := strings.Repeat("0", len(n)-1-i)
	if i < 0 {
		return "1" + zeros
	}
	return n[:i] + string(n[i]+1) + zeros
}
