package resolver

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"devenv/resolver/manifest"
	"devenv/resolver/source"
	"devenv/resolver/versionfile"
)

// Markers are the names of the files that make a directory a project.
func Markers() []string { return append([]string{manifest.Name}, versionfile.Names()...) }

// Find gives the directories at and above dir that declare something, outermost
// first: the last is the nearest project, all are its layers. dir is taken as
// it is written: a directory reached through a symbolic link belongs to the
// path by which it was reached.
//
// The walk ends above a manifest with root = true, and below each of the
// ceilings, which are not looked at unless one is dir itself. Directories in
// node_modules, in .git, and in the vendor directory of a project declare
// nothing. What cannot be looked at (no permission, no longer there) is passed by.
func (r *Reader) Find(dir string, ceilings []string) ([]string, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("%q is not an absolute path", dir)
	}
	dir = r.outsideDependencies(filepath.Clean(dir))
	var found []string
	for at := dir; ; at = filepath.Dir(at) {
		if at != dir && isCeiling(at, ceilings) {
			break
		}
		if r.declares(at) {
			found = append(found, at)
			if isRoot(r.files.get(filepath.Join(at, manifest.Name)).data) {
				break
			}
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	slices.Reverse(found)
	return found, nil
}

// declares reports whether dir has one of the markers, as a file.
func (r *Reader) declares(dir string) bool {
	for _, name := range Markers() {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// outsideDependencies is dir, or the first directory above it that is not
// within what a package manager or git keeps for itself.
func (r *Reader) outsideDependencies(dir string) string {
	for i, name := range strings.Split(dir, "/") {
		parent := strings.Join(strings.Split(dir, "/")[:i], "/") + "/"
		switch name {
		case "node_modules", ".git":
			return filepath.Clean(parent)
		case "vendor":
			if r.declares(parent) {
				return filepath.Clean(parent)
			}
		}
	}
	return dir
}

func isCeiling(dir string, ceilings []string) bool {
	return slices.ContainsFunc(ceilings, func(c string) bool { return c != "" && filepath.Clean(c) == dir })
}

// isRoot reports whether the manifest says root = true. One that is not valid
// says nothing; Load tells what is wrong with it.
func isRoot(data []byte) bool {
	if source.CheckNesting(manifest.Name, data) != nil {
		return false
	}
	var p unstable.Parser
	p.Reset(data)
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.KeyValue {
			return false
		}
		key := e.Key()
		if key.Next() && key.IsLast() && string(key.Node().Data) == "root" {
			return e.Value().Kind == unstable.Bool && string(e.Value().Data) == "true"
		}
	}
	return false
}
