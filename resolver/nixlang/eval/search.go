package eval

import (
	"path"
	"strings"
)

// SearchEntry is one entry of the search path of <name>: Prefix may be empty.
// Path is a path, a URL of a tarball, "channel:" and a name, or "flake:" and a
// flake reference.
type SearchEntry struct{ Prefix, Path string }

// ParseSearchEntry reads [PREFIX=]PATH.
func ParseSearchEntry(text string) SearchEntry {
	if prefix, p, named := strings.Cut(text, "="); named {
		return SearchEntry{prefix, p}
	}
	return SearchEntry{Path: text}
}

// ParseSearchPath reads the entries of $NIX_PATH: they are separated by colons,
// which may also be in a URL.
func ParseSearchPath(text string) (entries []SearchEntry) {
	for text != "" {
		start := 0
		end := strings.IndexByte(text, ':')
		if end < 0 {
			end = len(text)
		}
		if eq := strings.LastIndexByte(text[:end], '='); eq >= 0 {
			start = eq + 1
		}
		if rest := text[start:]; end < len(text) && (isPseudoURL(rest) || strings.HasPrefix(rest, "flake:")) {
			end++
			if next := strings.IndexByte(text[end:], ':'); next >= 0 {
				end += next
			} else {
				end = len(text)
			}
		}
		if end > 0 {
			entries = append(entries, ParseSearchEntry(text[:end]))
		}
		text = text[min(end+1, len(text)):]
	}
	return entries
}

// isPseudoURL tells whether an entry is fetched as a tarball.
func isPseudoURL(s string) bool {
	if strings.HasPrefix(s, "channel:") {
		return true
	}
	scheme, _, found := strings.Cut(s, "://")
	if !found {
		return false
	}
	switch scheme {
	case "http", "https", "file", "channel", "git", "s3", "ssh":
		return true
	}
	return false
}

// pseudoURL is the tarball of a channel where a URL begins with "channel:".
func pseudoURL(url string) string {
	if name, ok := strings.CutPrefix(url, "channel:"); ok {
		return "https://channels.nixos.org/" + name + "/nixexprs.tar.xz"
	}
	return url
}

// findFile looks a name up in a search path.
func findFile(ev *Evaluator, pos Pos, list, name *Value) Value {
	entries := ev.searchEntries(list, pos)
	want := ev.forcePlainString(name, pos)
	for _, e := range entries {
		rest, ok := suffixOf(want, e.Prefix)
		if !ok {
			continue
		}
		root, ok := ev.searchRoot(e.Path, pos)
		if !ok {
			continue
		}
		p := ev.resolveLinks(path.Join(root, rest), pos)
		if _, err := ev.host.Lstat(p); err == nil {
			return mkPath(ev.asPath("/", p))
		}
	}
	if rest, ok := strings.CutPrefix(want, "nix/"); ok {
		if p, ok := ev.corePath(rest); ok {
			return mkPath(p)
		}
	}
	ev.notFound(want, entries, pos)
	return null
}

// searchEntries reads the first argument of findFile.
func (ev *Evaluator) searchEntries(list *Value, pos Pos) (entries []SearchEntry) {
	for _, c := range ev.forceList(list, pos) {
		attrs := ev.forceAttrs(c, pos)
		var e SearchEntry
		if p := get(attrs, ev.sym.prefix); p != nil {
			e.Prefix = ev.forcePlainString(p, pos)
		}
		p := get(attrs, ev.sym.path)
		if p == nil {
			ev.fail(pos, "attribute 'path' missing")
		}
		var ctx Context
		e.Path = ev.coerceCell(p, pos, &ctx, coercePath)
		for placeholder, path := range ev.realise(ctx, pos) {
			e.Path = strings.ReplaceAll(e.Path, placeholder, path)
		}
		entries = append(entries, e)
	}
	return entries
}

// searchRoot returns the path of an entry of a search path, fetched if need be;
// false if there is none, of which it warns once.
func (ev *Evaluator) searchRoot(entry string, pos Pos) (string, bool) {
	if root, known := ev.searched[entry]; known {
		return root, root != ""
	}
	if ev.searched == nil {
		ev.searched = map[string]string{}
	}
	root := ev.lookUpRoot(entry, pos)
	ev.searched[entry] = root
	return root, root != ""
}

func (ev *Evaluator) lookUpRoot(entry string, pos Pos) string {
	if isPseudoURL(entry) {
		root, err := ev.host.FetchURL(ev.life, FetchURL{URL: pseudoURL(entry), Name: "source", Unpack: true})
		if err != nil {
			ev.checkInterrupt()
			ev.host.Message("warning: Nix search path entry '" + entry + "' cannot be downloaded, ignoring: " + err.Error())
		}
		return root
	}
	if ref, ok := strings.CutPrefix(entry, "flake:"); ok {
		tree, err := ev.host.FetchTree(ev.life, FetchTree{Builtin: "fetchTree", Ref: ref})
		if err != nil {
			ev.rethrow(pos, err)
		}
		return tree.Path
	}
	root := entry
	if !strings.HasPrefix(root, "/") {
		root = path.Join("/", ev.opts.Cwd, root)
	}
	root = path.Clean(root)
	if _, err := ev.host.Lstat(ev.resolveLinks(root, pos)); err != nil {
		ev.host.Message("warning: Nix search path entry '" + entry + "' does not exist, ignoring")
		return ""
	}
	return root
}

// notFound says that a search path has no such file.
func (ev *Evaluator) notFound(want string, entries []SearchEntry, pos Pos) {
	e := &Error{Kind: Thrown, pos: pos, Msg: "file '" + want + "' was not found in the Nix search path (add it using $NIX_PATH or -I)"}
	first, _, _ := strings.Cut(want, "/")
	switch {
	case ev.opts.Pure:
		e.Msg = "cannot look up '<" + want + ">' in pure evaluation mode (use '--impure' to override)"
		e.Hints = []string{"name it with -I " + first + "=PATH, make it an input, or evaluate with --impure"}
	default:
		var names []string
		for _, x := range entries {
			names = append(names, x.Prefix)
		}
		e.Hints = append(didYouMean(first, names), "say where it is: -I "+first+"=PATH")
	}
	ev.throw(e)
}

// suffixOf returns what follows a prefix of whole path components.
func suffixOf(name, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || prefix != "" && rest != "" && rest[0] != '/' {
		return "", false
	}
	return rest, true
}
