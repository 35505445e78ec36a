package flake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"devenv/resolver/flakeref"
)

// A computation makes a new graph of the declarations of flakes and of an old
// graph, of which it keeps what still is as it is declared.
type computation struct {
	*Session
	o      LockOptions
	flake  *Flake
	root   *node
	places map[*node]place

	overrides map[string]override // by the path of the input
	used      map[string]bool     // overrides and inputs that were met
	parents   []flakeref.Ref      // the flakes that are being locked
}

// An override is what somebody above says of an input.
type override struct {
	path   InputPath
	input  *Input
	from   place     // what its relative path is relative to
	parent InputPath // the flake that says it; nil for the command line
	flag   bool      // the command line says it
}

func newComputation(s *Session, f *Flake, o LockOptions) *computation {
	c := &computation{
		Session: s, o: o, flake: f, root: newNode(),
		places: map[*node]place{}, overrides: map[string]override{}, used: map[string]bool{},
	}
	here := place{f.tree, f.dir}
	c.places[c.root] = here
	for _, over := range o.Overrides {
		c.overrides[over.Input.String()] = override{path: over.Input, input: &Input{Ref: over.Ref}, from: here, flag: true}
	}
	return c
}

func (c *computation) compute(ctx context.Context, old *node) error {
	if c.o.Recreate {
		old = nil
	}
	l := level{inputs: c.flake.Inputs, node: c.root, old: old, from: place{c.flake.tree, c.flake.dir}}
	if err := c.level(ctx, l); err != nil {
		return err
	}
	for _, over := range c.o.Overrides {
		if !c.used[over.Input.String()] {
			c.Session.o.Notice(fmt.Sprintf("--override-input %s: the flake has no such input", over.Input))
		}
	}
	for _, path := range c.o.Updates {
		if !c.used["at "+path.String()] {
			return c.noSuchInput(path)
		}
	}
	return c.check()
}

func (c *computation) noSuchInput(path InputPath) error {
	return &Error{Fact: fmt.Sprintf("the flake has no input '%s'", path), Next: c.nearest(path)}
}

// A level is a flake whose inputs are being locked.
type level struct {
	inputs map[string]*Input
	node   *node
	path   InputPath // of the flake
	old    *node     // what the old graph has for it; nil for nothing
	// prefix is what follows paths of the old graph begin from: the root of the
	// lock that it is of.
	prefix InputPath
	from   place // of the flake
	// trusted says that inputs are the old graph's own, and not a flake.nix's.
	trusted bool
}

// level locks the inputs of a flake.
func (c *computation) level(ctx context.Context, l level) error {
	for _, name := range sortedKeys(l.inputs) {
		c.addOverrides(l, l.inputs[name], l.path.Child(name))
	}
	c.warnOfStrangers(l)
	var steps []*step
	for _, name := range sortedKeys(l.inputs) {
		steps = append(steps, c.plan(ctx, l, name))
	}
	for _, s := range steps {
		if err := c.take(ctx, l, s); err != nil {
			return about(s.path, err)
		}
	}
	return nil
}

// addOverrides remembers what is said of an input's inputs, at any depth. Who
// is further up has said it before, and counts.
func (c *computation) addOverrides(l level, in *Input, at InputPath) {
	for _, name := range sortedKeys(in.Inputs) {
		over, p := in.Inputs[name], at.Child(name)
		if _, taken := c.overrides[p.String()]; !taken && (!over.Ref.IsZero() || over.Follows != nil) {
			c.overrides[p.String()] = override{path: p, input: over, from: l.from, parent: append(InputPath{}, l.path...)}
		}
		c.addOverrides(l, over, p)
	}
}

// warnOfStrangers tells of overrides for inputs that a flake has not.
func (c *computation) warnOfStrangers(l level) {
	for _, key := range slices.Sorted(maps.Keys(c.overrides)) {
		p := c.overrides[key].path
		if len(p) == 0 || !slices.Equal(p[:len(p)-1], l.path) || l.inputs[p[len(p)-1]] != nil || c.overrides[key].flag {
			continue
		}
		c.Session.o.Notice(fmt.Sprintf("input '%s' has an override for a non-existent input '%s'", l.path, p[len(p)-1]))
	}
}

// A step is one input that is to be locked.
type step struct {
	name     string
	path     InputPath
	declared *Input // by the flake itself
	input    Input  // what counts
	over     *override
	parent   InputPath // what a relative reference is relative to; nil for others
	from     place     // and where that is
	keep     *node     // what the old graph has, and is to be kept
}

