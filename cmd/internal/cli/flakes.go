package cli

import (
	"context"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"devenv/nixconf"
	"devenv/resolver/fetch"
	"devenv/resolver/flake"
	"devenv/resolver/flakeref"
	"devenv/store"
	"devenv/transfer"
)

// flakes are what commands need that work with flakes.
type flakes struct {
	*flake.Session
	a        *app
	fetcher  *fetch.Fetcher
	store    *store.Store
	settings *nixconf.Settings
	cwd      string
}

// flakeOptions are flags that commands have in common that take flakes.
type flakeOptions struct {
	lock      flake.LockOptions
	overrides []string // INPUT=REF
	replaced  []string // NAME=REF of --override-flake
	updates   []string
	noNames   bool
	registry  *string  // in place of the global one; nil: as it is set
	fresh     bool     // ask again what is known for a while
	settings  []string // NAME=VALUE of --option
}

func (o *flakeOptions) addFlags(f *pflag.FlagSet) {
	o.addLockFlags(f)
	f.StringArrayVar(&o.settings, "option", nil, "set a setting of nix.conf, `NAME VALUE`")
}

// addLockFlags adds those that say how the flake is locked.
func (o *flakeOptions) addLockFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.overrides, "override-input", nil, "take REF for an input, whatever the flake says, `INPUT REF`")
	f.StringArrayVar(&o.replaced, "override-flake", nil, "let a name of the registries stand for REF, `NAME REF`")
	f.BoolVar(&o.lock.Recreate, "recreate-lock-file", false, "lock all inputs anew")
	f.BoolVar(&o.lock.NoUpdate, "no-update-lock-file", false, "fail if the lock has to change")
	f.BoolVar(&o.lock.NoWrite, "no-write-lock-file", false, "do not write the lock")
	f.BoolVar(&o.noNames, "no-use-registries", false, "look no names up in registries")
	f.BoolVar(&o.noNames, "no-registries", false, "")
	f.MarkHidden("no-registries") //nolint:errcheck // the flag is there: it is the old name
	o.addRegistryFlag(f)
	f.BoolVar(&o.lock.Commit, "commit-lock-file", false, "make a commit of the lock")
	f.StringVar(&o.lock.Summary, "commit-lock-file-summary", "", "begin the commit's message with `TEXT`")
	f.BoolVar(&o.lock.DirtyLocks, "allow-dirty-locks", false, "let the lock hold inputs with changes that are not committed")
	f.StringVar(&o.lock.Reference, "reference-lock-file", "", "read `FILE` in place of flake.lock")
	f.StringVar(&o.lock.Output, "output-lock-file", "", "write `FILE` in place of flake.lock")
}

func (o *flakeOptions) addRegistryFlag(f *pflag.FlagSet) {
	f.Func("flake-registry", "look names up in `URL` in place of the global registry; an empty one is none", func(url string) error {
		o.registry = &url
		return nil
	})
}

// flakes opens what is needed to work with flakes. Nothing is fetched yet.
func (a *app) flakes(ctx context.Context, o *flakeOptions) (*flakes, error) {
	ws, cwd, err := a.here(ctx)
	if err != nil {
		return nil, err
	}
	s := &flakes{a: a, cwd: cwd}
	if s.settings, err = a.nixSettings(evaluationOptions{settings: o.settings}); err != nil {
		return nil, err
	}
	if o.registry != nil {
		s.settings.Set("flake-registry", *o.registry, "--flake-registry")
	}
	if s.store, err = ws.Store(ctx); err != nil {
		return nil, err
	}
	if s.fetcher, err = s.newFetcher(ws.Layout().Cache, o.fresh); err != nil {
		return nil, err
	}
	flags, err := s.replacements(o.replaced)
	if err != nil {
		return nil, err
	}
	registries := &registries{flakes: s, flags: flags}
	s.Session = flake.New(flake.Options{
		Fetcher: s.fetcher, Registries: registries.layers, Git: s.git,
		Notice: func(text string) { a.streams.Notice("%s", text) },
	})
	return s, nil
}

