package eval

import (
	"slices"
	"strings"
)

// ContextKind says what a string's mention of a store path stands for.
type ContextKind uint8

// The kinds of context elements.
const (
	OpaquePath  ContextKind = iota // the path as it is
	DeepDrv                        // a derivation and all that it refers to
	BuiltOutput                    // an output of a derivation
)

// ContextElem is one store path that a string depends on. Output is only for
// BuiltOutput.
type ContextElem struct {
	Kind         ContextKind
	Path, Output string
}

// Context is a sorted set of context elements, numbered by their Evaluator.
// Contexts are never changed in place.
type Context []uint32

// add adds all of d to c.
func (c *Context) add(d Context) {
	switch {
	case c == nil || len(d) == 0:
	case len(*c) == 0:
		*c = d
	default:
		*c = union(*c, d)
	}
}

func union(a, b Context) Context {
	missing := false
	for _, x := range b {
		if _, ok := slices.BinarySearch(a, x); !ok {
			missing = true
			break
		}
	}
	if !missing {
		return a
	}
	out := append(append(make(Context, 0, len(a)+len(b)), a...), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// contextOf numbers an element.
func (ev *Evaluator) contextOf(e ContextElem) Context {
	id, ok := ev.contextID[e]
	if !ok {
		id = uint32(len(ev.contexts))
		ev.contexts = append(ev.contexts, e)
		ev.contextID[e] = id
	}
	return Context{id}
}

// contextText writes an element as messages do.
func (ev *Evaluator) contextText(id uint32) string {
	e := ev.contexts[id]
	switch e.Kind {
	case DeepDrv:
		return e.Path + " (deep)"
	case BuiltOutput:
		return e.Path + "^" + e.Output
	}
	return e.Path
}

// encoded writes an element as derivations once stored it: !out!x.drv, =x.drv
// or x, without the store's directory.
func (ev *Evaluator) encoded(e ContextElem) string {
	base := strings.TrimPrefix(e.Path, ev.host.StoreDir()+"/")
	switch e.Kind {
	case DeepDrv:
		return "=" + base
	case BuiltOutput:
		return "!" + e.Output + "!" + base
	}
	return base
}
