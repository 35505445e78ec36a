package build

import (
	"context"
	"io"
	"sync"
	"time"

	"devenv/store/derivation"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"devenv/store/transport"
)

// Store is where inputs are and outputs go; *store.Store is one.
type Store interface {
	Dir() storepath.Dir
	Real(storepath.Path) string // where the object is on disk, valid or not
	StateDir() string
	LogDir() string
	Lookup(context.Context, storepath.Path) (narinfo.Info, error) // narinfo.ErrInvalid if it has not
	Missing(context.Context, []storepath.Path) ([]storepath.Path, error)
	Import(context.Context, narinfo.Info, io.Reader) error
	AddText(ctx context.Context, name string, text []byte, refs []storepath.Path) (narinfo.Info, error)
	HoldNew(context.Context, ...storepath.Path) error
	Lock(ctx context.Context, bases ...string) (unlock func(), err error)
	Workplace(context.Context) (dir string, remove func() error, err error)
	Canonicalise(ctx context.Context, trees ...string) error
	HashContent(ctx context.Context, path string, m storepath.Method, a nixhash.Algo, self storepath.Path) (nixhash.Hash, error)
	Adopt(ctx context.Context, infos []narinfo.Info, trees []string) (wait func() error, err error)
	// OutputOf returns what an output of the derivation with this hash became
	// ([derivation.Realisations]), narinfo.ErrInvalid if that is not known.
	OutputOf(ctx context.Context, drv nixhash.Hash, output string) (storepath.Path, error)
	NoteOutput(ctx context.Context, drv nixhash.Hash, output string, p storepath.Path) error
}

// Sandbox says which builds see only their inputs.
type Sandbox int

// As Nix's setting "sandbox" has it.
const (
	Always  Sandbox = iota // "true": every build
	Relaxed                // "relaxed": all but those with __noChroot
	Never                  // "false": none
)

// Options say how to build. The zero value of each field is Nix's default
// unless it says otherwise; in brackets is the setting of nix.conf(5).
type Options struct {
	Store       Store
	Substituter transport.Source   // has what need not be built; what it tells of is trusted; nil has nothing
	Copying     transport.Progress // hears of what is copied from there; may be nil

	System         string   // what this machine runs, "x86_64-linux" [system]
	ExtraPlatforms []string // what it also runs [extra-platforms]
	Features       []string // what it can do [system-features]

	Remote Remote // builds what this machine cannot, or has no place for; nil has none [builders]

	Jobs       int  // builds at a time on this machine; 0 is one, negative none [max-jobs]
	Cores      int  // that one build may use; 0 is all of them [cores]
	AllCores   int  // how many there are
	Fallback   bool // build what cannot be copied although somebody has it [fallback]
	KeepGoing  bool // build what can be built after a failure [keep-going]
	KeepFailed bool // leave the directories of failed builds [keep-failed]
	Rebuild    bool // build what was asked for although it is valid, and compare

	Sandbox       Sandbox
	SandboxPaths  []string      // "/bin/sh=/usr/bin/busybox", "/dir", "/dir?" [sandbox-paths]
	BuildDir      string        // in the sandbox; "" is "/build" [sandbox-build-dir]
	ShmSize       string        // of /dev/shm; "" is "50%" [sandbox-dev-shm-size]
	NoFilter      bool          // no system call is forbidden [filter-syscalls = false]
	NewPrivileges bool          // builders may gain them [allow-new-privileges]
	Timeout       time.Duration // of one build; 0 is none [timeout]
	Silence       time.Duration // how long a builder may print nothing; 0 is forever [max-silent-time]
	MaxLog        int64         // bytes that a builder may print; 0 is no limit [max-build-log-size]
	LogLines      int           // of the log in an error; 0 is 25 [log-lines]

	CAFile  string                   // certificates for builds with a network; "" is none [ssl-cert-file]
	Getenv  func(name string) string // the values of impureEnvVars; nil is none
	Fetch   Fetcher                  // for builtin:fetchurl; nil cannot
	Mirrors []string                 // asked first by hash [hashed-mirrors]
	Impure  bool                     // impure derivations are allowed

	// Helper is the command that calls Child in a process of its own: the path
	// of this program. "" is /proc/self/exe.
	Helper string
	Now    func() time.Time

	// Events tell what happens, from many goroutines at once. Each may be nil.
	Started func(drv storepath.Path)
	Line    func(drv storepath.Path, line string) // of the log, without its end
	Ended   func(Result)
	Waiting func(what string)
}

// Fetcher gets what builtin:fetchurl asks for.
type Fetcher interface {
	// Fetch writes what is at url to file, which does not exist yet.
	Fetch(ctx context.Context, url, file string) error
}

// Builder builds. It may be used by many goroutines at once.
type Builder struct {
	Options
	places   *places
	known    infos
	drvs     derivations
	realised realisations
	helpers  helpers
	tidying  sync.WaitGroup // the workplaces of builds that are over
}

// New returns a builder.
func New(o Options) *Builder {
	if o.Jobs == 0 {
		o.Jobs = 1
	}
	if o.Cores == 0 {
		o.Cores = max(o.AllCores, 1)
	}
	if o.BuildDir == "" {
		o.BuildDir = "/build"
	}
	if o.ShmSize == "" {
		o.ShmSize = "50%"
	}
	if o.LogLines == 0 {
		o.LogLines = 25
	}
	if o.Helper == "" {
		o.Helper = "/proc/self/exe"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	b := &Builder{Options: o, places: newPlaces(max(o.Jobs, 1))} // one for what is built in
	b.known = infos{store: o.Store, known: map[storepath.Path]narinfo.Info{}}
	b.drvs = derivations{store: o.Store, known: map[storepath.Path]*derivation.Derivation{}}
	b.realised.list = derivation.NewRealisations(o.Store.Dir(), b.drvs.read)
	return b
}
