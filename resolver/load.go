package resolver

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"devenv/lockfile"
	"devenv/resolver/manifest"
	"devenv/resolver/source"
	"devenv/resolver/versionfile"
)

// Load reads the project in dir. Mistakes in its files are *source.Error or
// source.Errors, all of them joined; the project then holds what was read so
// far, which always includes Dir and Reads.
func (r *Reader) Load(dir string) (*Project, error) {
	l := &loader{reader: r, p: &Project{Dir: filepath.Clean(dir)}, asked: map[string]int{}}
	if err := r.tools(); err != nil {
		return l.p, err
	}
	l.p.grammars = r.grammars
	if err := l.manifest(); err != nil {
		return l.p, err
	}
	if err := errors.Join(l.versionFiles(), l.lock()); err != nil {
		return l.p, err
	}
	return l.p, l.checkConstraints()
}

// loader is one project being loaded.
type loader struct {
	reader *Reader
	p      *Project
	files  []versionfile.File
	asked  map[string]int // how often for each tool
}

// read looks at a file of the project, and remembers that it did.
func (l *loader) read(path string) (*file, error) {
	f := l.reader.files.get(path)
	if !slices.ContainsFunc(l.p.Reads, func(known Read) bool { return known.Path == path }) {
		l.p.Reads = append(l.p.Reads, f.Read)
	}
	return f, f.err
}

func (l *loader) path(name string) string { return filepath.Join(l.p.Dir, name) }

// manifest reads devenv.toml, and looks for files of the other devenv.
func (l *loader) manifest() error {
	f, err := l.read(l.path(manifest.Name))
	if err != nil {
		return err
	}
	for _, name := range []string{"devenv.nix", "devenv.yaml"} {
		if other, _ := l.read(l.path(name)); other.Kind == File && l.p.Foreign == "" {
			l.p.Foreign = name
		}
	}
	if f.Kind != File {
		return nil
	}
	m, err := manifest.Parse(f.Path, f.data, l.reader.names)
	if err != nil {
		return err
	}
	l.p.Manifest = m
	for _, n := range m.Notes {
		l.note(n.At, n.Text)
	}
	for _, t := range m.Tools {
		for _, v := range t.Versions {
			l.require(Requirement{
				Tool: t.Name, Constraint: v.Constraint, Key: "tools." + t.Name, Origin: v.At, Source: v.Source,
			})
		}
	}
	return nil
}

// versionFiles reads those that count, and lets them speak for the tools that
// the manifest does not name.
func (l *loader) versionFiles() error {
	var all []error
	for _, name := range l.candidates() {
		all = append(all, l.versionFile(name))
	}
	chosen, overruled := versionfile.Choose(l.files)
	for _, e := range chosen {
		if l.named(e.Tool) {
			l.p.Overruled = append(l.p.Overruled, requirement(e))
		} else if _, known := l.p.grammars[e.Tool]; known {
			l.require(requirement(e))
		} else {
			l.note(e.At, e.Tool+" is not a tool that devenv provides")
		}
	}
	for _, e := range overruled {
		if _, known := l.p.grammars[e.Tool]; known {
			l.p.Overruled = append(l.p.Overruled, requirement(e))
		}
	}
	return errors.Join(all...)
}

// maxVersions is how many versions of one tool a project may ask for. All are
// downloaded, without a question, when somebody enters it.
const maxVersions = 16

// require adds a requirement, if it is not there already in the same words.
func (l *loader) require(req Requirement) {
	if l.asked[req.Tool]++; l.asked[req.Tool] > maxVersions {
		return // Load says so
	}
	if !slices.ContainsFunc(l.p.Tools, func(r Requirement) bool { return r.Tool == req.Tool && r.Constraint == req.Constraint }) {
		l.p.Tools = append(l.p.Tools, req)
	}
}

func requirement(e versionfile.Entry) Requirement {
	return Requirement{Tool: e.Tool, Constraint: e.Constraint, Key: e.Key, Soft: e.Soft, Origin: e.At, Source: e.Source}
}

// candidates are the version files to look at: those that the manifest lists,
// else those that can speak of a tool which the manifest does not name.
func (l *loader) candidates() []string {
	if l.p.Manifest != nil && l.p.Manifest.HasRead {
		return l.p.Manifest.Read
	}
	return slices.DeleteFunc(versionfile.Names(), func(name string) bool {
		return !slices.ContainsFunc(versionfile.Tools(name), func(tool string) bool { return !l.named(tool) })
	})
}

