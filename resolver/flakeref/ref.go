package flakeref

import (
	"fmt"
	"maps"
	"path"
	"strings"

	"devenv/store/nixhash"
)

// Attrs are a reference's attributes by name. Their values are string, int64
// and bool; [FromAttrs] takes int and uint64 too.
type Attrs = map[string]any

// A Ref is a flake reference. It is a value: nothing changes one that was made.
// The zero Ref refers to nothing.
type Ref struct {
	scheme *scheme // nil for a type that is not known here
	attrs  Attrs   // without "dir"; never changed

	// Dir is the flake's directory within the tree, slash-separated; empty for
	// the tree itself.
	Dir string
}

// FromAttrs makes a reference of attributes. A type that is unknown is kept as
// it is: it can be written into a lock again, but has no URL and no tree.
// Errors are an *Error.
func FromAttrs(attrs Attrs) (Ref, error) {
	kept := make(Attrs, len(attrs))
	for name, v := range attrs {
		switch v := v.(type) {
		case string, bool:
			kept[name] = v
		case int, int64, uint64:
			n, ok := natural(v)
			if !ok {
				return Ref{}, attrsError(attrs, "the attribute %q is %v; numbers are not negative", name, v)
			}
			kept[name] = n
		default:
			return Ref{}, attrsError(attrs, "the attribute %q is neither a string nor a number nor a boolean", name)
		}
	}
	dir, err := text(kept, "dir")
	if err != nil {
		return Ref{}, err
	}
	delete(kept, "dir")
	ref, err := fromAttrs(kept)
	if err != nil {
		return Ref{}, inText(showAttrs(attrs), err)
	}
	ref.Dir = dir
	return ref, nil
}

func natural(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), v >= 0
	case uint64:
		return int64(v), v < 1<<63
	case int64:
		return v, v >= 0
	}
	return 0, false
}

// fromAttrs checks attrs against their scheme and makes them a reference.
func fromAttrs(attrs Attrs) (Ref, error) {
	name, err := text(attrs, "type")
	if err != nil {
		return Ref{}, err
	}
	if name == "" {
		return Ref{}, attrsError(attrs, "the attribute \"type\" is missing: path, git, github, …")
	}
	if err := checkTypes(attrs); err != nil {
		return Ref{}, err
	}
	if name == "hg" {
		return Ref{}, attrsError(attrs, "Mercurial repositories are not supported").next("publish the repository as Git, or as an archive: tarball+https://…")
	}
	s := schemes()[name]
	if s == nil {
		return Ref{attrs: attrs}, nil
	}
	for _, attr := range sortedKeys(attrs) {
		if attr != "type" && !s.has(attr) {
			return Ref{}, attrsError(attrs, "references of type %s have no attribute %q", name, attr).next("remove it; there are: " + strings.Join(s.attrs, ", "))
		}
	}
	if attrs, err = s.check(attrs); err != nil {
		return Ref{}, err
	}
	return Ref{scheme: s, attrs: attrs}, nil
}

// checkTypes holds what all schemes have in common.
func checkTypes(attrs Attrs) error {
	for _, name := range []string{"ref", "rev", "narHash"} {
		if _, err := text(attrs, name); err != nil {
			return err
		}
	}
	for _, name := range []string{"revCount", "lastModified"} {
		if v, ok := attrs[name]; ok {
			if _, ok := v.(int64); !ok {
				return attrsError(attrs, "the attribute %q is not a number", name)
			}
		}
	}
	return nil
}

// text is a string attribute; "" where there is none.
func text(attrs Attrs, name string) (string, error) {
	v, ok := attrs[name]
	if !ok {
		return "", nil
	}
	s, ok := v.(string)
	if !ok {
		return "", attrsError(attrs, "the attribute %q is not a string", name)
	}
	return s, nil
}

// need is text for an attribute that must be there.
func need(attrs Attrs, name string) (string, error) {
	if _, ok := attrs[name]; !ok {
		return "", attrsError(attrs, "the attribute %q is missing", name)
	}
	return text(attrs, name)
}

// IsZero reports whether r refers to nothing.
func (r Ref) IsZero() bool { return r.attrs == nil }