// plan decides what is to be done for an input, and begins to fetch it if it
// has to be fetched.
func (c *computation) plan(ctx context.Context, l level, name string) *step {
	declared := l.inputs[name]
	s := &step{name: name, path: l.path.Child(name), declared: declared, input: *declared, from: l.from}
	if over, ok := c.overrides[s.path.String()]; ok {
		c.used[s.path.String()] = true
		s.over, s.from = &over, over.from
		s.input = *over.input
		s.input.Source = declared.Source
	}
	if s.input.Follows != nil {
		return s
	}
	if s.input.Ref.IsZero() {
		s.input.Ref, _ = flakeref.FromAttrs(flakeref.Attrs{"type": "indirect", "id": name}) // take says what is wrong with the name
	}
	_, relative := s.input.Ref.Relative()
	switch {
	case relative && s.over != nil:
		s.parent = s.over.parent
	case relative:
		s.parent = append(InputPath{}, l.path...)
	}
	c.used["at "+s.path.String()] = true
	s.keep = c.kept(l, s)
	if s.keep == nil && !relative && !s.input.Ref.IsZero() && c.refuse(s) == nil {
		c.prefetch(ctx, s.input.Ref, c.lookupFor(s))
	}
	return s
}

// kept is the node of the old graph for an input, if it is still what is asked
// for.
func (c *computation) kept(l level, s *step) *node {
	if l.old == nil || s.over != nil && s.over.flag || slices.ContainsFunc(c.o.Updates, func(p InputPath) bool { return slices.Equal(p, s.path) }) {
		return nil
	}
	n := l.old.inputs[s.name].node
	if n == nil || !sameReference(n.original, s.input.Ref) || !slices.Equal(n.parent, s.parent) || (n.parent == nil) != (s.parent == nil) {
		return nil
	}
	return n
}

// prefetch begins to fetch a tree and to hash it.
func (c *computation) prefetch(ctx context.Context, ref flakeref.Ref, where lookup) {
	p := c.start(ctx, ref, false, where)
	go func() {
		<-p.done
		if p.err == nil {
			_, _ = p.tree.Locked(ctx) // whoever needs it gets the error
		}
	}()
}

func (c *computation) lookupFor(s *step) lookup {
	switch {
	case c.o.NoRegistries:
		return lookupNowhere
	case s.over != nil && s.over.flag:
		return lookupEverywhere
	}
	return lookupLimited
}

// take does what was planned for an input.
func (c *computation) take(ctx context.Context, l level, s *step) error {
	switch {
	case s.input.Follows != nil:
		l.node.inputs[s.name] = edge{follows: s.input.Follows}
		return nil
	case s.input.Ref.IsZero():
		return mistake(s.input.Place, "rename it, or give it a url", "%q cannot be the name of a flake", s.name)
	case s.keep != nil:
		return c.keep(ctx, l, s)
	}
	if err := c.refuse(s); err != nil {
		return err
	}
	return c.add(ctx, l, s)
}

// refuse holds what may be locked where evaluation is pure.
func (c *computation) refuse(s *step) error {
	_, relative := s.input.Ref.Relative()
	if !c.o.Pure || relative || s.input.Ref.Locked() {
		return nil
	}
	return &Error{
		Fact: fmt.Sprintf("cannot update unlocked flake input '%s' in pure mode", s.path),
		Next: "lock that flake first (devenv flake lock), or evaluate with --impure",
	}
}

// keep takes over a node of the old graph. Its flake is fetched only if
// something below it must be looked at.
func (c *computation) keep(ctx context.Context, l level, s *step) error {
	old := s.keep
	n := newNode()
	n.locked, n.original, n.source, n.parent = old.locked, old.original, old.source, old.parent
	l.node.inputs[s.name] = edge{node: n}
	next := level{node: n, path: s.path, old: old, prefix: l.prefix, from: l.from, trusted: true}
	refetch := slices.ContainsFunc(c.o.Updates, func(p InputPath) bool { return p.isBelow(s.path) })
	if !refetch {
		next.inputs, refetch = c.inputsOf(old, l, s.path)
	}
	if refetch {
		f, err := c.inputFlake(ctx, s, old.locked, true, lookupLimited)
		if err != nil {
			return err
		}
		c.places[n] = place{f.tree, f.dir}
		next.inputs, next.from, next.trusted = f.Inputs, place{f.tree, f.dir}, false
	}
	return c.level(ctx, next)
}

// inputsOf are the inputs that the old graph has for a node, as if a flake.nix
// declared them. It is true where the flake.nix must be asked: it once let an
// input follow another, and nobody above says so any more.
func (c *computation) inputsOf(old *node, l level, at InputPath) (map[string]*Input, bool) {
	inputs := map[string]*Input{}
	for _, name := range sortedKeys(old.inputs) {
		e := old.inputs[name]
		if e.node != nil {
			inputs[name] = &Input{Ref: e.node.original, Source: e.node.source}
			continue
		}
		if _, said := c.overrides[at.Child(name).String()]; !l.trusted && !said {
			return nil, true
		}
		inputs[name] = &Input{Follows: append(append(InputPath{}, l.prefix...), e.follows...)}
	}
	return inputs, false
}

