package eval

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// maxLinks bounds how many symbolic links lead to a file.
const maxLinks = 64

// resolveImport goes from a link to what it leads to, so that relative paths
// are those of the target, and then from a directory to its default.nix.
func (ev *Evaluator) resolveImport(p string, pos Pos) string {
	p, typ, err := ev.followLinks(p, pos)
	if err != nil {
		ev.pathError(pos, p, err)
	}
	if typ == Directory {
		return path.Join(p, "default.nix")
	}
	return p
}

// pathError throws what the host said of a path. A host that knows more of one
// that is not there has a hint.
func (ev *Evaluator) pathError(pos Pos, p string, err error) {
	var hinted interface{ Hint() string }
	if errors.Is(err, fs.ErrNotExist) && !errors.As(err, &hinted) {
		ev.fail(pos, "path '%s' does not exist", p)
	}
	ev.hostError(pos, err)
}

// followLinks replaces a path that is a symbolic link by its target, and says
// what that is, or why that cannot be told.
func (ev *Evaluator) followLinks(p string, pos Pos) (string, FileType, error) {
	for range maxLinks {
		typ, err := ev.host.Lstat(p)
		if err != nil || typ != Symlink {
			return p, typ, err
		}
		p = ev.target(p, pos)
	}
	ev.fail(pos, "too many symbolic links encountered while traversing the path '%s'", p)
	return "", 0, nil
}

// target returns where a symbolic link leads, seen from where it is named.
func (ev *Evaluator) target(link string, pos Pos) string {
	target, err := ev.host.ReadLink(link)
	if err != nil {
		ev.pathError(pos, link, err)
	}
	if strings.HasPrefix(target, "/") {
		return path.Clean(target)
	}
	return path.Join(path.Dir(link), target)
}

// resolveLinks replaces all symbolic links in a path, also those of directories
// on the way.
func (ev *Evaluator) resolveLinks(p string, pos Pos) string {
	done, rest := "/", strings.Trim(p, "/")
	for links := 0; rest != ""; {
		name, more, _ := strings.Cut(rest, "/")
		next := path.Join(done, name)
		rest = more
		if typ, err := ev.host.Lstat(next); err != nil || typ != Symlink {
			done = next
			continue
		}
		if links++; links > maxLinks {
			ev.fail(pos, "too many symbolic links encountered while traversing the path '%s'", p)
		}
		done, rest = "/", strings.Trim(path.Join(ev.target(next, pos), rest), "/")
	}
	return done
}
