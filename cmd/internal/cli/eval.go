package cli

import (
	"context"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

type evalOptions struct {
	expr, file, attr  string
	arg, argstr       []string
	search            []string
	strict, impure    bool
	json, raw, xml    bool
	noLocation, trace bool
	maxDepth          int
	features          []string
}

func newEvalCmd(a *app) *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval (--expr EXPR | --file FILE) [--attr ATTR]",
		Short: "Evaluate a Nix expression",
		Long: `Evaluate a Nix expression and print its value, as "nix-instantiate --eval" does.
Nothing is written to a store, and nothing is built.`,
		Example: `  devenv eval --expr '1 + 2'
  devenv eval --file . --attr hello.drvPath --raw`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runEval(cmd.Context(), a, o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.expr, "expr", "E", "", "evaluate `EXPR`")
	f.StringVarP(&o.file, "file", "f", "", "evaluate `FILE`, or standard input for a dash")
	f.StringVarP(&o.attr, "attr", "A", "", "select `ATTR`, such as a.b.0")
	f.StringArrayVar(&o.arg, "arg", nil, "pass an expression to functions, `NAME EXPR`")
	f.StringArrayVar(&o.argstr, "argstr", nil, "pass a text to functions, `NAME TEXT`")
	f.StringArrayVarP(&o.search, "include", "I", nil, "look <NAME/…> up in `[NAME=]PATH`")
	f.BoolVar(&o.strict, "strict", false, "evaluate all of the value")
	f.BoolVar(&o.impure, "impure", false, "let the expression see the environment, the clock and NIX_PATH")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.raw, "raw", false, "print a string as it is")
	f.BoolVar(&o.xml, "xml", false, "print XML")
	f.BoolVar(&o.noLocation, "no-location", false, "leave positions out of the XML")
	f.BoolVar(&o.trace, "show-trace", false, "show all that led to an error")
	f.IntVar(&o.maxDepth, "max-call-depth", 10000, "stop at `N` nested calls")
	f.StringSliceVar(&o.features, "extra-experimental-features", nil, "switch `FEATURE` on")
	cmd.MarkFlagsMutuallyExclusive("json", "raw", "xml")
	cmd.MarkFlagsMutuallyExclusive("expr", "file")
	cmd.MarkFlagsOneRequired("expr", "file")
	return cmd
}

// deepStack is enough for the deepest evaluation that is allowed.
const deepStack = 4 << 30

func runEval(ctx context.Context, a *app, o evalOptions) error {
	cwd, err := a.dir("")
	if err != nil {
		return err
	}
	debug.SetMaxStack(deepStack)
	debug.SetGCPercent(-1)
	ev := eval.New(a.evalOptions(o, cwd))
	defer context.AfterFunc(ctx, ev.Interrupt)()
	text, err := printed(ev, o, cwd)
	if err != nil {
		return explained(err, o.trace)
	}
	a.streams.Printf("%s", text)
	return nil
}

// evalOptions gives an evaluation what it may see of this machine.
func (a *app) evalOptions(o evalOptions, cwd string) eval.Options {
	world := host.New(host.Options{Env: a.getenv, Show: func(s string) { a.streams.Notice("%s", s) }, Now: time.Now})
	opts := eval.Options{
		Host: world, Pure: !o.impure, MaxCallDepth: o.maxDepth, System: nixSystem(), Home: a.getenv("HOME"),
		Grown: func() { debug.SetGCPercent(100) }, Trees: a.treesOf(world),
		Now: func() int64 { return time.Now().Unix() }, Features: map[string]bool{}, Cwd: cwd,
	}
	for _, f := range o.features {
		opts.Features[f] = true
	}
	for _, s := range o.search {
		opts.SearchPath = append(opts.SearchPath, eval.ParseSearchEntry(s))
	}
	if o.impure {
		opts.SearchPath = append(opts.SearchPath, eval.ParseSearchPath(a.getenv("NIX_PATH"))...)
	}
	return opts
}

// nixSystem is this machine's system as Nix calls it.
func nixSystem() string {
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i686"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return arch + "-" + runtime.GOOS
}

// printed evaluates and prints.
func printed(ev *eval.Evaluator, o evalOptions, cwd string) (string, error) {
	v, err := root(ev, o, cwd)
	if err != nil {
		return "", err
	}
	args, err := arguments(ev, o, cwd)
	if err != nil {
		return "", err
	}
	if v, err = ev.Select(v, o.attr, args); err != nil {
		return "", err
	}
	switch {
	case o.raw:
		return ev.Raw(v)
	case o.json:
		text, err := ev.JSON(v)
		return text + "\n", err
	case o.xml:
		return ev.XML(v, o.strict, !o.noLocation)
	}
	text, err := ev.Print(v, o.strict)
	return text + "\n", err
}

func root(ev *eval.Evaluator, o evalOptions, cwd string) (*eval.Value, error) {
	switch {
	case o.expr != "":
		return ev.Expr("«string»", o.expr, cwd)
	case o.file == "-":
		name, dir, text, err := readSource(o.file, cwd)
		if err != nil {
			return nil, err
		}
		return ev.Expr(name, text, dir)
	case filepath.IsAbs(o.file):
		return ev.File(filepath.Clean(o.file))
	}
	return ev.File(filepath.Join(cwd, o.file))
}

// joinPairs makes one word of the two that follow --arg and --argstr, as nix's
// own commands take them: --arg NAME EXPR.
func joinPairs(args []string) []string {
	if len(args) == 0 || args[0] != "eval" {
		return args
	}
	var out []string
	for i := 0; i < len(args); i++ {
		out = append(out, args[i])
		if (args[i] == "--arg" || args[i] == "--argstr") && i+2 < len(args) {
			out = append(out, args[i+1]+"="+args[i+2])
			i += 2
		}
	}
	return out
}

// arguments are those of --arg and --argstr.
func arguments(ev *eval.Evaluator, o evalOptions, cwd string) (map[string]*eval.Value, error) {
	args := map[string]*eval.Value{}
	for _, s := range o.argstr {
		name, text, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usagef("--argstr %s: write --argstr NAME TEXT", s)
		}
		args[name] = ev.String(text)
	}
	for _, s := range o.arg {
		name, text, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usagef("--arg %s: write --arg NAME EXPR", s)
		}
		v, err := ev.Expr("«--arg "+name+"»", text, cwd)
		if err != nil {
			return nil, err
		}
		args[name] = v
	}
	return args, nil
}
