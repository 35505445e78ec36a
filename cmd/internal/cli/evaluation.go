package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"devenv/nixconf"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/resolver/nixlang/profile"
)

// evaluationOptions are what eval, instantiate and repl have in common.
type evaluationOptions struct {
	expr, file  string
	arg, argstr []string
	search      []string
	impure      bool
	trace       bool
	maxDepth    int
	maxMemory   string
	features    []string
	settings    []string // NAME=VALUE of --option
	profile     string
	stats       bool
	statsJSON   bool
	noCache     bool
	remember    bool                // what is looked at and shown
	world       func(*host.Options) // gives the evaluation more than files; may be nil
	flakes      *flakes             // what it fetches with; nil: opened when it fetches something
	flake       flakeOptions        // how a flake that is named is locked
}

func (o *evaluationOptions) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&o.expr, "expr", "E", "", "evaluate `EXPR`")
	f.StringVarP(&o.file, "file", "f", "", "evaluate `FILE`, or standard input for a dash")
	f.StringArrayVar(&o.arg, "arg", nil, "pass an expression to functions, `NAME EXPR`")
	f.StringArrayVar(&o.argstr, "argstr", nil, "pass a text to functions, `NAME TEXT`")
	f.StringArrayVarP(&o.search, "include", "I", nil, "look <NAME/…> up in `[NAME=]PATH`; needs --impure")
	f.BoolVar(&o.impure, "impure", false, "show the environment, the clock, the system and NIX_PATH to expressions")
	f.BoolVar(&o.trace, "show-trace", false, "show all that led to an error")
	f.IntVar(&o.maxDepth, "max-call-depth", 10000, "stop at `N` nested calls")
	f.StringVar(&o.maxMemory, "max-memory", "", "stop when values have taken `SIZE`, such as 2G")
	f.StringSliceVar(&o.features, "extra-experimental-features", nil, "switch `FEATURE` on")
	f.StringArrayVar(&o.settings, "option", nil, "set a setting of nix.conf, `NAME VALUE`")
	f.StringVar(&o.profile, "profile", "", "write where the time went to `FILE`, for pprof or in lines (.folded)")
	f.BoolVar(&o.stats, "stats", false, "say how much was evaluated, on standard error")
}

// evaluation is one evaluation and what stands around it.
type evaluation struct {
	*eval.Evaluator
	opts     eval.Options
	world    *host.Host
	fetchers *fetchers
	hostOpts host.Options
	cwd      string
	o        evaluationOptions
	recorder *profile.Recorder
	start    time.Time
	shown    []string // what the program asked to show, if that is remembered
	cached   string   // what the cache of answers had
}

// deepStack is enough for the deepest evaluation that is allowed.
const deepStack = 4 << 30

// evaluate makes an evaluation and calls f; what f returns is explained, and the
// profile and the numbers are given out in any case. Ctx interrupts it.
func (a *app) evaluate(ctx context.Context, o evaluationOptions, f func(e *evaluation) error) error {
	e, err := a.newEvaluation(o)
	if err != nil {
		return err
	}
	debug.SetMaxStack(deepStack)
	debug.SetGCPercent(-1) // small evaluations are over before it pays
	defer context.AfterFunc(ctx, e.Interrupt)()
	if err = f(e); err != nil {
		err = explained(err, o.trace)
	}
	return errors.Join(err, e.finish(a))
}

