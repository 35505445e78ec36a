package env

// A Shell is the name of a shell that has a hook; it is also the name of the
// files that are written for it.
type Shell string

// The shells that have a hook.
const (
	Bash Shell = "bash"
	Zsh  Shell = "zsh"
	Fish Shell = "fish"
)

// Shells returns every shell that has a hook.
func Shells() []Shell { return []Shell{Bash, Zsh, Fish} }

// A Renderer turns values into shell text. The text of the same values is
// always the same.
type Renderer interface {
	// Layer is the script of envs/<key>, sourced with the argument enter,
	// leave or paths.
	Layer(Shell, Layer) ([]byte, error)
	// Pointer is the script of one project's current generation.
	Pointer(Shell, Pointer) ([]byte, error)
}

// Status is what became of a project's newest build.
type Status string

// A layer may be without an environment in every state but OK: then its key is
// empty. Failed keeps the key of the last good environment, if there was one.
const (
	OK        Status = "ok"        // Key is the environment of the inputs
	Failed    Status = "failed"    // the build failed; Message says why
	Untrusted Status = "untrusted" // code that nobody has allowed yet
	Denied    Status = "denied"    // a person said no
	Nothing   Status = "nothing"   // nothing to do for this directory
)

// A Pointer is all that the pointer script of one generation must say.
type Pointer struct {
	// Dir is the project's absolute directory.
	Dir string
	// Generation counts from 1. GenFile exists as long as it is the current
	// one: once it is gone, the pointer is to be sourced again.
	Generation uint64
	GenFile    string
	// Key names the environment, Script its script for this shell; both are
	// empty when the layer has none.
	Key, Script string
	// Label is for people: "node 24.21.0, go 1.24.5".
	Label string
	// Root: layers above this one do not count below it.
	Root   bool
	Status Status
	// Message is one line for people without control characters, to be shown
	// once per generation; empty when there is nothing to say.
	Message string
	// Watches exist. They have changed when Path is newer or older than Ref,
	// or is gone.
	Watches []Watch
	// Absences did not exist. See [Absence].
	Absences []Absence
}

// A Watch is a file or directory whose modification time is compared with that
// of the empty file Ref.
type Watch struct{ Path, Ref string }

// An Absence is a directory in which Candidates did not exist. They need to be
// looked for only when Dir is newer or older than Ref (or is gone).
type Absence struct {
	Dir, Ref   string
	Candidates []string // absolute paths
}
