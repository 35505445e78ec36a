package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"devenv/cmd/internal/repl"
)

func newReplCmd(a *app) *cobra.Command {
	var o evaluationOptions
	cmd := &cobra.Command{
		Use:   "repl [FILE]...",
		Short: "Evaluate Nix expressions as you write them",
		Long: `Evaluate Nix expressions as you write them. The attributes of the files are variables from the start.
:? lists the commands; Tab completes variables, attributes, paths and commands; Ctrl-C ends an evaluation,
Ctrl-D the session. Expressions see the environment, the clock, the system, -I and NIX_PATH.

Without a terminal the lines are read from standard input; the exit code tells whether the last one failed.`,
		Example: `  devenv repl
  devenv repl ./default.nix
  echo ':p builtins.attrNames builtins' | devenv repl`,
		RunE: func(cmd *cobra.Command, args []string) error { return runRepl(cmd.Context(), a, o, args) },
	}
	o.addFlags(cmd.Flags())
	cmd.MarkFlagsMutuallyExclusive("expr", "file")
	cmd.Flags().Lookup("impure").Hidden = true // it is so
	return cmd
}

func runRepl(ctx context.Context, a *app, o evaluationOptions, files []string) error {
	o.impure = true
	e, err := a.newEvaluation(o)
	if err != nil {
		return err
	}
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	debug.SetMaxStack(deepStack)
	args, err := e.arguments()
	if err != nil {
		return explained(err, o.trace)
	}
	if o.file != "" {
		files = append([]string{o.file}, files...)
	}
	options := repl.Options{
		Evaluator: e.Evaluator, Dir: e.cwd, Out: a.streams.Out, Load: files, Arguments: args, Edit: a.editor(),
		Report:      func(err error) { a.reportEvaluation(err, o.trace) },
		Interactive: a.streams.OutTTY && term.IsTerminal(int(os.Stdin.Fd())) && a.getenv("TERM") != "dumb",
	}
	r := repl.New(options)
	if o.expr != "" {
		if err := r.Add(o.expr); err != nil {
			return explained(err, o.trace)
		}
	}
	lines := repl.Plain(a.streams.In)
	if options.Interactive {
		lines = repl.Terminal(filepath.Join(ws.Layout().State, "repl-history"), r.Complete)
		a.streams.Notice("Nix expressions; :? for help")
	}
	err = r.Run(context.WithoutCancel(ctx), lines)
	err = errors.Join(err, lines.Close(), e.finish(a))
	if repl.IsQuiet(err) {
		return &silentExit{exitEvaluation}
	}
	return err
}

// reportEvaluation shows an error of one statement.
func (a *app) reportEvaluation(err error, all bool) {
	err = explained(err, all)
	if errors.Is(err, context.Canceled) {
		a.streams.Notice("interrupted")
		return
	}
	a.streams.Report(err)
}

// editor opens a file at a line in the user's editor; nil if there is none.
func (a *app) editor() func(ctx context.Context, file string, line int) error {
	words := strings.Fields(a.getenv("EDITOR"))
	if len(words) == 0 {
		return nil
	}
	return func(ctx context.Context, file string, line int) error {
		args := words[1:]
		switch name := filepath.Base(words[0]); {
		case strings.Contains(name, "vi"), strings.Contains(name, "nano"), strings.Contains(name, "emacs"), name == "kak":
			args = append(args, "+"+strconv.Itoa(line))
		}
		cmd := exec.CommandContext(ctx, words[0], append(args, file)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		return cmd.Run()
	}
}
