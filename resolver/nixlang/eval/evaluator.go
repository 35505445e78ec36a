package eval

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"devenv/resolver/nixlang/regex"
	"devenv/resolver/nixlang/syntax"
)

// Options are the settings of an evaluation.
type Options struct {
	Host         Host
	Pure         bool            // no environment, no clock, no paths outside the inputs
	MaxCallDepth int             // 0: 10000
	MaxMemory    int             // bytes of the process's heap that may be in use; 0: no limit
	System       string          // builtins.currentSystem
	SearchPath   []SearchEntry   // of <name>
	Cwd          string          // what its relative entries are relative to
	Home         string          // what ~ is
	Features     map[string]bool // experimental features that are on
	TraceVerbose bool            // builtins.traceVerbose speaks
	AbortOnWarn  bool            // builtins.warn ends the evaluation
	Lints        Lints
	Now          func() int64 // seconds since 1970; builtins.currentTime
	// Sampled is called often, with what is being called at that moment, the
	// newest first; nil: nobody asks.
	Sampled func([]Call)
	// Trees remembers parsed files; nil: every file is read and parsed.
	Trees Trees
	// Grown is called once, when an evaluation has become large: the time to
	// collect garbage, which small ones are faster without.
	Grown func()
}

// Evaluator evaluates expressions. It is for one goroutine; only Interrupt may
// be called from others.
type Evaluator struct {
	opts     Options
	host     Host
	locator  Locator // the host, if it is one
	parser   syntax.Parser
	syms     symbols
	sym      knownSyms
	slabs    slabs
	frequent frequent
	code     code
	lambdas  []function
	files    []*file
	byPath   map[string]*Value

	contexts     []ContextElem
	contextID    map[ContextElem]uint32
	contextIDs   Context       // all of them
	contextPaths []contextPath // of contexts that were inputs
	patterns     map[string]*regex.Regexp
	drvs         derivations
	searched     map[string]string // paths of entries of search paths; "" if there is none

	builtins *Value
	globals  map[Sym]*Value

	nameKeys []nameKey // of nameOrder
	merged   [2][]Attr // what is needed for a moment

	frames  []frame
	depth   int
	stopped atomic.Bool
	memory  memory

	// life is over when the evaluation is interrupted; end ends it.
	life context.Context
	end  context.CancelFunc
}

// New returns an Evaluator.
func New(opts Options) *Evaluator {
	if opts.MaxCallDepth == 0 {
		opts.MaxCallDepth = 10000
	}
	ev := &Evaluator{opts: opts, host: opts.Host, byPath: map[string]*Value{}, contextID: map[ContextElem]uint32{}}
	ev.locator, _ = opts.Host.(Locator)
	ev.life, ev.end = context.WithCancel(context.Background())
	ev.parser.PipeOperators = opts.feature("pipe-operators")
	ev.intern("")
	ev.sym = ev.internKnown()
	ev.installBuiltins()
	return ev
}

// Interrupt makes a running evaluation stop with an error, soon.
func (ev *Evaluator) Interrupt() {
	ev.stopped.Store(true)
	ev.end()
}

// checkInterrupt ends an evaluation that was interrupted.
func (ev *Evaluator) checkInterrupt() {
	if ev.stopped.Load() {
		ev.throw(&Error{Kind: Interrupted, Msg: "interrupted"})
	}
}

// knownSyms are the names that the evaluator itself looks for.
type knownSyms struct {
	functor   Sym
	toString  Sym
	outPath   Sym
	drvPath   Sym
	typ       Sym
	name      Sym
	value     Sym
	overrides Sym
	outputs   Sym
	key       Sym
	startSet  Sym
	operator  Sym
	path      Sym
	prefix    Sym
	builtins  Sym
}

func (ev *Evaluator) internKnown() (k knownSyms) {
	known := map[string]*Sym{
		"__functor":   &k.functor,
		"__toString":  &k.toString,
		"outPath":     &k.outPath,
		"drvPath":     &k.drvPath,
		"type":        &k.typ,
		"name":        &k.name,
		"value":       &k.value,
		"__overrides": &k.overrides,
		"outputs":     &k.outputs,
		"key":         &k.key,
		"startSet":    &k.startSet,
		"operator":    &k.operator,
		"path":        &k.path,
		"prefix":      &k.prefix,
		"builtins":    &k.builtins,
	}
	for _, name := range slices.Sorted(maps.Keys(known)) { // symbols are the same in every run
		*known[name] = ev.intern(name)
	}
	return k
}
