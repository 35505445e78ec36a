package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"devenv/resolver/nixlang/notation"
	"devenv/store/derivation"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// derivations remembers what was put into the store, and the derivations that
// were made.
type derivations struct {
	copied map[string]string
	made   map[storepath.Path]made
	hasher *derivation.Hasher
	memo   *derivation.Memo
	spare  []*derivation.Derivation // to be filled again: nobody keeps one
}

// lend returns an empty derivation; making one may need others first.
func (d *derivations) lend() *derivation.Derivation {
	n := len(d.spare)
	if n == 0 {
		return &derivation.Derivation{}
	}
	drv := d.spare[n-1]
	d.spare = d.spare[:n-1]
	return drv
}

// release takes a lent derivation back.
func (d *derivations) release(drv *derivation.Derivation) {
	clear(drv.Outputs)
	clear(drv.InputDrvs)
	clear(drv.InputSrcs)
	clear(drv.Args)
	clear(drv.Env)
	*drv = derivation.Derivation{
		Outputs: drv.Outputs[:0], InputDrvs: drv.InputDrvs[:0], InputSrcs: drv.InputSrcs[:0], Args: drv.Args[:0], Env: drv.Env[:0],
	}
	d.spare = append(d.spare, drv)
}

// made is what is kept of a derivation: enough for those that need all of it.
type made struct {
	outputs []madeOutput
	drvs    []storepath.Path
	srcs    []storepath.Path
}

// madeOutput is an output with its path, where that is known before a build.
type madeOutput struct {
	name string
	path storepath.Path
}

// madeOf keeps what is needed of a derivation.
func madeOf(d *derivation.Derivation, dir storepath.Dir) (m made, err error) {
	m.srcs = slices.Clone(d.InputSrcs)
	m.drvs = make([]storepath.Path, 0, len(d.InputDrvs))
	m.outputs = make([]madeOutput, len(d.Outputs))
	for i := range d.Outputs {
		o := &d.Outputs[i]
		m.outputs[i].name = o.Name
		if m.outputs[i].path, err = o.KnownPath(dir, d.Name); err != nil {
			return made{}, err
		}
	}
	for _, in := range d.InputDrvs {
		m.drvs = append(m.drvs, in.Path)
	}
	return m, nil
}

// hasher returns what computes paths; derivations that others made are read from
// the store.
func (ev *Evaluator) hasher() *derivation.Hasher {
	if ev.drvs.hasher == nil {
		dir := storepath.Dir(ev.host.StoreDir())
		ev.drvs.memo = derivation.NewMemo(dir, ev.readDerivation)
		ev.drvs.hasher = derivation.NewHasher(dir, ev.drvs.memo)
	}
	return ev.drvs.hasher
}

// readDerivation reads a .drv file.
func (ev *Evaluator) readDerivation(p storepath.Path) (*derivation.Derivation, error) {
	dir := storepath.Dir(ev.host.StoreDir())
	text, err := ev.host.ReadFile(dir.Join(p))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("path '%s' is not valid", dir.Join(p))
	}
	if err != nil {
		return nil, err
	}
	return derivation.Parse(dir, strings.TrimSuffix(p.Name(), derivation.Extension), string(text))
}

// derivationAt says what a derivation consists of.
func (ev *Evaluator) derivationAt(p storepath.Path, pos Pos) made {
	m, ok := ev.drvs.made[p]
	if ok {
		return m
	}
	d, err := ev.readDerivation(p)
	if err == nil {
		m, err = madeOf(d, storepath.Dir(ev.host.StoreDir()))
	}
	if err != nil {
		ev.hostError(pos, err)
	}
	ev.drvs.add(p, m)
	return m
}

func (d *derivations) add(p storepath.Path, m made) {
	if d.made == nil {
		d.made = map[storepath.Path]made{}
	}
	d.made[p] = m
}

func (d *derivations) remember(path, store string) {
	if d.copied == nil {
		d.copied = map[string]string{}
	}
	d.copied[path] = store
}

