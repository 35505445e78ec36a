package eval

import (
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
	Home         string          // what ~ is
	Features     map[string]bool // experimental features that are on
	TraceVerbose bool            // builtins.traceVerbose speaks
	Now          func() int64    // seconds since 1970; builtins.currentTime
	// Grown is called once, when an evaluation has become large: the time to
	// collect garbage, which small ones are faster without.
	Grown func()
}

// SearchEntry is one entry of NIX_PATH: Prefix may be empty.
type SearchEntry struct{ Prefix, Path string }

// Evaluator evaluates expressions. It is for one goroutine; only Interrupt may
// be called from others.
type Evaluator struct {
	opts    Options
	host    Host
	parser  syntax.Parser
	syms    symbols
	sym     knownSyms
	slabs   slabs
	code    code
	lambdas []*lambda
	files   []*file
	byPath  map[string]*Value
	targets map[string]string

	contexts     []ContextElem
	contextID    map[ContextElem]uint32
	contextIDs   Context       // all of them
	contextPaths []contextPath // of contexts that were inputs
	patterns     map[string]*regex.Regexp
	drvs         derivations

	builtins *Value
	globals  map[Sym]*Value

	nameKeys []nameKey // of nameOrder

	frames  []frame
	depth   int
	stopped atomic.Bool
	memory  memory
}

// New returns an Evaluator.
func New(opts Options) *Evaluator {
	if opts.MaxCallDepth == 0 {
		opts.MaxCallDepth = 10000
	}
	ev := &Evaluator{opts: opts, host: opts.Host, byPath: map[string]*Value{}, targets: map[string]string{}, contextID: map[ContextElem]uint32{}}
	ev.parser.PipeOperators = opts.Features["pipe-operators"]
	ev.intern("")
	ev.sym = ev.internKnown()
	ev.installBuiltins()
	return ev
}

// Interrupt makes a running evaluation stop with an error, soon.
func (ev *Evaluator) Interrupt() { ev.stopped.Store(true) }

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
