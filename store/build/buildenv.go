package build

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// buildenv makes a profile: a tree of links to all the files of packages. Where
// two have the same file the one with the lower priority number wins; that two
// of one priority have it is an error. It is Nix's builtin:buildenv.
func buildenv(b *builtin) error {
	text, err := b.attr("derivations")
	if err != nil {
		return err
	}
	manifest, err := b.attr("manifest")
	if err != nil {
		return err
	}
	packages, err := parsePackages(text)
	if err != nil {
		return err
	}
	if err := os.Mkdir(b.Out, 0o755); err != nil {
		return err
	}
	p := &profile{priorities: map[string]int{}, done: map[string]bool{}, later: map[string]bool{}}
	for _, pkg := range packages {
		if err := p.add(pkg.path, b.Out, pkg.priority); err != nil {
			return err
		}
	}
	// What packages want installed with them comes after all others.
	for priority := propagated; len(p.later) > 0; {
		dirs := p.later
		p.later = map[string]bool{}
		for _, dir := range sortedKeys(dirs) {
			if err := p.add(dir, b.Out, priority); err != nil {
				return err
			}
			priority++
		}
	}
	return os.Symlink(manifest, filepath.Join(b.Out, "manifest.nix"))
}

// propagated is the first priority of packages that others brought.
const propagated = 1000

// envPackage is a package of a profile.
type envPackage struct {
	path     string
	priority int
}

// parsePackages reads "active priority count path…" for each derivation, and
// returns the active ones in the order in which they are installed.
func parsePackages(text string) (list []envPackage, err error) {
	bad := func(what string) ([]envPackage, error) {
		return nil, fmt.Errorf("attribute \"derivations\" is not a list of packages: %s", what)
	}
	words := strings.FieldsFunc(text, isBlank)
	for len(words) > 0 {
		if len(words) < 3 {
			return bad("it is cut off")
		}
		priority, err := strconv.Atoi(words[1])
		if err != nil {
			return bad(words[1])
		}
		count, err := strconv.Atoi(words[2])
		if err != nil || count < 0 || count > len(words)-3 {
			return bad(words[2])
		}
		for _, path := range words[3 : 3+count] {
			if words[0] != "false" {
				list = append(list, envPackage{path, priority})
			}
		}
		words = words[3+count:]
	}
	slices.SortStableFunc(list, func(a, b envPackage) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), strings.Compare(a.path, b.path))
	})
	return list, nil
}

// profile is a tree of links in the making.
type profile struct {
	priorities map[string]int // of the package that a link leads to
	done       map[string]bool
	later      map[string]bool // packages that others brought
}

// add links the files of the package at dir, and notes what it brings.
func (p *profile) add(dir, out string, priority int) error {
	if p.done[dir] {
		return nil
	}
	p.done[dir] = true
	if err := p.link(dir, out, priority); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, "nix-support/propagated-user-env-packages"))
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		return nil
	}
	for _, path := range strings.FieldsFunc(string(text), isBlank) {
		if !p.done[path] {
			p.later[path] = true
		}
	}
	return err
}

// notInProfiles are files and directories of packages that are for others than
// their users, or that all packages have.
var notInProfiles = []string{
	"/propagated-build-inputs", "/nix-support", "/perllocal.pod", "/info/dir", "/log", "/manifest.nix", "/manifest.json",
}

// link links everything in the directory from into the directory to.
func (p *profile) link(from, to string, priority int) error {
	entries, err := os.ReadDir(from)
	if isNotDir(err) {
		return nil // a package that is a file has nothing for a profile
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		src, dst := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		hidden := strings.HasPrefix(e.Name(), ".")
		if hidden || slices.ContainsFunc(notInProfiles, func(end string) bool { return strings.HasSuffix(src, end) }) {
			continue
		}
		info, err := os.Stat(src)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a link to nothing
		}
		if err != nil {
			return err
		}
		if info.IsDir() {
			err = p.linkDir(src, dst, priority)
		} else {
			err = p.linkFile(src, dst, priority)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// linkDir links a directory, and what is in it if another package has it too.
func (p *profile) linkDir(src, dst string, priority int) error {
	info, err := os.Lstat(dst)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p.symlink(src, dst, priority)
	case err != nil:
		return err
	case info.IsDir():
		return p.link(src, dst, priority)
	}
	target, err := filepath.EvalSymlinks(dst)
	if err != nil {
		return err
	}
	if info, err := os.Stat(target); err != nil || !info.IsDir() {
		return errors.Join(err, fmt.Errorf("%s is a directory, and %s is none", src, target))
	}
	if err := errors.Join(os.Remove(dst), os.Mkdir(dst, 0o755)); err != nil {
		return err
	}
	if err := p.link(target, dst, p.priorities[dst]); err != nil {
		return err
	}
	return p.link(src, dst, priority)
}

func (p *profile) linkFile(src, dst string, priority int) error {
	info, err := os.Lstat(dst)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p.symlink(src, dst, priority)
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is not a directory, and %s is one", src, dst)
	case p.priorities[dst] == priority:
		other, _ := os.Readlink(dst) //nolint:errcheck // it is a link
		return fmt.Errorf("two packages of priority %d have the same file:\n  %s\n  %s", priority, other, src)
	case p.priorities[dst] < priority:
		return nil
	}
	if err := os.Remove(dst); err != nil {
		return err
	}
	return p.symlink(src, dst, priority)
}

func (p *profile) symlink(src, dst string, priority int) error {
	p.priorities[dst] = priority
	return os.Symlink(src, dst)
}

func isNotDir(err error) bool {
	e, ok := errors.AsType[*fs.PathError](err)
	return ok && e.Err == syscall.ENOTDIR
}

func sortedKeys(set map[string]bool) (keys []string) {
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
