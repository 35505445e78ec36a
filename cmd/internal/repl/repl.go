package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/syntax"
)

// Options are what a session needs of the world around it.
type Options struct {
	Evaluator *eval.Evaluator
	Dir       string // what relative paths are relative to
	Out       io.Writer
	// Report shows an error, on the other stream.
	Report func(err error)
	// Load are files whose attributes are variables from the start.
	Load []string
	// Arguments are for functions that are loaded.
	Arguments map[string]*eval.Value
	// Build builds a derivation and returns its outputs by name; Edit opens a file
	// at a line; Flake returns the outputs of a flake. What is nil is refused.
	Build func(ctx context.Context, v *eval.Value) (map[string]string, error)
	Edit  func(ctx context.Context, file string, line int) error
	Flake func(ctx context.Context, ref string) (*eval.Value, error)
	// Interactive is whether a person is there: a greeting, and prompts.
	Interactive bool
}

// REPL is one session.
type REPL struct {
	o      Options
	ev     *eval.Evaluator
	scope  *eval.Scope
	parser syntax.Parser
	loaded []loaded // for :r
	quit   bool
	failed bool // the last statement

	mu      sync.Mutex
	running bool // an evaluation may be interrupted
}

// New begins a session.
func New(o Options) *REPL {
	return &REPL{o: o, ev: o.Evaluator, scope: o.Evaluator.NewScope()}
}

// errQuiet is the error of a session without a person whose last statement
// failed: it has been shown.
var errQuiet = errors.New("the last statement failed")

// IsQuiet tells whether an error of Run has been shown already.
func IsQuiet(err error) bool { return errors.Is(err, errQuiet) }

// Run reads and evaluates until the input ends or the person leaves. In an
// interactive session an interrupt of the process ends the evaluation that runs,
// and nothing else; without a person it ends the process, as ever.
func (r *REPL) Run(ctx context.Context, lines Lines) error {
	signal.Reset(os.Interrupt, syscall.SIGTERM) // what was meant for the whole command
	if r.o.Interactive {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(signals)
		go r.watch(signals, lines)
	}
	for _, file := range r.o.Load {
		r.attempt(func() error { return r.load(ctx, loaded{file: file}) })
	}
	for !r.quit {
		statement, err := r.read(lines)
		switch {
		case errors.Is(err, errAborted):
			continue
		case errors.Is(err, io.EOF):
			r.quit = true
			if r.o.Interactive {
				r.printf("\n")
			}
		case err != nil:
			return err
		}
		if !blank(statement) {
			r.attempt(func() error { return r.evaluate(ctx, statement) })
		}
	}
	if r.failed && !r.o.Interactive {
		return errQuiet
	}
	return nil
}

// watch turns interrupts of the process into those of the evaluation. Before
// the process is ended the terminal gets its ways back.
func (r *REPL) watch(signals chan os.Signal, lines Lines) {
	for s := range signals {
		if s == syscall.SIGTERM {
			_ = lines.Close()
			signal.Reset(syscall.SIGTERM)
			_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
			return
		}
		r.interrupt()
	}
}

func (r *REPL) interrupt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running {
		r.ev.Interrupt()
	}
}

// interruptible lets an interrupt end f.
func (r *REPL) interruptible(f func() error) error {
	r.setRunning(true)
	defer r.setRunning(false)
	return f()
}

func (r *REPL) setRunning(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = on
	if !on {
		r.ev.Resume()
	}
}

// attempt runs one statement and shows its error.
func (r *REPL) attempt(f func() error) {
	err := r.interruptible(f)
	if err != nil {
		r.o.Report(err)
	}
	r.failed = err != nil
}

const (
	prompt = "nix> "
	more   = "   > "
)

// read reads one statement, over as many lines as it takes.
func (r *REPL) read(lines Lines) (string, error) {
	statement, err := lines.Read(prompt)
	for err == nil && incomplete(&r.parser, statement) {
		var next string
		next, err = lines.Read(more)
		if err == nil || next != "" {
			statement = strings.TrimSuffix(statement, "\n") + "\n" + next
		}
	}
	if strings.TrimSpace(statement) != "" && !errors.Is(err, errAborted) {
		lines.Remember(strings.ReplaceAll(strings.TrimSpace(statement), "\n", " "))
	}
	return statement, err
}

// evaluate does what a statement says.
func (r *REPL) evaluate(ctx context.Context, statement string) error {
	text := strings.TrimSpace(statement)
	if strings.HasPrefix(text, ":") {
		return r.command(ctx, text)
	}
	if m := binding().FindStringSubmatch(text); m != nil {
		value := strings.TrimSuffix(strings.TrimSpace(m[2]), ";")
		if parses(&r.parser, value) {
			return r.define(m[1], value)
		}
	}
	if set := bindings(text); !parses(&r.parser, text) && parses(&r.parser, set) {
		v, err := r.compile(set)
		if err == nil {
			_, err = r.scope.DefineAll(v)
		}
		return err
	}
	v, err := r.compile(text)
	if err != nil {
		return err
	}
	return r.show(v, 1)
}

func (r *REPL) compile(text string) (*eval.Value, error) {
	return r.scope.Expr("«string»", text, r.o.Dir)
}

func (r *REPL) define(name, text string) error {
	v, err := r.compile(text)
	if err == nil {
		r.scope.Define(name, v)
	}
	return err
}

// show prints a value so many levels deep.
func (r *REPL) show(v *eval.Value, depth int) error {
	text, err := r.ev.Pretty(v, depth)
	if err == nil {
		r.printf("%s\n", text)
	}
	return err
}

func (r *REPL) printf(format string, args ...any) { fmt.Fprintf(r.o.Out, format, args...) }

// Add makes the attributes of an expression variables.
func (r *REPL) Add(text string) error {
	v, err := r.compile(text)
	if err == nil {
		v, err = r.ev.AutoCall(v, r.o.Arguments)
	}
	if err == nil {
		err = r.addAll(v)
	}
	return err
}
