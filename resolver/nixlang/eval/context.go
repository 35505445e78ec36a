package eval

import (
	"cmp"
	"slices"
	"strings"

	"devenv/store/storepath"
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
// BuiltOutput: the name of an output, or, where that is itself a derivation, of
// an output of that one after a ^, and so on.
type ContextElem struct {
	Kind         ContextKind
	Path, Output string
}

// Context is a sorted set of context elements, numbered by their Evaluator. One
// with room for more is still being collected and has one owner; all others are
// never changed.
type Context []uint32

// add adds all of d to c.
func (c *Context) add(d Context) {
	switch {
	case c == nil || len(d) == 0:
	case len(*c) == 0:
		*c = d.done()
	default:
		c.union(d)
	}
}

// done returns c for others to use.
func (c Context) done() Context { return c[:len(c):len(c)] }

// union adds what c does not have, from behind.
func (c *Context) union(d Context) {
	missing := 0
	for _, x := range d {
		if _, ok := slices.BinarySearch(*c, x); !ok {
			missing++
		}
	}
	if missing == 0 {
		return
	}
	n := len(*c)
	out := *c
	if cap(out)-n < missing {
		out = append(make(Context, 0, 2*(n+missing)), out...)
	}
	out = out[:n+missing]
	for i, j, k := n-1, len(d)-1, len(out)-1; j >= 0; k-- {
		switch {
		case i >= 0 && out[i] > d[j]:
			out[k] = out[i]
			i--
		case i >= 0 && out[i] == d[j]:
			out[k] = out[i]
			i--
			j--
		default:
			out[k] = d[j]
			j--
		}
	}
	*c = out
}

// contextOf numbers an element.
func (ev *Evaluator) contextOf(e ContextElem) Context {
	id, ok := ev.contextID[e]
	if !ok {
		id = uint32(len(ev.contexts))
		ev.contexts = append(ev.contexts, e)
		ev.contextIDs = append(ev.contextIDs, id)
		ev.contextID[e] = id
	}
	return ev.contextIDs[id : id+1].done()
}

// contextPath is the path of a context element as derivations have it, with the
// one output as a list, which nobody changes.
type contextPath struct {
	path    storepath.Path
	outputs []string
}

// contextPath returns the path of an element.
func (ev *Evaluator) contextPath(id uint32, pos Pos) contextPath {
	for len(ev.contextPaths) <= int(id) {
		ev.contextPaths = append(ev.contextPaths, make([]contextPath, 1+len(ev.contextPaths))...)
	}
	p := &ev.contextPaths[id]
	if p.path.IsZero() {
		e := ev.contexts[id]
		path, err := storepath.Dir(ev.host.StoreDir()).Parse(e.Path)
		if err != nil {
			ev.hostError(pos, err)
		}
		*p = contextPath{path, []string{e.Output}}
	}
	return *p
}

// firstMentioned writes one element of a context as messages do: that which Nix
// has first, which orders them by kind.
func (ev *Evaluator) firstMentioned(ctx Context) string {
	list := ev.sortedContext(ctx)
	slices.SortStableFunc(list, func(a, b ContextElem) int { return cmp.Compare(a.Kind, b.Kind) })
	e := list[0]
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
