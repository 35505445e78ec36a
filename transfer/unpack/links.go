package unpack

import (
	"path"
	"strings"
)

// link is a symbolic link that is still to be made.
type link struct{ entry, name, target string }

const maxHops = 40 // as Linux follows at most

// addSymlink notes a link. Links are made when all else is there: so that they
// can be judged by where they lead, through other links too.
func (t *tree) addSymlink(entry, name, target string) error {
	switch {
	case target == "":
		return &EntryError{Name: entry, Fact: "is a link to nothing"}
	case strings.ContainsRune(target, 0) || len(target) >= maxName:
		return &EntryError{Name: entry, Fact: "is a link whose target is no path"}
	case strings.HasPrefix(target, "/") && !t.opt.AnyLink:
		return &EntryError{Name: entry, Fact: "is a link to the absolute path " + target}
	}
	if err := t.addDir(entry, path.Dir(name)); err != nil {
		return err
	}
	if err := t.claim(entry, name, symlink); err != nil {
		return err
	}
	t.links = append(t.links, link{entry, name, target})
	return nil
}

// addHardLink gives a file of the archive a second name.
func (t *tree) addHardLink(entry, name, target string) error {
	if t.nodes[target] != file {
		return &EntryError{Name: entry, Fact: "is a hard link to " + target + ", which is no file of the archive before it"}
	}
	if err := t.addDir(entry, path.Dir(name)); err != nil {
		return err
	}
	if err := t.claim(entry, name, file); err != nil {
		return err
	}
	return t.made(entry, t.root.Link(target, name))
}

// makeLinks makes the links, of which none leads out of the tree unless any may.
func (t *tree) makeLinks() error {
	targets := make(map[string]string, len(t.links))
	for _, l := range t.links {
		targets[l.name] = l.target
	}
	for _, l := range t.links {
		if !t.opt.AnyLink && !staysInside(targets, l.name) {
			return &EntryError{Name: l.entry, Fact: "is a link that leads out of the tree: " + l.target}
		}
	}
	for _, l := range t.links {
		if err := t.made(l.entry, t.root.Symlink(l.target, l.name)); err != nil {
			return err
		}
	}
	return nil
}

// staysInside walks the path of a link as the kernel would, given the targets
// of all links, and reports whether it never is above the tree. A link that
// dangles or goes in circles leads nowhere, and so stays.
func staysInside(targets map[string]string, name string) bool {
	at := []string{}
	rest := strings.Split(name, "/")
	for hops := 0; len(rest) > 0; {
		element := rest[0]
		rest = rest[1:]
		switch element {
		case "", ".":
			continue
		case "..":
			if len(at) == 0 {
				return false
			}
			at = at[:len(at)-1]
			continue
		}
		at = append(at, element)
		if target, ok := targets[strings.Join(at, "/")]; ok {
			if hops++; hops > maxHops {
				return true
			}
			at = at[:len(at)-1]
			rest = append(strings.Split(target, "/"), rest...)
		}
	}
	return true
}
