// Package resolver goes from a directory to a plan: what the project asks for,
// what is pinned for it, and what its environment is made of.
//
//	dirs := reader.Find(cwd, ceilings)       which directories declare something: the layers
//	project := reader.Load(dir)              one layer: what it asks for, and what was read to know
//	locked := Lock(ctx, LockRequest{…})      every requirement pinned; unchanged pins stay as they are
//	plan := MakePlan(ctx, PlanRequest{…})    the tools' trees and the variables, as plain values
//
// A project is a directory with a devenv.toml (package manifest) or with files
// in which other tools keep versions (package versionfile), or with both: then
// the manifest wins, tool by tool. Its pins are in devenv.lock beside the
// manifest; without a manifest they are in the user's state, until a
// devenv.lock is written there too.
//
// Everything that was looked at is in Project.Reads: every file with the hash of
// its content, and every path where nothing was. As long as these are the same,
// the project is. What can run code on entering needs the user's consent, and
// is named by Project.Code; versions and constraints are data and need none.
//
// The package reads the file system and asks for versions and trees through the
// interfaces Locker and Toolbox. It writes nothing, opens no connection, runs no
// program, and knows no shell.
package resolver

import (
	"path/filepath"

	"maps"
	"slices"

	"devenv/lockfile"
	"devenv/resolver/constraint"
	"devenv/resolver/manifest"
	"devenv/resolver/source"
)

// LockName is the file name of a project's lock.
const LockName = "devenv.lock"

// Options are what a Reader needs to know.
type Options struct {
	// Tools gives the tools that there are, each with the grammar of its
	// versions. It is called when the first project is loaded; nil means none.
	Tools func() (map[string]constraint.Grammar, error)
	// StateLock is where the pins are of a project that has no devenv.lock of
	// its own: a path in the user's state.
	StateLock func(dir string) string
}

// Reader finds and loads projects. It reads each file once: all that it returns
// speaks of the same bytes. It is for one command's life and one goroutine.
type Reader struct {
	options  Options
	grammars map[string]constraint.Grammar // nil before the first project
	names    []string
	files    files
}

// NewReader returns a reader that has read nothing yet.
func NewReader(o Options) *Reader {
	return &Reader{options: o, files: files{}}
}

// tools asks for the tools, once.
func (r *Reader) tools() error {
	if r.grammars != nil || r.options.Tools == nil {
		return nil
	}
	grammars, err := r.options.Tools()
	if err != nil {
		return err
	}
	r.grammars, r.names = grammars, slices.Sorted(maps.Keys(grammars))
	return nil
}

// Project is one directory that declares something.
type Project struct {
	Dir      string
	Manifest *manifest.Manifest // nil without devenv.toml
	// Tools are what has to be there: those of the manifest in its order, then
	// those of version files; of one tool the default version first.
	Tools []Requirement
	// Overruled are the requirements that lost against one in Tools.
	Overruled []Requirement
	// Reads is all that was looked at, each path once.
	Reads []Read
	// Foreign is the name of a file that makes the directory a project of
	// cachix's tool of the same name ("devenv.nix"); "" for none.
	Foreign string
	Notes   []Note
	// LockPath is where the pins are, or will be.
	LockPath string
	// Lock are the pins; nil if there are none yet.
	Lock *lockfile.Lock

	grammars map[string]constraint.Grammar
}

// Requirement is one version of one tool that a project asks for.
type Requirement struct {
	Tool       string
	Constraint string // in the tool's grammar, as it is written
	Key        string // where in the file: "engines.node"; "" in files without keys
	// Soft requirements bound what works (engines, requires-python, the go
	// line); an outer layer's pin that fits is enough.
	Soft   bool
	Origin source.Position
	Source string // the line that Origin names
}

// Note is something to tell about a project that is no mistake.
type Note struct {
	At   source.Position
	Text string
}

// OwnLock is the path of the devenv.lock beside the project, where `devenv
// lock` writes, whether it is there or not.
func (p *Project) OwnLock() string { return filepath.Join(p.Dir, LockName) }