// drvBuilder collects a derivation's attributes.
type drvBuilder struct {
	ev         *Evaluator
	pos        Pos
	drv        *derivation.Derivation
	ctx        Context
	json       []byte // of structured attributes, without the last brace
	structured bool
	outputs    []string
	hash       string // outputHash, if fixed
	fixed      bool
	hashAlgo   string
	method     storepath.Method
	hasMethod  bool
	floating   bool
	impure     bool
}

// derivationStrict makes a derivation and returns its path and those of its
// outputs.
func derivationStrict(ev *Evaluator, pos Pos, a *Value) Value {
	attrs := ev.forceAttrs(a, pos)
	b := drvBuilder{ev: ev, pos: pos, drv: ev.drvs.lend(), outputs: []string{"out"}}
	name := find(attrs, ev.sym.name)
	if name == nil {
		ev.fail(pos, "required attribute 'name' missing")
	}
	b.drv.Name = ev.forcePlainString(name.val, pos)
	if storepath.CheckName(b.drv.Name) != nil {
		ev.fail(pos, "invalid derivation name: %s. Please pass a different 'name'.", nameProblem(b.drv.Name))
	}
	height := len(ev.frames)
	ev.frames = append(ev.frames, frame{pos: name.pos, was: mkPath(b.drv.Name)})
	flag := func(name string) bool {
		c := get(attrs, ev.intern(name))
		return c != nil && ev.forceBool(c, pos)
	}
	b.structured = flag("__structuredAttrs")
	ignoreNulls := flag("__ignoreNulls")
	for _, x := range ev.sortedByName(attrs) {
		if ev.name(x.sym) == "__ignoreNulls" || ignoreNulls && ev.force(x.val).kind() == kNull {
			continue
		}
		ev.frames = append(ev.frames, frame{pos: x.pos, was: mkString(ev.name(x.sym))})
		b.attr(ev.name(x.sym), x.val)
		ev.frames = ev.frames[:height+1]
	}
	v := b.finish()
	ev.frames = ev.frames[:height]
	return v
}

// attr takes one attribute.
func (b *drvBuilder) attr(name string, c *Value) {
	ev, pos := b.ev, b.pos
	switch name {
	case "__contentAddressed":
		if b.floating = ev.forceBool(c, pos); b.floating {
			ev.require("ca-derivations", "", pos)
		}
		return
	case "__impure":
		if b.impure = ev.forceBool(c, pos); b.impure {
			ev.require("impure-derivations", "", pos)
		}
		return
	case "args":
		for _, arg := range ev.forceList(c, pos) {
			b.drv.Args = append(b.drv.Args, ev.coerceCell(arg, pos, &b.ctx, coerceAll))
		}
		return
	}
	if b.structured {
		b.structuredAttr(name, c)
		return
	}
	s := ev.coerceCell(c, pos, &b.ctx, coerceAll)
	if name == derivation.StructuredAttrs {
		s = b.ownStructuredAttrs(s)
	}
	b.drv.Env = append(b.drv.Env, derivation.Var{Name: name, Value: s})
	b.special(name, s)
	if name == "outputs" {
		b.setOutputs(strings.Fields(s))
	}
}

// ownStructuredAttrs takes structured attributes that the program wrote itself.
func (b *drvBuilder) ownStructuredAttrs(text string) string {
	b.warn("setting structured attributes via '__json' is deprecated, and may be disallowed in future versions of Nix. Set '__structuredAttrs = true' instead.")
	ev := b.ev
	v := ev.read(b.pos, func(t *treeBuilder) error { return notation.ParseJSON(text, ev.opts.MaxCallDepth, t) })
	var ctx Context
	return string(ev.appendJSON(nil, ev.cell(v), b.pos, &ctx, false))
}

func (b *drvBuilder) warn(msg string) {
	b.ev.host.Message("warning: while evaluating derivation '" + b.drv.Name + "': " + msg)
}