// Type is the reference's type: "github", "path", …
func (r Ref) Type() string { return r.Text("type") }

// Text is a string attribute; "" where there is none.
func (r Ref) Text(name string) string {
	s, _ := r.attrs[name].(string)
	return s
}

// Number is a number attribute.
func (r Ref) Number(name string) (n int64, ok bool) {
	n, ok = r.attrs[name].(int64)
	return n, ok
}

// Flag is a boolean attribute; false where there is none.
func (r Ref) Flag(name string) bool {
	b, _ := r.attrs[name].(bool)
	return b
}

// Attrs are the reference's attributes, as a lock has them. The map is the caller's.
func (r Ref) Attrs() Attrs {
	attrs := maps.Clone(r.attrs)
	if r.Dir != "" {
		attrs["dir"] = r.Dir
	}
	return attrs
}

// With returns the reference with an attribute set: to a string, an int64 or a
// bool, or to nil for none. It is meant for what a fetcher finds out; what it
// sets must belong to the reference's scheme.
func (r Ref) With(name string, value any) Ref {
	attrs := maps.Clone(r.attrs)
	if value == nil {
		delete(attrs, name)
	} else {
		attrs[name] = value
	}
	r.attrs = attrs
	return r
}

// Equal reports whether both have the same attributes and directory.
func (r Ref) Equal(other Ref) bool { return r.Dir == other.Dir && maps.Equal(r.attrs, other.attrs) }

// Canonical is the reference to compare with what a lock says was asked for.
// Old locks have the directory in the URL of a repository or an archive, too:
// "https://host/repo?dir=sub".
func (r Ref) Canonical() Ref {
	u, err := parseURL(r.Text("url"), true)
	if err != nil {
		return r
	}
	if dir, ok := u.query["dir"]; ok && dir == r.Dir && dir != "" {
		delete(u.query, "dir")
	}
	return r.With("url", u.String())
}

// String is the reference as a URL. References of an unknown type show their attributes.
func (r Ref) String() string {
	if r.scheme == nil {
		return fmt.Sprint(showAttrs(r.attrs))
	}
	u, err := r.scheme.url(r.attrs)
	if err != nil {
		return showAttrs(r.attrs)
	}
	if _, taken := u.query["dir"]; r.Dir != "" && !taken {
		u.query["dir"] = r.Dir
	}
	return u.String()
}

// URL is String for whoever cannot take a reference that has none.
func (r Ref) URL() (string, error) {
	if r.scheme == nil {
		return "", attrsError(r.attrs, "references of type %q are not known here", r.Type())
	}
	if _, err := r.scheme.url(r.attrs); err != nil {
		return "", err
	}
	return r.String(), nil
}

// Direct reports whether the reference names a place, and not something that a
// registry has to resolve first.
func (r Ref) Direct() bool { return r.Type() != "indirect" }

// Relative is the path of a reference that is relative to the flake that it
// stands in ("path:./sub").
func (r Ref) Relative() (dir string, ok bool) {
	dir = r.Text("path")
	return dir, r.Type() == "path" && !path.IsAbs(dir)
}

// NarHash is the hash that the tree must have; zero where none is given.
func (r Ref) NarHash() (nixhash.Hash, error) {
	s := r.Text("narHash")
	if s == "" {
		return nixhash.Hash{}, nil
	}
	h, err := nixhash.Parse(s)
	if err == nil && h.Algo() != nixhash.SHA256 {
		err = fmt.Errorf("a narHash is a sha256, not a %s", h.Algo())
	}
	if err != nil {
		return nixhash.Hash{}, attrsError(r.attrs, "narHash: %v", err)
	}
	return h, nil
}

// Rev is the revision in base 16; "" where none is given.
func (r Ref) Rev() string {
	rev, err := revision(r.attrs)
	if err != nil {
		return r.Text("rev")
	}
	return rev
}

// Name is what the tree is called in the store.
func (r Ref) Name() string {
	if name := r.Text("name"); name != "" {
		return name
	}
	return "source"
}

// Locked reports whether the reference alone determines the tree: it has what
// its scheme can be checked by.
func (r Ref) Locked() bool { return r.scheme != nil && r.scheme.locked(r.attrs) }
