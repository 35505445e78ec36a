package env

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A Layout knows where everything lies. State and Data are absolute; all below
// them belongs to the user alone (directories 0700, files 0600).
//
//	State/roots/<project>/@env/   one project: gen-<N>, pointers, ref/, state.json, tools, lock, devenv.lock
//	State/envs/<key>/             one environment: a script for each shell, snapshot.json, bin/
//	State/hook/<shell>            the hook that an rc file sources
//	Data/places/<project>/@env/   the writable places of its tools
//	Data/trust/{allow,deny}/      what people said
//
// Projects are kept below a mirror of their own path, so that a shell finds
// them without hashing or quoting. The price is that no component of a
// project's path may be "@env".
type Layout struct{ State, Data, Cache string }

const rootName = "@env"

// NewLayout places the trees as the XDG Base Directory Specification says, in
// subdirectories "devenv": XDG_STATE_HOME, XDG_DATA_HOME and XDG_CACHE_HOME
// where they are absolute, else the defaults below HOME.
func NewLayout(getenv func(string) string) (Layout, error) {
	var l Layout
	for _, p := range []struct {
		dir                *string
		variable, fallback string
	}{
		{&l.State, "XDG_STATE_HOME", ".local/state"},
		{&l.Data, "XDG_DATA_HOME", ".local/share"},
		{&l.Cache, "XDG_CACHE_HOME", ".cache"},
	} {
		base := getenv(p.variable)
		if !filepath.IsAbs(base) {
			home := getenv("HOME")
			if !filepath.IsAbs(home) {
				return Layout{}, &NoHomeError{Variable: p.variable}
			}
			base = filepath.Join(home, p.fallback)
		}
		*p.dir = filepath.Join(base, "devenv")
	}
	return l, nil
}

// NoHomeError says that neither HOME nor the variable is an absolute path.
type NoHomeError struct{ Variable string }

func (e *NoHomeError) Error() string {
	return "there is no place for devenv's files: neither HOME nor " + e.Variable + " is an absolute path"
}

// Hint is the next step.
func (e *NoHomeError) Hint() string { return "export HOME=/home/you (or " + e.Variable + ")" }

// A Root is one project's directory in the state tree.
type Root struct {
	Dir  string // the project
	path string
}

// deepest is the longest name that is made in a Root: "ref/<N>/<i>" and the
// temporary files beside the pointers.
const deepest = 48

// Root returns the place of the project dir in the state tree. It refuses what
// [CheckDir] refuses, and with a *[LongPathError] a path that is too long to be
// mirrored.
func (l Layout) Root(dir string) (Root, error) {
	if err := CheckDir(dir); err != nil {
		return Root{}, err
	}
	path := filepath.Join(l.roots(), dir, rootName)
	if len(path)+deepest >= unix.PathMax {
		return Root{}, &LongPathError{Dir: dir, Over: len(path) + deepest - unix.PathMax + 1}
	}
	return Root{Dir: dir, path: path}, nil
}

// LongPathError is a project whose mirror would exceed what the system takes as
// a path.
type LongPathError struct {
	Dir  string
	Over int // bytes too many
}

func (e *LongPathError) Error() string {
	return fmt.Sprintf("the path of the project is %d bytes too long to keep state for it: %s", e.Over, e.Dir)
}

// Hint is the next step.
func (e *LongPathError) Hint() string {
	return "move the project to a shorter path, or set XDG_STATE_HOME to one"
}

// ProjectOf is the project whose ToolsFile path is.
func (l Layout) ProjectOf(path string) (dir string, ok bool) {
	dir = l.dirOf(filepath.Dir(path))
	root, err := l.Root(dir)
	return dir, err == nil && root.ToolsFile() == path
}

// roots is the mirror; below it only paths of projects and @env.
func (l Layout) roots() string { return filepath.Join(l.State, "roots") }

// dirOf is the reverse of Root: the project whose Root lies at path.
func (l Layout) dirOf(path string) string {
	dir := strings.TrimPrefix(filepath.Dir(path), l.roots())
	if dir == "" {
		return "/"
	}
	return dir
}

// Path is the directory itself; that it exists is what makes the project known.
func (r Root) Path() string { return r.path }

// Gen is the file that exists while generation n is the current one.
func (r Root) Gen(n uint64) string { return filepath.Join(r.path, genPrefix+decimal(n)) }

// Pointer is the script that a shell sources on the way into the project.
func (r Root) Pointer(s Shell) string { return filepath.Join(r.path, string(s)) }

// Ref is the i-th reference file of generation n.
func (r Root) Ref(n uint64, i int) string {
	return filepath.Join(r.refs(), decimal(n), strconv.Itoa(i))
}

// Lockfile is where a project without devenv.toml keeps its pins until the user
// writes them into the project.
func (r Root) Lockfile() string { return filepath.Join(r.path, "devenv.lock") }

// ToolsFile names the tools of the project with their versions. It is written
// only when these change, so that a project within can watch it.
func (r Root) ToolsFile() string { return filepath.Join(r.path, "tools") }

// StateFile is state.json.
func (r Root) StateFile() string { return filepath.Join(r.path, "state.json") }

const genPrefix = "gen-"

func (r Root) refs() string { return filepath.Join(r.path, "ref") }
func (r Root) lock() string { return filepath.Join(r.path, "lock") }

// Env is the directory of the environment with that key.
func (l Layout) Env(key string) string { return filepath.Join(l.envs(), key) }

// Script is the script of an environment for one shell.
func (l Layout) Script(key string, s Shell) string { return filepath.Join(l.Env(key), string(s)) }

// Bin holds the commands of a snapshot's Scripts.
func (l Layout) Bin(key string) string { return filepath.Join(l.Env(key), "bin") }

func (l Layout) envs() string               { return filepath.Join(l.State, "envs") }
func (l Layout) snapshot(key string) string { return filepath.Join(l.Env(key), "snapshot.json") }

// Hook is the hook that the rc file of a shell sources.
func (l Layout) Hook(s Shell) string { return filepath.Join(l.State, "hook", string(s)) }

// Place is the writable directory of one tool in the project dir, which must
// satisfy [CheckDir].
func (l Layout) Place(dir, tool string) string {
	return filepath.Join(l.Data, "places", dir, rootName, tool)
}

// Layer returns the snapshot in its place in this tree.
func (l Layout) Layer(s Snapshot) Layer {
	layer := Layer{Snapshot: s, Key: s.Key()}
	if len(s.Scripts) > 0 {
		layer.Bin = l.Bin(layer.Key)
	}
	return layer
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// gone is where an environment lies while it is being removed.
func (l Layout) gone(key string) string { return filepath.Join(l.envs(), gonePrefix+key) }

const gonePrefix = ".gone-"

// removeEmpty removes path and the directories above it, as long as they are
// empty, up to the mirror's own.
func (l Layout) removeEmpty(path string) {
	for path != l.roots() && os.Remove(path) == nil {
		path = filepath.Dir(path)
	}
}

// sweepLock is held shared while a builder publishes and alone while
// environments are removed.
func (l Layout) sweepLock() string { return filepath.Join(l.envs(), ".lock") }