// structuredAttr adds one attribute to the JSON object of all.
func (b *drvBuilder) structuredAttr(name string, c *Value) {
	if name == "__structuredAttrs" {
		return
	}
	ev, pos := b.ev, b.pos
	sep := byte(',')
	if b.json == nil {
		sep = '{'
	}
	b.json = append(ev.appendJSONString(append(b.json, sep), name, pos), ':')
	b.json = ev.appendJSON(b.json, c, pos, &b.ctx, true)
	switch name {
	case "builder":
		b.special(name, ev.forceString(c, pos, &b.ctx))
	case "system", "outputHash", "outputHashAlgo", "outputHashMode":
		b.special(name, ev.forcePlainString(c, pos))
	case "outputs":
		var names []string
		for _, o := range ev.forceList(c, pos) {
			names = append(names, ev.forcePlainString(o, pos))
		}
		b.setOutputs(names)
	case "allowedReferences", "allowedRequisites", "disallowedReferences", "disallowedRequisites", "maxSize", "maxClosureSize":
		b.warn("'structuredAttrs' disables the effect of the derivation attribute '" + name + "'; use 'outputChecks.<output>." + name + "' instead")
	}
}

// special notes the attributes that mean something to the store.
func (b *drvBuilder) special(name, s string) {
	switch name {
	case "builder":
		b.drv.Builder = s
	case "system":
		b.drv.System = s
	case "outputHash":
		b.hash, b.fixed = s, true
	case "outputHashAlgo":
		b.hashAlgo = s
	case "outputHashMode":
		b.hasMethod = true
		switch s {
		case "flat":
			b.method = storepath.Flat
		case "recursive", "nar":
			b.method = storepath.NAR
		case "git":
			b.ev.require("git-hashing", "", b.pos)
			b.method = storepath.Git
		case "text":
			b.ev.require("dynamic-derivations", "text-hashed derivation '"+b.drv.Name+"', outputHashMode = \"text\"", b.pos)
			b.method = storepath.Text
		default:
			b.ev.fail(b.pos, "invalid value '%s' for 'outputHashMode' attribute", s)
		}
	}
}

func (b *drvBuilder) setOutputs(names []string) {
	seen := map[string]bool{}
	for _, n := range names {
		switch {
		case seen[n]:
			b.ev.fail(b.pos, "duplicate derivation output '%s'", n)
		case n == "drvPath":
			b.ev.fail(b.pos, "invalid derivation output name 'drvPath'")
		}
		seen[n] = true
	}
	if len(names) == 0 {
		b.ev.fail(b.pos, "derivation cannot have an empty set of outputs")
	}
	b.outputs = names
}

// finish computes all paths.
func (b *drvBuilder) finish() Value {
	ev := b.ev
	if b.structured {
		if b.json == nil {
			b.json = []byte{'{'}
		}
		b.drv.Env = append(b.drv.Env, derivation.Var{Name: derivation.StructuredAttrs, Value: string(append(b.json, '}'))})
	}
	switch {
	case b.drv.Builder == "":
		ev.fail(b.pos, "required attribute 'builder' missing")
	case b.drv.System == "":
		ev.fail(b.pos, "required attribute 'system' missing")
	case strings.HasSuffix(b.drv.Name, derivation.Extension) && !(b.method == storepath.Text && slices.Equal(b.outputs, []string{"out"})):
		ev.fail(b.pos, "derivation names are allowed to end in '%s' only if they produce a single derivation file", derivation.Extension)
	}
	b.inputs()
	b.setDrvOutputs()
	b.drv.Sort()
	dir := storepath.Dir(ev.host.StoreDir())
	inst, err := ev.hasher().Instantiate(b.drv)
	if err != nil {
		ev.hostError(b.pos, err)
	}
	ev.drvs.memo.Add(inst.Path, inst.Modulo)
	m, known := ev.drvs.made[inst.Path]
	if !known {
		if m, err = madeOf(b.drv, dir); err == nil {
			err = ev.host.AddDerivation(inst.Path, b.drv, inst.ATerm)
		}
		if err != nil {
			ev.hostError(b.pos, err)
		}
		ev.drvs.add(inst.Path, m)
	}
	v := b.result(dir, inst.Path, m)
	ev.drvs.release(b.drv)
	return v
}

