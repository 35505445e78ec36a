package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// maxLinks bounds how many symbolic links lead to a file.
const maxLinks = 64

// errLinks is the error for a path that goes round in circles.
var errLinks = errors.New("too many symbolic links")

// resolve follows the symbolic links in a logical path, those at its end only if
// last, and returns the logical path without links. Without mounts and limits
// the kernel does that as well, and the path stays as it is.
func (h *Host) resolve(p string, last bool) (string, error) {
	if err := h.check(p); err != nil {
		return "", err
	}
	if h.mounts.none() && h.opts.Mode == Impure {
		return p, nil
	}
	if dir, name := path.Split(p); h.plain[dir] && name != "" && name != "." && name != ".." {
		if !last {
			return p, nil
		}
		if target, err := h.readLink(p); target == "" {
			return p, err
		}
	}
	return h.follow(p, last)
}

// follow is resolve, one name after the other.
func (h *Host) follow(p string, last bool) (string, error) {
	done, rest := "/", strings.TrimPrefix(p, "/")
	links := 0
	for rest != "" {
		name, more, _ := strings.Cut(rest, "/")
		next := path.Join(done, name)
		if !last && more == "" {
			done = next
			break
		}
		target, err := h.readLink(next)
		if err != nil {
			return "", err
		}
		if target == "" {
			done, rest = next, more
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("%w encountered while traversing the path '%s'", errLinks, p)
		}
		if !strings.HasPrefix(target, "/") {
			target = path.Join(done, target)
		}
		p = path.Join(target, more)
		if err := h.check(p); err != nil {
			return "", err
		}
		done, rest = "/", strings.TrimPrefix(p, "/")
	}
	dir, _ := path.Split(done)
	if h.plain == nil {
		h.plain = map[string]bool{}
	}
	h.plain[dir] = true
	return done, nil
}

// readLink returns the target of a symbolic link, and nothing of anything else.
func (h *Host) readLink(p string) (string, error) {
	if known, ok := h.links[p]; ok {
		return known, nil
	}
	target := ""
	if !h.virtual(p) {
		disk, err := h.place(p)
		var info fs.FileInfo
		if err == nil {
			info, err = os.Lstat(disk)
		}
		if err == nil && info.Mode()&os.ModeSymlink != 0 {
			if target, err = os.Readlink(disk); err != nil {
				return "", err
			}
			h.observe(Item{Kind: Link, Name: p, Value: target}, p)
		}
	}
	h.setLink(p, target)
	return target, nil
}

// setLink remembers the target of a symbolic link, or that p is none.
func (h *Host) setLink(p, target string) {
	if h.links == nil {
		h.links = map[string]string{}
	}
	h.links[p] = target
}