// add locks an input that is new, or was asked to be locked anew.
func (c *computation) add(ctx context.Context, l level, s *step) error {
	n := newNode()
	n.original, n.source, n.parent = redacted(s.input.Ref), s.input.Source, s.parent
	if s.over != nil && s.over.flag && !s.declared.Ref.IsZero() {
		n.original = redacted(s.declared.Ref) // so that the override lasts
	}
	if s.input.Source {
		if err := c.addSource(ctx, s, n); err != nil {
			return err
		}
		l.node.inputs[s.name] = edge{node: n}
		return nil
	}
	f, err := c.inputFlake(ctx, s, s.input.Ref, false, c.lookupFor(s))
	if err != nil {
		return c.undeclared(s, err)
	}
	if n.locked, err = c.lockedRef(ctx, f); err != nil {
		return err
	}
	l.node.inputs[s.name] = edge{node: n}
	for _, p := range c.parents {
		if p.Equal(s.input.Ref) {
			return &Error{Fact: fmt.Sprintf("the flake %s is an input of itself", p), Next: "let one of the two follow the other: inputs." + s.name + ".follows = \"\";"}
		}
	}
	c.parents = append(c.parents, s.input.Ref)
	defer func() { c.parents = c.parents[:len(c.parents)-1] }()
	c.places[n] = place{f.tree, f.dir}
	old, err := c.ownLock(f)
	if err != nil {
		return err
	}
	return c.level(ctx, level{inputs: f.Inputs, node: n, path: s.path, old: old, prefix: s.path, from: place{f.tree, f.dir}})
}

// ownLock is the graph of the lock that an input brings along.
func (c *computation) ownLock(f *Flake) (*node, error) {
	l, file, err := readLock(f.tree, f.dir)
	if err != nil || l == nil {
		return newNode(), err
	}
	return graphOf(l, file, c.Session.o.Notice)
}

// lockedRef is the reference that a flake is locked by. A relative one stays
// what it is.
func (c *computation) lockedRef(ctx context.Context, f *Flake) (flakeref.Ref, error) {
	if _, relative := f.Original.Relative(); relative {
		return f.Original, nil
	}
	return f.Locked(ctx)
}

// addSource locks a tree that is no flake, or whose flake does not matter.
func (c *computation) addSource(ctx context.Context, s *step, n *node) error {
	at, relative, err := relativePlace(s)
	if err != nil {
		return err
	}
	if relative {
		n.locked = s.input.Ref
		c.places[n] = at
		return nil
	}
	t, _, err := c.tree(ctx, s.input.Ref, false, c.lookupFor(s))
	if err != nil {
		return c.undeclared(s, err)
	}
	if n.locked, err = t.Locked(ctx); err != nil {
		return err
	}
	n.locked.Dir = s.input.Ref.Dir
	c.places[n] = place{tree: t}
	return nil
}

// inputFlake fetches and reads the flake that an input is; ref is its
// reference, or with final the lock's entry.
func (c *computation) inputFlake(ctx context.Context, s *step, ref flakeref.Ref, final bool, where lookup) (*Flake, error) {
	at, relative, err := relativePlace(s)
	if err != nil {
		return nil, err
	}
	if !relative {
		return c.get(ctx, ref, final, where, s.path)
	}
	f := &Flake{Original: ref, Resolved: ref, tree: at.tree}
	if f.dir, err = inTree(at.dir, ref.Dir); err != nil {
		return nil, err
	}
	f.Declaration, err = c.declaration(f.tree, f.dir, s.path)
	return f, err
}

// relativePlace is where a relative reference leads; false for others.
func relativePlace(s *step) (place, bool, error) {
	dir, relative := s.input.Ref.Relative()
	if !relative {
		return place{}, false, nil
	}
	at, err := inTree(s.from.dir, path.Clean(dir))
	return place{s.from.tree, at}, true, err
}

// undeclared says of an input that is only an argument of outputs that it should
// be declared.
func (c *computation) undeclared(s *step, err error) error {
	var name *flakeref.Error
	if !s.input.argument || !errors.As(err, &name) {
		return err
	}
	return mistake(s.input.Place, fmt.Sprintf("declare it: inputs.%s.url = \"github:OWNER/%s\";", s.name, s.name),
		"outputs asks for '%s', which is no input of the flake, and no registry knows that name", s.name)
}