// inputs turns the context of all attributes into inputs.
func (b *drvBuilder) inputs() {
	ev := b.ev
	for _, id := range b.ctx {
		p := ev.contextPath(id, b.pos)
		switch e := &ev.contexts[id]; e.Kind {
		case OpaquePath:
			b.drv.InputSrcs = append(b.drv.InputSrcs, p.path)
		case BuiltOutput:
			if first, rest, nested := strings.Cut(e.Output, "^"); nested {
				b.drv.InputDrvs = append(b.drv.InputDrvs, derivation.Input{Path: p.path, Dynamic: []derivation.DynamicInput{dynamicInput(first, rest)}})
				continue
			}
			b.drv.InputDrvs = append(b.drv.InputDrvs, derivation.Input{Path: p.path, Outputs: p.outputs})
		case DeepDrv:
			b.closure(p.path, map[storepath.Path]bool{})
		}
	}
}

// dynamicInput is the use of an output of a derivation that is the output called
// output; rest is that one's output, or a chain of them.
func dynamicInput(output, rest string) derivation.DynamicInput {
	first, more, nested := strings.Cut(rest, "^")
	if nested {
		return derivation.DynamicInput{Output: output, Dynamic: []derivation.DynamicInput{dynamicInput(first, more)}}
	}
	return derivation.DynamicInput{Output: output, Outputs: []string{first}}
}

// closure makes everything that a derivation refers to an input.
func (b *drvBuilder) closure(p storepath.Path, seen map[storepath.Path]bool) {
	if seen[p] {
		return
	}
	seen[p] = true
	b.drv.InputSrcs = append(b.drv.InputSrcs, p)
	m := b.ev.derivationAt(p, b.pos)
	names := make([]string, len(m.outputs))
	for i, o := range m.outputs {
		names[i] = o.name
	}
	b.drv.InputDrvs = append(b.drv.InputDrvs, derivation.Input{Path: p, Outputs: names})
	b.drv.InputSrcs = append(b.drv.InputSrcs, m.srcs...)
	for _, d := range m.drvs {
		b.closure(d, seen)
	}
}

// setDrvOutputs decides what kind of outputs there are.
func (b *drvBuilder) setDrvOutputs() {
	ev := b.ev
	var algo nixhash.Algo
	if b.hashAlgo != "" {
		var err error
		if algo, err = nixhash.ParseAlgo(b.hashAlgo); err != nil {
			ev.hostError(b.pos, err)
		}
	}
	switch {
	case b.fixed:
		if len(b.outputs) != 1 || b.outputs[0] != "out" {
			ev.fail(b.pos, "multiple outputs are not supported in fixed-output derivations")
		}
		b.drv.Outputs = []derivation.Output{derivation.FixedOutput(b.method, ev.parseHash(b.hash, algo, b.pos))}
		return
	case b.floating && b.impure:
		ev.fail(b.pos, "derivation cannot be both content-addressed and impure")
	case b.floating || b.impure:
		kind := derivation.Floating
		if b.impure {
			kind = derivation.Impure
		}
		if algo == 0 {
			algo = nixhash.SHA256
		}
		if !b.hasMethod {
			b.method = storepath.NAR
		}
		for _, name := range b.outputs {
			b.drv.Outputs = append(b.drv.Outputs, derivation.Output{Name: name, Kind: kind, Method: b.method, Algo: algo})
		}
		return
	}
	for _, name := range b.outputs {
		b.drv.Outputs = append(b.drv.Outputs, derivation.Output{Name: name, Kind: derivation.InputAddressed})
	}
}

func (b *drvBuilder) result(dir storepath.Dir, path storepath.Path, m made) Value {
	ev := b.ev
	full := dir.Join(path)
	out := ev.buildAttrs(len(m.outputs) + 1)
	out.add("drvPath", mkContextString(full, ev.contextOf(ContextElem{Kind: DeepDrv, Path: full})))
	for _, o := range m.outputs {
		out.add(o.name, ev.outputString(path, full, o))
	}
	return out.value()
}

// nameProblem says what is wrong with a name.
func nameProblem(name string) string {
	for _, r := range name {
		if storepath.CheckName("a"+string(r)) != nil {
			return "name '" + name + "' contains illegal character '" + string(r) + "'"
		}
	}
	if name == "" {
		return "name must not be empty"
	}
	return storepath.CheckName(name).Error()
}
