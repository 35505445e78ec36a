package eval

import (
	"slices"
	"strings"

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
	outputs []string
	drvs    []storepath.Path
	srcs    []storepath.Path
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
	floating   bool
	impure     bool
}

// derivationStrict makes a derivation and returns its path and those of its
// outputs.
func derivationStrict(ev *Evaluator, pos Pos, a *Value) Value {
	attrs := ev.forceAttrs(a, pos)
	b := drvBuilder{ev: ev, pos: pos, drv: ev.drvs.lend(), outputs: []string{"out"}}
	name := get(attrs, ev.sym.name)
	if name == nil {
		ev.fail(pos, "required attribute 'name' missing")
	}
	b.drv.Name = ev.forcePlainString(name, pos)
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
		b.attr(ev.name(x.sym), x.val)
	}
	return b.finish()
}

// attr takes one attribute.
func (b *drvBuilder) attr(name string, c *Value) {
	ev, pos := b.ev, b.pos
	switch name {
	case "__contentAddressed":
		b.floating = ev.forceBool(c, pos)
		return
	case "__impure":
		b.impure = ev.forceBool(c, pos)
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
	b.drv.Env = append(b.drv.Env, derivation.Var{Name: name, Value: s})
	b.special(name, s)
	if name == "outputs" {
		b.setOutputs(strings.Fields(s))
	}
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
		switch s {
		case "flat":
			b.method = storepath.Flat
		case "recursive", "nar":
			b.method = storepath.NAR
		case "git":
			b.method = storepath.Git
		case "text":
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
		case n == "drv" || n == "drvPath":
			b.ev.fail(b.pos, "invalid derivation output name '%s'", n)
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
	case storepath.CheckName(b.drv.Name) != nil:
		ev.fail(b.pos, "invalid derivation name: %s. Please pass a different 'name'.", nameProblem(b.drv.Name))
	case strings.HasSuffix(b.drv.Name, derivation.Extension):
		ev.fail(b.pos, "derivation names are not allowed to end in '%s'", derivation.Extension)
	}
	b.inputs()
	b.setDrvOutputs()
	b.drv.Sort()
	dir := storepath.Dir(ev.host.StoreDir())
	if ev.drvs.hasher == nil {
		ev.drvs.memo = derivation.NewMemo(dir, nil)
		ev.drvs.hasher = derivation.NewHasher(dir, ev.drvs.memo)
		ev.drvs.made = map[storepath.Path]made{}
	}
	inst, err := ev.drvs.hasher.Instantiate(b.drv)
	if err != nil {
		ev.hostError(b.pos, err)
	}
	ev.drvs.memo.Add(inst.Path, inst.Modulo)
	if _, known := ev.drvs.made[inst.Path]; !known {
		ev.drvs.made[inst.Path] = b.made()
	}
	v := b.result(dir, inst.Path)
	ev.drvs.release(b.drv)
	return v
}

func (b *drvBuilder) made() made {
	m := made{
		outputs: make([]string, 0, len(b.drv.Outputs)), drvs: make([]storepath.Path, 0, len(b.drv.InputDrvs)), srcs: slices.Clone(b.drv.InputSrcs),
	}
	for _, o := range b.drv.Outputs {
		m.outputs = append(m.outputs, o.Name)
	}
	for _, in := range b.drv.InputDrvs {
		m.drvs = append(m.drvs, in.Path)
	}
	return m
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
			b.drv.InputDrvs = append(b.drv.InputDrvs, derivation.Input{Path: p.path, Outputs: p.outputs})
		case DeepDrv:
			b.closure(p.path, map[storepath.Path]bool{})
		}
	}
}

// closure makes everything that a derivation refers to an input.
func (b *drvBuilder) closure(p storepath.Path, seen map[storepath.Path]bool) {
	if seen[p] {
		return
	}
	seen[p] = true
	b.drv.InputSrcs = append(b.drv.InputSrcs, p)
	m, ok := b.ev.drvs.made[p]
	if !ok {
		b.ev.fail(b.pos, "the derivation '%s' was not made by this evaluation: its inputs are not known", p.Base())
	}
	b.drv.InputDrvs = append(b.drv.InputDrvs, derivation.Input{Path: p, Outputs: m.outputs})
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
	case b.floating || b.impure:
		kind := derivation.Floating
		if b.impure {
			kind = derivation.Impure
		}
		if algo == 0 {
			algo = nixhash.SHA256
		}
		if b.method == storepath.Flat {
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

func (b *drvBuilder) result(dir storepath.Dir, path storepath.Path) Value {
	ev := b.ev
	full := dir.Join(path)
	out := ev.buildAttrs(len(b.drv.Outputs) + 1)
	out.add("drvPath", mkContextString(full, ev.contextOf(ContextElem{Kind: DeepDrv, Path: full})))
	for i := range b.drv.Outputs {
		o := &b.drv.Outputs[i]
		known, err := o.KnownPath(dir, b.drv.Name)
		if err != nil {
			ev.hostError(b.pos, err)
		}
		text := derivation.UpstreamOutput(path, o.Name).String()
		if !known.IsZero() {
			text = dir.Join(known)
		}
		out.add(o.Name, mkContextString(text, ev.contextOf(ContextElem{Kind: BuiltOutput, Path: full, Output: o.Name})))
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
	return storepath.CheckName(name).Error()
}
