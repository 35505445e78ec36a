package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/evalcache"
)

type evalOptions struct {
	evaluationOptions
	attr           string
	apply          string
	strict         bool
	json, raw, xml bool
	noLocation     bool
}

func newEvalCmd(a *app) *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval (REF[#ATTR] | --expr EXPR | --file FILE) [--attr ATTR]",
		Short: "Evaluate a Nix expression, or an output of a flake",
		Long: `Evaluate a Nix expression and print its value, as "nix-instantiate --eval" does; or an output of a
flake, as "nix eval" does: of packages and legacyPackages for this system, or what ATTR names itself.
Nothing is written to a store, and nothing is built.

Files may be read; the environment, the clock, the system, -I and NIX_PATH are seen with --impure only.
Flakes see only what is in their tree and their inputs.`,
		Example: `  devenv eval --expr '1 + 2'
  devenv eval .#hello.version
  devenv eval --file . --attr hello.drvPath --raw
  devenv eval --impure --file '<nixpkgs>' --attr lib.version
  devenv eval --file . --attr hello.meta --apply builtins.attrNames --json
  devenv eval --file . --strict --profile eval.pb.gz && go tool pprof -http : eval.pb.gz`,
		Args: cobra.MatchAll(atMost(1), func(_ *cobra.Command, args []string) error { return o.checkReference(args) }),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return runEvalReference(cmd.Context(), a, o, args[0])
			}
			return runEval(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	o.addFlags(f)
	o.flake.addLockFlags(f)
	o.addCacheFlag(f)
	f.StringVarP(&o.attr, "attr", "A", "", "select `ATTR`, such as a.b.0")
	f.StringVar(&o.apply, "apply", "", "print what the function `F` gives for the value")
	f.BoolVar(&o.strict, "strict", false, "evaluate all of the value")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.raw, "raw", false, "print a string as it is")
	f.BoolVar(&o.xml, "xml", false, "print XML")
	f.BoolVar(&o.noLocation, "no-location", false, "leave positions out of the XML")
	cmd.MarkFlagsMutuallyExclusive("json", "raw", "xml")
	cmd.MarkFlagsMutuallyExclusive("expr", "file")
	return cmd
}

// checkReference wants something to evaluate, in one of the ways that there are.
func (o *evaluationOptions) checkReference(args []string) error {
	switch named := o.expr != "" || o.file != ""; {
	case len(args) > 0 && named:
		return usagef("%q is one thing to evaluate, and --expr or --file names another", args[0])
	case len(args) > 0 && len(o.arg)+len(o.argstr) > 0:
		return withHint(usagef("flakes take no --arg and --argstr"), "override an input, or let the flake have an output for it")
	case len(args) == 0 && !named:
		return withHint(usagef("there is nothing to evaluate"), "devenv eval --expr '1 + 2', --file FILE, or a flake: devenv eval .#hello")
	}
	return nil
}

func runEval(ctx context.Context, a *app, o evalOptions) error {
	o.statsJSON = o.json
	answer, err := a.ask(ctx, o.evaluationOptions, asking{
		what: []string{"text", o.attr, o.apply, fmt.Sprint(o.strict, o.json, o.raw, o.xml, o.noLocation)},
		here: o.apply != "",
		answer: func(e *evaluation) (answer evalcache.Answer, err error) {
			v, err := e.selected(o.attr)
			if err == nil && o.apply != "" {
				v, err = e.apply(o.apply, v)
			}
			if err == nil {
				answer.Text, err = o.print(e, v)
			}
			return answer, err
		},
	})
	if err == nil {
		a.streams.Printf("%s", answer.Text)
	}
	return err
}

// apply calls the function that a text is.
func (e *evaluation) apply(text string, v *eval.Value) (*eval.Value, error) {
	f, err := e.Expr("«--apply»", text, e.cwd)
	if err != nil {
		return nil, err
	}
	return e.Call(f, v)
}

// selected is the attribute of the root that is meant, functions called.
func (e *evaluation) selected(attr string) (*eval.Value, error) {
	v, err := e.root()
	if err != nil {
		return nil, err
	}
	args, err := e.arguments()
	if err != nil {
		return nil, err
	}
	return e.Select(v, attr, args)
}

// print writes a value in the form that is asked for.
func (o *evalOptions) print(e *evaluation, v *eval.Value) (string, error) {
	switch {
	case o.raw:
		return e.Raw(v)
	case o.json:
		text, err := e.JSON(v)
		return text + "\n", err
	case o.xml:
		return e.XML(v, o.strict, !o.noLocation)
	}
	text, err := e.Print(v, o.strict)
	return text + "\n", err
}

// pairs are the flags that take two words, as nix's own commands do, for each
// command that has them.
var (
	flakePairs = []string{"--option", "--override-input", "--override-flake"}
	nixPairs   = append([]string{"--arg", "--argstr"}, flakePairs...)
	withPairs  = map[string][]string{
		"eval": nixPairs, "instantiate": nixPairs, "repl": nixPairs, "build": nixPairs, "print-dev-env": nixPairs,
		"flake": flakePairs, "registry": flakePairs,
		"develop": append([]string{"-s", "--set-env-var"}, nixPairs...),
	}
)

// joinPairs makes one word of the two that follow such a flag: --arg NAME EXPR.
// What stands behind -c or -- is a command's own.
func joinPairs(args []string) []string {
	var pairs, out []string
	command := ""
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "-c" || arg == "--command" || arg == "--" {
			return append(out, args[i:]...)
		}
		if command == "" && !strings.HasPrefix(arg, "-") && (i == 0 || args[i-1] != "-C" && args[i-1] != "--directory") {
			command, pairs = arg, withPairs[arg]
		}
		out = append(out, arg)
		if slices.Contains(pairs, arg) && i+2 < len(args) {
			out = append(out, args[i+1]+"="+args[i+2])
			i += 2
		}
	}
	return out
}
