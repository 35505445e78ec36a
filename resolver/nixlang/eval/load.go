package eval

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// parse compiles a text. Name is for messages; dir is what relative paths are
// relative to; scope lists the names of an environment around it.
func (ev *Evaluator) parse(name, text, dir string, real bool, scope []Sym) Node {
	f := ev.addFile(name, text, real)
	tree, err := ev.parser.Parse(text)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		ev.fail(f.base+Pos(bad.Off), "%s", strings.ReplaceAll(bad.Msg, syntax.OriginMark, name))
	}
	return ev.compile(tree, f, syntax.Place{Dir: dir, Home: ev.opts.Home}, scope)
}

// importFile evaluates a file, or the default.nix of a directory; each once.
func (ev *Evaluator) importFile(p string, pos Pos) Value {
	if c := ev.byPath[p]; c != nil {
		return ev.force(c)
	}
	file := ev.resolveImport(p, pos)
	c := ev.byPath[file]
	if c == nil {
		node := ev.loadFile(file, pos, nil)
		c = node.Thunk(ev, nil)
		ev.byPath[file] = c
	}
	ev.byPath[p] = c
	return ev.force(c)
}

func (ev *Evaluator) loadFile(file string, pos Pos, scope []Sym) Node {
	text, err := ev.host.ReadFile(file)
	if err != nil {
		ev.hostError(pos, err)
	}
	return ev.parse(file, textOf(text), path.Dir(file), true, scope)
}

// hostError throws what the host said.
func (ev *Evaluator) hostError(pos Pos, err error) { ev.fail(pos, "%s", err) }

// resolveImport follows links and goes from a directory to its default.nix.
func (ev *Evaluator) resolveImport(p string, pos Pos) string {
	p = ev.followLinks(p, pos)
	typ, err := ev.host.Lstat(p)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			ev.fail(pos, "path '%s' does not exist", p)
		}
		ev.hostError(pos, err)
	}
	if typ == Directory {
		return ev.resolveImport(path.Join(p, "default.nix"), pos)
	}
	return p
}

// maxLinks bounds how many symbolic links lead to a file.
const maxLinks = 64

// followLinks replaces a path that is a symbolic link by its target.
func (ev *Evaluator) followLinks(p string, pos Pos) string {
	for range maxLinks {
		typ, err := ev.host.Lstat(p)
		if err != nil || typ != Symlink {
			return p
		}
		target, err := ev.host.ReadLink(p)
		if err != nil {
			ev.hostError(pos, err)
		}
		if strings.HasPrefix(target, "/") {
			p = path.Clean(target)
		} else {
			p = path.Join(path.Dir(p), target)
		}
	}
	ev.fail(pos, "too many symbolic links at '%s'", p)
	return ""
}
