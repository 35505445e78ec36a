package flakeref

import "strings"

// indirectScheme is a name that a registry knows more of.
func indirectScheme() *scheme {
	return &scheme{
		name:  "indirect",
		attrs: []string{"id", "ref", "rev", "narHash"},
		parse: parseIndirectURL,
		check: func(attrs Attrs) (Attrs, error) {
			id, err := need(attrs, "id")
			if err != nil {
				return nil, err
			}
			if !isID(id) {
				return nil, noURL(-1, "%q cannot be the name of a flake", id)
			}
			return attrs, checkHashes(attrs)
		},
		url: func(attrs Attrs) (location, error) {
			u := location{scheme: "flake", path: []string{attrs["id"].(string)}, query: map[string]string{}}
			if ref, ok := attrs["ref"].(string); ok {
				u.path = append(u.path, ref)
			}
			rev, err := revision(attrs)
			if rev != "" {
				u.path = append(u.path, rev)
			}
			return u, err
		},
		override: func(attrs Attrs, ref, rev string) (Attrs, error) {
			if rev != "" {
				attrs["rev"] = rev
			}
			if ref != "" {
				attrs["ref"] = ref
			}
			return attrs, nil
		},
		locked: func(Attrs) bool { return false },
	}
}

// parseIndirectURL reads flake:ID, flake:ID/REF, flake:ID/REV, flake:ID/REF/REV.
func parseIndirectURL(u location, _ bool) (Attrs, bool, error) {
	if u.scheme != "flake" {
		return nil, false, nil
	}
	elements := u.segments()
	if len(elements) < 1 || len(elements) > 3 {
		return nil, true, noURL(-1, "it is not of the form flake:NAME/BRANCH/REVISION")
	}
	attrs := Attrs{"id": elements[0]}
	rest := elements[1:]
	if len(rest) > 0 && !(len(rest) == 1 && isRev(rest[0])) {
		if !isRefName(rest[0]) {
			return nil, true, noURL(-1, "%q cannot be the name of a branch or tag", rest[0])
		}
		attrs["ref"] = rest[0]
		rest = rest[1:]
	}
	if len(rest) > 0 {
		if !isRev(rest[0]) {
			return nil, true, noURL(-1, "%q is not a revision, which has 40 hexadecimal digits", rest[0])
		}
		attrs["rev"] = rest[0]
	}
	return attrs, true, nil
}

// isID reports whether s can be the name of a flake in a registry.
func isID(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '_' || c == '-')) {
			return false
		}
	}
	return s != ""
}

// looksLikeID reports whether text is the short form of an indirect reference:
// ID, ID/REF, ID/REV or ID/REF/REV.
func looksLikeID(text string) bool {
	id, rest, more := strings.Cut(text, "/")
	if !isID(id) {
		return false
	}
	return !more || rest != "" && isShortRef(rest)
}

// isShortRef reports whether s is made of what branch names in short forms are
// made of. Names with other characters need flake: before them.
func isShortRef(s string) bool {
	for i := range len(s) {
		c := s[i]
		word := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '@'
		if !word && (i == 0 || strings.IndexByte("_./+-", c) < 0) {
			return false
		}
	}
	return true
}
