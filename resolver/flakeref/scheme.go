package flakeref

import (
	"slices"
	"sync"

	"devenv/store/nixhash"
)

// A scheme is a type of references: how its URLs and its attributes belong
// together. Attributes are without "dir".
type scheme struct {
	name  string
	attrs []string // those it may have, beside "type"

	// parse makes attributes of a URL. It is false for a URL of another scheme.
	parse func(u location, tree bool) (attrs Attrs, mine bool, err error)
	// check refuses attributes that mean nothing and returns them in normal form.
	check func(Attrs) (Attrs, error)
	url   func(Attrs) (location, error)
	// override sets the branch and the revision, where not empty, that a registry passes on.
	override func(attrs Attrs, ref, rev string) (Attrs, error)
	locked   func(Attrs) bool
}

func (s *scheme) has(attr string) bool { return slices.Contains(s.attrs, attr) }

// schemes are the schemes by name.
var schemes = sync.OnceValue(func() map[string]*scheme {
	byName := map[string]*scheme{}
	for _, s := range []*scheme{
		pathScheme(), gitScheme(), indirectScheme(),
		forgeScheme("github"), forgeScheme("gitlab"), forgeScheme("sourcehut"),
		downloadScheme("tarball"), downloadScheme("file"),
	} {
		byName[s.name] = s
	}
	return byName
})

// fromURL finds the scheme of a URL. tree says that a directory is meant and
// not a file.
func fromURL(u location, tree bool) (Ref, error) {
	dir := u.query["dir"]
	delete(u.query, "dir")
	if u.scheme == "hg" || u.application() == "hg" {
		return Ref{}, refError(u.String(), "Mercurial repositories are not supported").next("publish the repository as Git, or as an archive: tarball+https://…")
	}
	all := schemes()
	for _, name := range sortedKeys(all) {
		attrs, mine, err := all[name].parse(u, tree)
		if err != nil {
			return Ref{}, err
		}
		if !mine {
			continue
		}
		attrs["type"] = name
		ref, err := fromAttrs(attrs)
		ref.Dir = dir
		return ref, err
	}
	err := refError(u.String(), "there are no references of the kind %q", u.scheme+":")
	if u.scheme == "file+git" {
		return Ref{}, err.next("write git+file: instead of file+git:")
	}
	return Ref{}, err
}

// revision is the attribute "rev" in base 16; it may be written in any base.
func revision(attrs Attrs) (string, error) {
	rev, err := text(attrs, "rev")
	if err != nil || rev == "" {
		return "", err
	}
	h, err := nixhash.Parse(rev)
	if err != nil {
		h, err = nixhash.ParseAny(rev, nixhash.SHA1)
	}
	if err != nil {
		return "", attrsError(attrs, "%q is no revision: %v", rev, err).next("a revision is the 40 hexadecimal digits of a commit; a branch or tag is given as ref")
	}
	return h.Base16(), nil
}

// checkHashes holds that rev and narHash are what they say.
func checkHashes(attrs Attrs) error {
	if _, err := revision(attrs); err != nil {
		return err
	}
	_, err := Ref{attrs: attrs}.NarHash()
	return err
}

func isRev(s string) bool {
	if len(s) != 40 {
		return false
	}
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return true
}