func (a *app) newEvaluation(o evaluationOptions) (*evaluation, error) {
	cwd, err := a.dir("")
	if err != nil {
		return nil, err
	}
	settings, err := a.nixSettings(o)
	if err != nil {
		return nil, err
	}
	kept, err := settings.Bool("eval-cache", true)
	if err != nil {
		return nil, &usageError{err}
	}
	o.remember = o.remember && kept
	e := &evaluation{cwd: cwd, o: o, start: time.Now()}
	world := host.Options{Env: a.getenv, Show: a.show, Keep: true, Now: time.Now, Record: o.remember}
	if o.remember {
		world.Show = func(s string) {
			e.shown = append(e.shown, s)
			a.show(s)
		}
	}
	if err := o.restrict(&world, settings, cwd); err != nil {
		return nil, &usageError{err}
	}
	if o.world != nil {
		o.world(&world)
	}
	e.fetchers = a.fetchersOf(o)
	world.Fetcher = e.fetchers
	e.world, e.hostOpts = host.New(world), world
	e.fetchers.World = e.world
	opts := eval.Options{
		Host: e.world, Pure: !o.impure, MaxCallDepth: o.maxDepth, Home: a.getenv("HOME"), Cwd: cwd,
		System: settings.String("eval-system", ""), Features: map[string]bool{},
		Trees: a.treesOf(e.world),
		Grown: func() { debug.SetGCPercent(100) }, Now: func() int64 { return time.Now().Unix() },
	}
	if opts.System == "" {
		opts.System = settings.String("system", nixSystem())
	}
	if opts.TraceVerbose, err = settings.Bool("trace-verbose", false); err != nil {
		return nil, &usageError{err}
	}
	warn := slices.Contains([]string{"1", "true", "yes"}, a.getenv("NIX_ABORT_ON_WARN"))
	if opts.AbortOnWarn, err = settings.Bool("abort-on-warn", warn); err != nil {
		return nil, &usageError{err}
	}
	if opts.Lints, err = lints(settings); err != nil {
		return nil, &usageError{err}
	}
	for _, name := range settings.List("experimental-features") {
		opts.Features[name] = true
	}
	if o.impure {
		opts.SearchPath = a.searchPath(o.search, settings)
		for _, entry := range opts.SearchPath {
			e.world.Allow(absolute(entry.Path, cwd))
		}
	}
	if opts.MaxMemory, err = parseSize(o.maxMemory); err != nil {
		return nil, err
	}
	if o.profile != "" {
		e.recorder = profile.NewRecorder(time.Now)
		opts.Sampled = e.recorder.Sample
	}
	e.opts, e.Evaluator = opts, eval.New(opts)
	return e, nil
}

// nixSettings are those of the machine with what the command line says.
func (a *app) nixSettings(o evaluationOptions) (*nixconf.Settings, error) {
	settings, err := nixconf.Read(a.getenv)
	if err != nil {
		return nil, err
	}
	for _, pair := range o.settings {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usagef("--option %s: write --option NAME VALUE", pair)
		}
		settings.Set(name, value, "--option")
	}
	settings.Set("extra-experimental-features", strings.Join(o.features, " "), "--extra-experimental-features")
	return settings, nil
}

// searchPath is that of -I and then of NIX_PATH, or of nix.conf without it.
func (a *app) searchPath(includes []string, settings *nixconf.Settings) (entries []eval.SearchEntry) {
	for _, s := range includes {
		entries = append(entries, eval.ParseSearchEntry(s))
	}
	if path := a.getenv("NIX_PATH"); path != "" {
		return append(entries, eval.ParseSearchPath(path)...)
	}
	for _, s := range settings.List("nix-path") {
		entries = append(entries, eval.ParseSearchEntry(s))
	}
	return entries
}

// nixSystem is this machine's system as Nix calls it.
func nixSystem() string {
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i686"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return arch + "-" + runtime.GOOS
}

// root is what is to be evaluated: an expression, a file, or a directory's
// default.nix.
func (e *evaluation) root() (*eval.Value, error) {
	switch {
	case e.o.expr != "":
		return e.Expr("«string»", e.o.expr, e.cwd)
	case e.o.file == "-":
		name, dir, text, err := readSource(e.o.file, e.cwd)
		if err != nil {
			return nil, err
		}
		return e.Expr(name, text, dir)
	case strings.HasPrefix(e.o.file, "<") && strings.HasSuffix(e.o.file, ">"):
		return e.Expr("«file»", "import "+e.o.file, e.cwd)
	}
	return e.File(absolute(e.o.file, e.cwd))
}

// arguments are those of --arg and --argstr.
func (e *evaluation) arguments() (map[string]*eval.Value, error) {
	args := map[string]*eval.Value{}
	for _, s := range e.o.argstr {
		name, text, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usagef("--argstr %s: write --argstr NAME TEXT", s)
		}
		args[name] = e.String(text)
	}
	for _, s := range e.o.arg {
		name, text, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usagef("--arg %s: write --arg NAME EXPR", s)
		}
		v, err := e.Expr("«--arg "+name+"»", text, e.cwd)
		if err != nil {
			return nil, err
		}
		args[name] = v
	}
	return args, nil
}

// finish writes the profile and the numbers.
func (e *evaluation) finish(a *app) error {
	if e.o.stats {
		e.printStats(a)
	}
	if e.recorder == nil {
		return nil
	}
	f, err := os.Create(absolute(e.o.profile, e.cwd))
	if err != nil {
		return err
	}
	if filepath.Ext(e.o.profile) == ".folded" {
		err = e.recorder.WriteFolded(f, e.Evaluator)
	} else {
		err = e.recorder.WritePprof(f, e.Evaluator)
	}
	return errors.Join(err, f.Close())
}
