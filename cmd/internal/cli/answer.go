package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"devenv/env"
	"devenv/resolver/nixlang/evalcache"
	"devenv/resolver/nixlang/host"
	"devenv/store/storepath"
)

func (o *evaluationOptions) addCacheFlag(f *pflag.FlagSet) {
	f.BoolVar(&o.noCache, "no-eval-cache", false, "evaluate, even if nothing has changed since the last time")
}

// asking is what a command wants of an evaluation.
type asking struct {
	what   []string // beside the options that evaluations have in common
	here   bool     // paths in it are relative to the working directory
	answer func(e *evaluation) (evalcache.Answer, error)
	usable func(evalcache.Answer) (bool, error) // of a kept answer; nil: always
}

// ask returns an answer that is known, or evaluates and keeps what comes of it.
// What the evaluation showed is shown in either case.
func (a *app) ask(ctx context.Context, o evaluationOptions, want asking) (answer evalcache.Answer, err error) {
	cache := a.answers(&o)
	o.remember = cache != nil
	err = a.evaluate(ctx, o, func(e *evaluation) error {
		if !e.o.remember {
			answer, err = want.answer(e)
			return err
		}
		q := e.question(want)
		var known bool
		if answer, known, err = e.lookUp(cache, q, want); err != nil {
			return err
		}
		if known {
			for _, m := range answer.Messages {
				a.show(m)
			}
			return nil
		}
		if answer, err = want.answer(e); err != nil {
			return err
		}
		answer.Messages = e.shown
		if e.fetchers.used {
			e.cached += "; the answer is not kept: something was fetched"
			return nil
		}
		if err := cache.Keep(q, e.world, answer); err != nil {
			e.cached += "; the answer cannot be kept: " + err.Error()
		}
		return nil
	})
	return answer, err
}

// lookUp returns an answer that is known and usable, and whether there is one.
func (e *evaluation) lookUp(cache *evalcache.Cache, q *evalcache.Question, want asking) (evalcache.Answer, bool, error) {
	answer, miss := cache.Find(q, e.world)
	if miss != nil {
		e.cached = "miss: " + miss.String()
		return answer, false, nil
	}
	if want.usable != nil {
		if ok, err := want.usable(answer); err != nil || !ok {
			e.cached = "miss: the derivations are not in the store any more"
			return answer, false, err
		}
	}
	e.cached = "hit: nothing has changed"
	return answer, true, nil
}

// answers is the cache of answers, or nil where there is none or it is not
// wanted: what is read from standard input or measured is evaluated.
func (a *app) answers(o *evaluationOptions) *evalcache.Cache {
	layout, err := env.NewLayout(a.getenv)
	if err != nil || o.noCache || o.file == "-" || o.profile != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(self)
	if err != nil {
		return nil
	}
	return evalcache.New(evalcache.Options{
		Dir:     filepath.Join(layout.Cache, "nix-answers"),
		Version: fmt.Sprintf("%s %d %d", versionString(), info.Size(), info.ModTime().UnixNano()),
		Now:     time.Now,
	})
}

// show shows a line that a program asked to show.
func (a *app) show(text string) { a.streams.Notice("%s", uncoloured(text)) }

// question is all that an answer depends on, but for what the evaluation looks
// at.
func (e *evaluation) question(want asking) *evalcache.Question {
	root := e.cwd
	if e.inFile() {
		root = absolute(e.o.file, e.cwd)
		if info, err := os.Stat(root); err != nil || !info.IsDir() {
			root = filepath.Dir(root)
		}
	}
	root = checkoutOf(root)
	e.world.Follow(root)
	q := evalcache.Ask(root)
	q.Add("what", want.what...)
	q.Add("expr", e.o.expr)
	if e.inFile() {
		q.AddPath("file", absolute(e.o.file, e.cwd))
	} else {
		q.Add("file", e.o.file)
	}
	if want.here || !e.inFile() || len(e.o.arg)+len(e.opts.SearchPath) > 0 {
		q.AddPath("cwd", e.cwd)
	}
	q.Add("arg", e.o.arg...)
	q.Add("argstr", e.o.argstr...)
	e.addRules(q)
	return q
}

// inFile tells whether a file is evaluated that has a path.
func (e *evaluation) inFile() bool { return e.o.expr == "" && !strings.HasPrefix(e.o.file, "<") }

// addRules adds what the evaluator and its world are set to.
func (e *evaluation) addRules(q *evalcache.Question) {
	o := &e.opts
	q.Add("evaluator", fmt.Sprint(o.Pure, o.MaxCallDepth, o.TraceVerbose, o.AbortOnWarn, o.Lints), o.System, o.Home)
	var search []string
	for _, s := range o.SearchPath {
		search = append(search, s.Prefix, s.Path)
	}
	q.Add("search", search...)
	q.Add("features", slices.Sorted(maps.Keys(o.Features))...)
	q.Add("store", e.world.StoreDir())
	q.Add("mode", fmt.Sprint(e.hostOpts.Mode))
	for _, p := range e.hostOpts.Allowed {
		q.AddPath("allowed", p)
	}
	q.Add("uris", e.hostOpts.AllowedURIs...)
}

// checkoutOf is the working tree of git that a directory lies in, or the
// directory itself.
func checkoutOf(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// askDerivations returns the derivations that attributes of an expression give;
// they are in the store then.
func (a *app) askDerivations(ctx context.Context, o evaluationOptions, attrs []string, to host.Store) ([]chosen, error) {
	if len(attrs) == 0 {
		attrs = []string{""}
	}
	answer, err := a.ask(ctx, o, asking{
		what: append([]string{"derivations"}, attrs...),
		answer: func(e *evaluation) (answer evalcache.Answer, err error) {
			if answer.Derivations, err = e.derivations(attrs); err == nil {
				err = e.world.Flush(ctx, to, pathsOf(answer.Derivations)...)
			}
			return answer, err
		},
		usable: func(known evalcache.Answer) (bool, error) {
			missing, err := to.Missing(ctx, pathsOf(known.Derivations))
			return len(missing) == 0, err
		},
	})
	return answer.Derivations, err
}

func pathsOf(list []chosen) (paths []storepath.Path) {
	for _, c := range list {
		paths = append(paths, c.Path)
	}
	return paths
}
