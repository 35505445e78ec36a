package flakeref

import "strings"

// forgeScheme is a repository on a site that serves archives of its revisions:
// github, gitlab, sourcehut.
func forgeScheme(name string) *scheme {
	return &scheme{
		name:     name,
		attrs:    []string{"owner", "repo", "ref", "rev", "narHash", "lastModified", "host", "treeHash"},
		parse:    func(u location, _ bool) (Attrs, bool, error) { return parseForgeURL(name, u) },
		check:    checkForge,
		url:      forgeURL,
		override: overrideForge,
		locked:   func(attrs Attrs) bool { return attrs["rev"] != nil && attrs["narHash"] != nil },
	}
}

// parseForgeURL reads owner/repo, and a branch, tag or revision after it.
// Other parameters than those it knows are passed over, as Nix does.
func parseForgeURL(name string, u location) (Attrs, bool, error) {
	if u.scheme != name {
		return nil, false, nil
	}
	elements := u.segments()
	if len(elements) < 2 {
		return nil, true, noURL(-1, "it lacks what %s:OWNER/REPO has", name)
	}
	attrs := Attrs{"owner": elements[0], "repo": elements[1]}
	if what := strings.Join(elements[2:], "/"); isRev(what) {
		attrs["rev"] = what
	} else if what != "" {
		attrs["ref"] = what
	}
	for _, param := range []string{"rev", "ref", "host", "narHash"} {
		value, ok := u.query[param]
		if _, twice := attrs[param]; ok && twice {
			return nil, true, noURL(-1, "it gives %s twice: %v and %s", param, attrs[param], value)
		}
		if ok {
			attrs[param] = value
		}
	}
	return attrs, true, nil
}

func checkForge(attrs Attrs) (Attrs, error) {
	for _, name := range []string{"owner", "repo"} {
		if _, err := need(attrs, name); err != nil {
			return nil, err
		}
	}
	ref, hasRef := attrs["ref"].(string)
	if rev, hasRev := attrs["rev"]; hasRef && hasRev {
		return nil, noURL(-1, "it gives a revision (%v) and a branch or tag (%s)", rev, ref)
	}
	if hasRef && !isRefName(ref) {
		return nil, noURL(-1, "%q cannot be the name of a branch or tag", ref)
	}
	host, err := text(attrs, "host")
	if err != nil {
		return nil, err
	}
	if strings.Trim(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return nil, noURL(-1, "%q is not the name of a host", host)
	}
	return attrs, checkHashes(attrs)
}

func forgeURL(attrs Attrs) (location, error) {
	text := func(name string) string { s, _ := attrs[name].(string); return s }
	u := location{scheme: text("type"), path: []string{text("owner"), text("repo")}, query: map[string]string{}}
	if ref, ok := attrs["ref"].(string); ok {
		u.path = append(u.path, ref)
	}
	rev, err := revision(attrs)
	if err != nil {
		return u, err
	}
	if rev != "" {
		u.path = append(u.path, rev)
	}
	if err := setNarHash(&u, attrs); err != nil {
		return u, err
	}
	if host, ok := attrs["host"].(string); ok {
		u.query["host"] = host
	}
	return u, nil
}

func setNarHash(u *location, attrs Attrs) error {
	hash, err := Ref{attrs: attrs}.NarHash()
	if err != nil || hash.IsZero() {
		return err
	}
	u.query["narHash"] = hash.SRI()
	return nil
}

func overrideForge(attrs Attrs, ref, rev string) (Attrs, error) {
	switch {
	case ref != "" && rev != "":
		return nil, attrsError(attrs, "it cannot have a revision (%s) and a branch or tag (%s)", rev, ref).next("give one of the two")
	case rev != "":
		attrs["rev"] = rev
		delete(attrs, "ref")
	case ref != "":
		attrs["ref"] = ref
		delete(attrs, "rev")
	}
	return attrs, nil
}