func (s *flakes) newFetcher(cache string, fresh bool) (*fetch.Fetcher, error) {
	a := s.a
	client, err := transfer.New(transfer.Options{Getenv: a.getenv, CacheDir: cache, UserAgent: "devenv/" + versionString()})
	if err != nil {
		return nil, err
	}
	ttl, err := s.settings.Int("tarball-ttl", 3600)
	if err != nil {
		return nil, &usageError{err}
	}
	dirty, err := s.settings.Bool("allow-dirty", true)
	if err != nil {
		return nil, &usageError{err}
	}
	o := fetch.Options{
		Client: client, Store: s.store, CacheDir: filepath.Join(cache, "fetch"), Environ: a.environ, Progress: a.progress,
		Tokens: map[string]string{}, TTL: time.Duration(ttl) * time.Second, NoDirty: !dirty,
		Notice: func(text string) { a.streams.Notice("%s", text) },
	}
	switch {
	case a.offline:
		o.TTL = math.MaxInt64
	case fresh:
		o.TTL = 0
	}
	for _, pair := range s.settings.List("access-tokens") {
		if host, token, ok := strings.Cut(pair, "="); ok {
			o.Tokens[host] = token
		}
	}
	return fetch.New(o), nil
}

// git runs git in a directory; its output is for people.
func (s *flakes) git(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env = dir, s.a.environ
	if args[0] != "check-ignore" {
		cmd.Stdout, cmd.Stderr = s.a.streams.Err, s.a.streams.Err
	}
	return cmd.Run()
}

// ref reads a reference of the command line; "" is the directory that the
// command is run in.
func (s *flakes) ref(text string) (flakeref.Ref, error) {
	if text == "" {
		text = "."
	}
	ref, err := flakeref.Parse(text, s.refOptions())
	if err != nil {
		return ref, &usageError{err}
	}
	return ref, nil
}

func (s *flakes) refOptions() flakeref.Options {
	return flakeref.Options{Base: s.cwd, FS: flakeref.OS{}, Notice: func(text string) { s.a.streams.Notice("%s", text) }}
}

// lockOptions reads what flags say of the lock.
func (s *flakes) lockOptions(o *flakeOptions) (flake.LockOptions, error) {
	lock := o.lock
	lock.NoRegistries = o.noNames
	if lock.Summary == "" {
		lock.Summary = s.settings.String("commit-lock-file-summary", s.settings.String("commit-lockfile-summary", ""))
	}
	for _, file := range []*string{&lock.Reference, &lock.Output} {
		if *file != "" {
			*file = absolute(*file, s.cwd)
		}
	}
	for _, pair := range o.overrides {
		name, text, ok := strings.Cut(pair, "=")
		if !ok {
			return lock, withHint(usagef("--override-input %s: two words are needed", pair), "--override-input nixpkgs github:NixOS/nixpkgs/nixos-unstable")
		}
		path, err := inputPath(name)
		if err != nil {
			return lock, err
		}
		ref, err := s.ref(text)
		if err != nil {
			return lock, err
		}
		lock.Overrides = append(lock.Overrides, flake.Override{Input: path, Ref: ref})
	}
	for _, name := range o.updates {
		path, err := inputPath(name)
		if err != nil {
			return lock, err
		}
		lock.Updates = append(lock.Updates, path)
	}
	return lock, nil
}

func inputPath(text string) (flake.InputPath, error) {
	path, err := flake.ParseInputPath(text)
	switch {
	case err != nil:
		return nil, &usageError{err}
	case len(path) == 0:
		return nil, withHint(usagef("%q names no input", text), "write its name, such as nixpkgs, or home-manager/nixpkgs for an input of an input")
	}
	return path, nil
}

// locked locks the flake that an argument names, as commands do that use it, and
// tells what has changed.
func (s *flakes) locked(ctx context.Context, text string, o *flakeOptions) (*flake.Locked, error) {
	ref, err := s.ref(text)
	if err != nil {
		return nil, err
	}
	return s.lockedRef(ctx, ref, o)
}

func (s *flakes) lockedRef(ctx context.Context, ref flakeref.Ref, o *flakeOptions) (*flake.Locked, error) {
	lock, err := s.lockOptions(o)
	if err != nil {
		return nil, err
	}
	l, err := s.Lock(ctx, ref, lock)
	s.a.progress.Close()
	if err != nil {
		return nil, explained(err, false)
	}
	if l.Differs && !l.Written {
		s.a.streams.Notice("the lock of %s is not written:\n%s", ref, strings.TrimRight(l.Changes.String(), "\n"))
	} else if l.Differs {
		s.a.streams.Notice("wrote %s:\n%s", l.File, strings.TrimRight(l.Changes.String(), "\n"))
	}
	return l, nil
}

// withFlakes is a command's run that needs a session.
func (a *app) withFlakes(o *flakeOptions, run func(ctx context.Context, s *flakes, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s, err := a.flakes(cmd.Context(), o)
		if err != nil {
			return err
		}
		return run(cmd.Context(), s, args)
	}
}