// named reports whether the manifest names the tool.
func (l *loader) named(tool string) bool {
	if l.p.Manifest == nil {
		return false
	}
	_, ok := l.p.Manifest.Tool(tool)
	return ok
}

// versionFile reads one version file, if it is there.
func (l *loader) versionFile(name string) error {
	f, err := l.read(l.path(name))
	if err != nil || f.Kind != File {
		if err == nil && l.p.Manifest != nil && l.p.Manifest.HasRead {
			l.note(source.Position{File: l.path(manifest.Name)}, fmt.Sprintf("read names %s, which is not here", name))
		}
		return err
	}
	parsed, err := versionfile.Parse(f.Path, f.data)
	if err != nil {
		return err
	}
	l.files = append(l.files, parsed)
	for _, n := range parsed.Notes {
		l.note(n.At, n.Text)
	}
	return l.extends(parsed)
}

// maxExtends is how many files a chain of volta.extends may name.
const maxExtends = 16

// extends follows volta.extends until a file has a version, as Volta does.
func (l *loader) extends(from versionfile.File) error {
	for range maxExtends {
		if from.Extends == "" || slices.ContainsFunc(from.Entries, func(e versionfile.Entry) bool { return e.Key == "volta.node" }) {
			return nil
		}
		f, err := l.read(filepath.Join(filepath.Dir(from.ExtendsAt.File), from.Extends))
		if err != nil {
			return err
		}
		if f.Kind != File {
			l.note(from.ExtendsAt, fmt.Sprintf("volta.extends names %s, which is not there", from.Extends))
			return nil
		}
		if from, err = versionfile.ParseVolta(f.Path, f.data); err != nil {
			return err
		}
		l.files = append(l.files, from)
	}
	l.note(from.ExtendsAt, "volta.extends goes round in a circle")
	return nil
}

// lock finds and reads the pins. A devenv.lock is ours beside a manifest, and
// beside version files if it pins tools and no file of the other devenv is there.
func (l *loader) lock() error {
	own, err := l.read(l.path(LockName))
	if err != nil {
		return err
	}
	if own.Kind == Directory {
		return (&source.Error{At: source.Position{File: own.Path}, What: "is not a file"}).Fixed("move it away: a lock is a regular file")
	}
	l.p.LockPath = own.Path
	if l.p.Manifest == nil && !l.ours(own) {
		l.p.LockPath = l.reader.options.StateLock(l.p.Dir)
		own = l.reader.files.get(l.p.LockPath)
	}
	if own.err != nil || own.Kind != File {
		return own.err
	}
	l.p.Lock, err = lockfile.Parse(own.data, own.Path)
	return err
}

// ours reports whether f is a lock of version files that pins tools.
func (l *loader) ours(f *file) bool {
	if f.Kind != File || l.p.Foreign != "" {
		return false
	}
	lock, err := lockfile.Parse(f.data, f.Path)
	if err != nil {
		return false
	}
	tools, err := lock.Tools()
	return err == nil && len(tools) > 0
}

// checkConstraints reports every constraint that its tool's grammar refuses,
// where it is written. Of the overruled ones it only tells.
func (l *loader) checkConstraints() error {
	var all []error
	for _, tool := range slices.Sorted(maps.Keys(l.asked)) {
		if n := l.asked[tool]; n > maxVersions {
			all = append(all, (&source.Error{
				At: source.Position{File: l.p.Dir}, What: fmt.Sprintf("asks for %d versions of %s, at most %d are taken", n, tool, maxVersions),
			}).Fixed("name the ones that are needed"))
		}
	}
	for _, req := range l.p.Tools {
		if err := l.p.checkConstraint(req); err != nil {
			all = append(all, err)
		}
	}
	l.p.Overruled = slices.DeleteFunc(l.p.Overruled, func(req Requirement) bool {
		err := l.p.checkConstraint(req)
		if err != nil {
			l.note(err.At, err.What)
		}
		return err != nil
	})
	return errors.Join(all...)
}

func (l *loader) note(at source.Position, text string) {
	l.p.Notes = append(l.p.Notes, Note{At: at, Text: text})
}
