package host

import (
	"context"
	"time"

	"devenv/resolver/nixlang/eval"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

// Options say what an evaluation sees. The zero value sees this machine's
// files, an empty environment, and keeps nothing.
type Options struct {
	StoreDir storepath.Dir       // the logical one; "" is storepath.Default
	Env      func(string) string // nil: nothing is set
	Show     func(string)        // gets the lines that programs ask to show; nil: nobody
	Mounts   []Mount

	Mode        Mode
	Allowed     []string // what may be read in other modes than Impure, with all below
	AllowedURIs []string // in Restricted mode; prefixes, as nix.conf's allowed-uris has them

	// Keep keeps the texts of derivations, so that they can be written and read.
	Keep bool
	// Record keeps the read set. Now, if set, tells the time, so that times of
	// files can be trusted that are older.
	Record bool
	Now    func() time.Time

	MaxFile  int64        // the longest file that is read, in bytes; 0: 1 GiB
	Fetcher  eval.Fetcher // nil: nothing can be fetched
	Store    Store        // where what must be built is written to; nil: nothing is built
	Realiser Realiser     // builds; nil: nothing is built
}

// Host is an eval.Host. It is for one goroutine, and may be used for several
// evaluations, one after the other.
type Host struct {
	opts Options
	// Fetcher is that of the options. One that needs the Host, to mount what it
	// fetched, may be set before evaluations begin.
	eval.Fetcher
	texts   map[string]string // virtual files by path, but derivations
	drvs    derivations
	objects map[storepath.Path]*object
	mounts  mounts
	links   map[string]string // targets of symbolic links; "" of what is none
	plain   map[string]bool   // directories, with a slash, on whose path there is no link
	allowed []string
	reads   *Reads

	followed []*followed
	constant map[storepath.Path]bool // fetched by a lock or a hash
}

var _ eval.Host = (*Host)(nil)

// New returns a Host. The files of <nix/…> are there in any case.
func New(opts Options) *Host {
	if opts.StoreDir == "" {
		opts.StoreDir = storepath.Default
	}
	if opts.Env == nil {
		opts.Env = func(string) string { return "" }
	}
	if opts.Show == nil {
		opts.Show = func(string) {}
	}
	if opts.MaxFile == 0 {
		opts.MaxFile = maxFile
	}
	h := &Host{opts: opts, Fetcher: opts.Fetcher, texts: eval.CoreFiles(), objects: map[storepath.Path]*object{}}
	h.mounts.dir = h.StoreDir()
	if h.Fetcher == nil {
		h.Fetcher = noFetcher{}
	}
	if opts.Record {
		h.reads = newReads(opts.Now)
	}
	for _, m := range opts.Mounts {
		h.Mount(m)
	}
	for _, p := range opts.Allowed {
		h.Allow(p)
	}
	return h
}

// Getenv returns a variable of the environment.
func (h *Host) Getenv(name string) string {
	value := h.opts.Env(name)
	h.reads.note(Item{Kind: Variable, Name: name, Value: digest([]byte(value))})
	return value
}

// Setting is told of a setting that the program looked at.
func (h *Host) Setting(name, value string) {
	h.reads.note(Item{Kind: Setting, Name: name, Value: value})
}

// StoreDir returns the logical store directory.
func (h *Host) StoreDir() string { return string(h.opts.StoreDir) }

// Message shows a line.
func (h *Host) Message(text string) { h.opts.Show(text) }

// AddDerivation keeps a derivation, if derivations are kept.
func (h *Host) AddDerivation(p storepath.Path, d *derivation.Derivation, aterm []byte) error {
	if h.opts.Keep {
		h.drvs.add(p, d, aterm)
	}
	return nil
}

// References returns what an object refers to that this evaluation made; others
// are asked of the Realiser.
func (h *Host) References(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	if o := h.made(p); o != nil {
		return o.refs, nil
	}
	if h.opts.Realiser == nil {
		return nil, nil
	}
	return h.opts.Realiser.References(ctx, p)
}
