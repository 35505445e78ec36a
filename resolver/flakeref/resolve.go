package flakeref

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
)

// A Layer is a registry in the order of their ranks: those given by flags, the
// user's, the system's, the global one.
type Layer struct {
	Name string // "flag", "user", "system", "global": for messages
	*Registry
}

// maxHops is how many entries a reference may lead through.
const maxHops = 100

// Resolve follows the entries of registries, the first that matches in the
// order of layers, until none does. What comes out names a place: a reference
// that is still indirect is an *Error.
//
// The directory is that of the last entry, or where it has none that of ref.
func Resolve(ref Ref, layers []Layer) (Ref, error) {
	now, dir := ref, ""
	now.Dir = ""
	for range maxHops {
		e := match(now, layers)
		if e == nil {
			if !now.Direct() {
				return Ref{}, unknown(now, layers)
			}
			now.Dir = cmp.Or(dir, ref.Dir)
			return now, nil
		}
		var err error
		if now, err = e.apply(now); err != nil {
			return Ref{}, err
		}
		dir, now.Dir = e.To.Dir, ""
	}
	return Ref{}, refError(ref.String(), "the flake registries lead in a circle").next("see: devenv registry list")
}

func match(ref Ref, layers []Layer) *Entry {
	for _, layer := range layers {
		if layer.Registry == nil {
			continue
		}
		for i := range layer.Entries {
			if e := &layer.Entries[i]; e.matches(ref) {
				return e
			}
		}
	}
	return nil
}

// matches reports whether the entry is about ref, which has no directory.
func (e *Entry) matches(ref Ref) bool {
	from := e.From
	from.Dir = ""
	if from.Equal(ref) {
		return true
	}
	return !e.Exact && from.Equal(ref.With("ref", nil).With("rev", nil))
}

// apply is To, with the branch and the revision of ref where From has none.
func (e *Entry) apply(ref Ref) (Ref, error) {
	if e.Exact || e.To.scheme == nil {
		return e.To, nil
	}
	branch, rev := "", ""
	if e.From.Text("ref") == "" {
		branch = ref.Text("ref")
	}
	if e.From.Text("rev") == "" {
		rev = ref.Rev()
	}
	to := e.To
	var err error
	to.attrs, err = to.scheme.override(maps.Clone(e.To.attrs), branch, rev)
	if err != nil {
		return Ref{}, inText(ref.String(), err)
	}
	return to, nil
}

func unknown(ref Ref, layers []Layer) error {
	id := ref.Text("id")
	var names []string
	for _, layer := range layers {
		names = append(names, layer.Name)
	}
	e := refError(ref.String(), "no flake registry (%s) knows the name %q", strings.Join(names, ", "), id)
	return e.next(fmt.Sprintf("write ./%s for a directory, github:OWNER/%s for a repository, or: devenv registry add %s URL", id, id, id))
}
