package flakeref

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// gitScheme is a Git repository at any address that git itself takes.
func gitScheme() *scheme {
	return &scheme{
		name: "git",
		attrs: []string{
			"url", "ref", "rev", "shallow", "submodules", "lfs", "exportIgnore", "lastModified", "revCount", "narHash",
			"allRefs", "name", "dirtyRev", "dirtyShortRev", "verifyCommit", "keytype", "publicKey", "publicKeys",
		},
		parse:    parseGitURL,
		check:    checkGit,
		url:      gitURL,
		override: overrideGit,
		locked:   func(attrs Attrs) bool { return attrs["rev"] != nil && attrs["rev"] != strings.Repeat("0", 40) },
	}
}

// gitFlags are the boolean attributes; gitTexts are set from a URL's parameters too.
var (
	gitFlags = [...]string{"shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit"}
	gitTexts = [...]string{"rev", "ref", "keytype", "publicKey", "publicKeys"}
)

func parseGitURL(u location, _ bool) (Attrs, bool, error) {
	if u.scheme != "git" && u.application() != "git" {
		return nil, false, nil
	}
	attrs := Attrs{}
	rest := u
	rest.query = map[string]string{}
	for name, value := range u.query {
		switch {
		case slices.Contains(gitTexts[:], name):
			attrs[name] = value
		case slices.Contains(gitFlags[:], name):
			attrs[name] = value == "1"
		default:
			rest.query[name] = value
		}
	}
	attrs["url"] = rest.String()
	return attrs, true, nil
}

func checkGit(attrs Attrs) (Attrs, error) {
	address, err := need(attrs, "url")
	if err != nil {
		return nil, err
	}
	u, err := gitAddress(address)
	if err != nil {
		return nil, err
	}
	attrs["url"] = u.String()
	for _, name := range gitFlags {
		if v, ok := attrs[name]; ok {
			if _, ok := v.(bool); !ok {
				return nil, attrsError(attrs, "the attribute %q is not a boolean", name)
			}
		}
	}
	if ref, ok := attrs["ref"].(string); ok && !isRefName(ref) {
		return nil, attrsError(attrs, "%q cannot be the name of a branch or tag", ref).next("see `git check-ref-format --help` for what names are made of")
	}
	if _, err := publicKeys(attrs); err != nil {
		return nil, err
	}
	return attrs, checkHashes(attrs)
}

// gitAddress reads where a repository is: a path, user@host:path, or a URL, of
// which a "git+" at its beginning goes.
func gitAddress(s string) (location, error) {
	if path.IsAbs(s) {
		return location{scheme: "file", authority: &authority{}, path: strings.Split(s, "/")}, nil
	}
	if user, ok := scpUser(s); ok {
		colon := strings.LastIndexByte(s, ':')
		s = "ssh://" + user + "@" + s[len(user)+1:colon] + "/" + s[colon+1:]
	}
	switch isURL := strings.Contains(s, "://"); {
	case isURL, strings.HasPrefix(s, "file:"), strings.HasPrefix(s, "git+file:"):
	case strings.Contains(s, ":"):
		return location{}, noURL(-1, "%q is no URL of a repository: write ssh://USER@HOST/PATH, or https://HOST/PATH", Redact(s))
	default:
		return location{scheme: "file", path: strings.Split(s, "/")}, nil
	}
	u, err := parseURL(s, false)
	if err != nil {
		return u, err
	}
	if u.application() == "git" {
		u.scheme = u.transport()
	}
	if !isScheme(u.scheme) || strings.Contains(u.scheme, "+") {
		return u, noURL(-1, "it does not say how to get there: git+https:, git+ssh:, git+file:")
	}
	return u, nil
}

// scpUser is the user of the short form of ssh URLs, "user@host:path". The
// path begins after the last colon.
func scpUser(s string) (user string, ok bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 || strings.Contains(s[:at], "/") || !strings.Contains(s[at:], ":") {
		return "", false
	}
	return s[:at], true
}

func gitURL(attrs Attrs) (location, error) {
	u, err := parseURL(attrs["url"].(string), false)
	if err != nil {
		return u, err
	}
	if u.scheme != "git" {
		u.scheme = "git+" + u.scheme
	}
	if rev, err := revision(attrs); err == nil && rev != "" {
		u.query["rev"] = rev
	}
	if ref, ok := attrs["ref"].(string); ok {
		u.query["ref"] = ref
	}
	for _, name := range gitFlags {
		if name != "allRefs" && attrs[name] == true {
			u.query[name] = "1"
		}
	}
	keys, err := publicKeys(attrs)
	switch {
	case err != nil:
		return u, err
	case len(keys) == 1:
		u.query["keytype"], u.query["publicKey"] = keys[0].Type, keys[0].Key
	case len(keys) > 1:
		list, err := json.Marshal(keys)
		if err != nil {
			return u, err
		}
		u.query["publicKeys"] = string(list)
	}
	return u, nil
}

// A PublicKey is one that a commit may be signed with.
type PublicKey struct {
	Key  string `json:"key"`  // base 64
	Type string `json:"type"` // "ssh-ed25519", …
}

// PublicKeys are the keys, one of which must have signed the commit.
func (r Ref) PublicKeys() ([]PublicKey, error) { return publicKeys(r.attrs) }

func publicKeys(attrs Attrs) ([]PublicKey, error) {
	var keys []PublicKey
	list, err := text(attrs, "publicKeys")
	if err != nil {
		return nil, err
	}
	if list != "" {
		if err := json.Unmarshal([]byte(list), &keys); err != nil {
			return nil, attrsError(attrs, "publicKeys is no JSON list of keys: %v", err).next(`write [{"type":"ssh-ed25519","key":"…"}]`)
		}
	}
	key, err := text(attrs, "publicKey")
	if err != nil {
		return nil, err
	}
	kind, err := text(attrs, "keytype")
	if err != nil {
		return nil, err
	}
	if key != "" {
		keys = append(keys, PublicKey{Key: key, Type: kind})
	}
	for i := range keys {
		if keys[i].Type == "" {
			keys[i].Type = "ssh-ed25519"
		}
	}
	return keys, nil
}

func overrideGit(attrs Attrs, ref, rev string) (Attrs, error) {
	if rev != "" {
		attrs["rev"] = rev
	}
	if ref != "" {
		attrs["ref"] = ref
	}
	if attrs["ref"] == nil && attrs["rev"] != nil {
		return nil, attrsError(attrs, "a revision is given, but no branch or tag that has it").next("add ref=BRANCH")
	}
	return attrs, nil
}
