package build

import (
	"encoding/gob"
	"io"
	"path/filepath"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// spec is what the helper process is told: where to be, what to become. It goes
// through a pipe and is the helper's only input.
type spec struct {
	Confine *confinement // nil: the build sees the whole machine

	Dir     string   // the working directory, as the builder sees it
	Program string   // as the builder sees it
	Args    []string // with the program's name first
	Env     []string
	Builtin *builtin // to run instead of Program

	System  string // for which the program was made
	Filter  bool   // forbid some system calls
	NoPrivs bool   // the builder can gain no privileges
}

// confinement is the world of a confined build.
type confinement struct {
	Root     string  // the directory that becomes "/", with a place for each mount
	Mounts   []mount // in order
	Proc     bool
	ShmSize  string // of /dev/shm; "" mounts none
	Pts      bool   // a /dev/pts of its own
	Loopback bool   // the network is its own
	UID, GID int    // who the builder is inside
}

// mount is a file or directory of the machine that the build sees.
type mount struct {
	From     string // on the machine
	To       string // relative to the root
	ReadOnly bool
}

func (s *spec) write(w io.Writer) error { return gob.NewEncoder(w).Encode(s) }

func readSpec(r io.Reader) (*spec, error) {
	s := new(spec)
	return s, gob.NewDecoder(r).Decode(s)
}

// scratch returns where the builder leaves the object p.
func (c *confinement) scratch(dir storepath.Dir, p storepath.Path) string {
	return filepath.Join(c.Root, dir.Join(p))
}

// networked reports whether the build sees the machine's network: what it makes
// is known beforehand, or different each time.
func (j *job) networked() bool { return j.kind == derivation.Fixed || j.kind == derivation.Impure }

// Who the builder is in the sandbox, as in Nix's.
const (
	sandboxUID = 1000
	sandboxGID = 100
)
