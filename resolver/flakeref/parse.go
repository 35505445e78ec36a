package flakeref

import (
	"errors"
	"path"
	"strings"
)

// Options say how Parse reads a text. The zero value reads what needs no file
// system: URLs, names, absolute paths.
type Options struct {
	// Base is the absolute directory that relative paths are relative to. Where
	// it is set a path is looked up: it becomes the repository that it lies in.
	Base string
	// FS is where paths are looked up; needed where Base is set.
	FS FS
	// AllowMissing takes a directory that has no flake.nix yet.
	AllowMissing bool
	// File says that the reference need not be a flake: a path may be a file,
	// and a URL that does not end like an archive is a file.
	File bool
	// KeepRelative leaves relative paths as they are: those of a flake's inputs
	// are relative to that flake.
	KeepRelative bool
	// Notice hears what Parse did beyond what it was told. It may be nil.
	Notice func(text string)
}

// Parse reads a reference. Errors are an *Error, or the file system's.
func Parse(text string, o Options) (Ref, error) {
	ref, fragment, err := parse(text, o)
	if err == nil && fragment != "" {
		err = &Error{
			Ref: shown(text), At: strings.IndexByte(text, '#'), Problem: "nothing may follow the reference here, but this does: #" + shown(fragment),
			hint: "leave out everything from the # on",
		}
	}
	if err != nil {
		return Ref{}, err
	}
	return ref, nil
}

// parse reads a reference and what follows it after a number sign, decoded.
//
// A text is a name of the registries if it looks like one, else a URL, and what
// is neither is a path.
func parse(text string, o Options) (ref Ref, fragment string, err error) {
	if name, rest, _ := strings.Cut(text, "#"); looksLikeID(name) && stray(rest, fragmentChars+` "^`) < 0 {
		u := location{scheme: "flake", path: strings.Split(name, "/")}
		ref, err = fromURL(u, !o.File)
		fragment, _ = decode(rest)
		return ref, fragment, inText(text, err)
	}
	ref, fragment, err = parseAsURL(text, o)
	var notURL *syntaxError
	if !errors.As(err, &notURL) {
		return ref, fragment, inText(text, err)
	}
	byPath, fragment, pathErr := parsePath(text, o)
	if pathErr != nil && hasKnownScheme(text) {
		return Ref{}, "", inText(text, err) // a URL that went wrong, rather than a strange path
	}
	return byPath, fragment, inText(text, pathErr)
}

func parseAsURL(text string, o Options) (Ref, string, error) {
	u, err := parseURL(text, true)
	if err != nil {
		return Ref{}, "", err
	}
	if o.Base != "" && (u.scheme == "path" || u.scheme == "git+file") {
		file, err := u.file()
		if err != nil {
			return Ref{}, "", err
		}
		if !path.IsAbs(file) {
			u.path = strings.Split(path.Join(o.Base, file), "/")
		}
	}
	fragment := u.fragment
	u.fragment = ""
	ref, err := fromURL(u, !o.File)
	return ref, fragment, err
}

// hasKnownScheme reports whether text begins like a URL of one of the schemes.
func hasKnownScheme(text string) bool {
	name, _, ok := strings.Cut(text, ":")
	if !ok {
		return false
	}
	application, transport, _ := strings.Cut(name, "+")
	switch transport {
	case "", "http", "https", "ssh", "file", "git":
	default:
		return false
	}
	return application == "flake" || application == "http" || application == "https" || schemes()[application] != nil
}

// inText makes err an error about the whole text.
func inText(text string, err error) error {
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return &Error{Ref: shown(text), At: syntax.at, Problem: syntax.problem}
	}
	var e *Error
	if errors.As(err, &e) {
		same := *e
		same.Ref = shown(text)
		return &same
	}
	return err
}

// parsePath reads PATH?QUERY#FRAGMENT.
func parsePath(text string, o Options) (Ref, string, error) {
	rest, fragment, _ := strings.Cut(text, "#")
	file, query, _ := strings.Cut(rest, "?")
	fragment, ok := decode(fragment)
	if !ok {
		return Ref{}, "", refError(text, "a %% after the # is not followed by two hexadecimal digits")
	}
	if i := stray(encodeOnly(query, ` "`), queryChars); i >= 0 {
		return Ref{}, "", refError(text, "after the ? only name=value may stand, with other characters written as %%XX")
	}
	params, err := parseQuery(query, true)
	if err != nil {
		return Ref{}, "", err
	}
	if strings.ContainsRune(file, 0) {
		return Ref{}, "", refError(text, "a path holds no NUL byte")
	}
	u := location{scheme: "path", query: params}
	switch {
	case o.Base != "" && !(o.KeepRelative && !path.IsAbs(file)):
		if u, err = find(file, u, o); err != nil {
			return Ref{}, "", err
		}
	case path.IsAbs(file) || o.KeepRelative:
		u.path = strings.Split(file, "/")
	default:
		return Ref{}, "", refError(text, "it is neither a URL nor a name nor an absolute path")
	}
	ref, err := fromURL(u, !o.File)
	return ref, fragment, err
}
