package eval

import (
	"fmt"
	"strconv"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// assertFailed throws the failure of an assertion; of an equation it says what
// is not equal.
func (ev *Evaluator) assertFailed(n *assertNode, env *Env) {
	msg := "assertion '" + n.condition() + "' failed"
	if eq, ok := n.cond.(*eqNode); ok {
		d := difference{ev: ev, pos: eq.pos}
		if why := d.find(eq.a.Eval(ev, env), eq.b.Eval(ev, env)); why != "" {
			msg += ": " + why + d.where()
		}
	}
	ev.throw(&Error{Kind: AssertFailed, Msg: msg, pos: n.pos})
}

// difference looks for the reason why two values are not equal, in the order in
// which they are compared.
type difference struct {
	ev   *Evaluator
	pos  Pos
	path []string // of attributes and list elements
}

// where says at which attribute or element the difference is.
func (d *difference) where() string {
	if len(d.path) == 0 {
		return ""
	}
	return " (at " + strings.Join(d.path, ".") + ")"
}

// find returns the reason, or nothing if the values are equal.
func (d *difference) find(a, b Value) string {
	ev := d.ev
	ev.enter(d.pos)
	defer ev.leave()
	ka, kb := a.kind(), b.kind()
	number := func(k Kind) bool { return k == kInt || k == kFloat }
	switch {
	case ka == kAttrs && kb == kAttrs:
		return d.attrs(a, b)
	case ka == kList && kb == kList:
		return d.list(a, b)
	case ev.equal(a, b, d.pos):
		return ""
	case number(ka) && number(kb):
		return fmt.Sprintf("%s with value '%s' is not equal to %s with value '%s'", typeName(a), ev.brief(a), typeName(b), ev.brief(b))
	case typeWords[ka] != typeWords[kb]:
		return fmt.Sprintf("%s of value '%s' is not equal to %s of value '%s'", typeName(a), ev.brief(a), typeName(b), ev.brief(b))
	case typeWords[ka] == "lambda":
		return "distinct functions and immediate comparisons of identical functions compare as unequal"
	}
	word := typeWords[ka]
	if ka == kBool {
		word = "boolean"
	}
	return fmt.Sprintf("%s '%s' is not equal to %s '%s'", word, ev.brief(a), word, ev.brief(b))
}

// cells compares what two cells hold, under a name.
func (d *difference) cells(name string, a, b *Value) string {
	x, y := d.ev.force(a), d.ev.force(b)
	if a == b {
		return ""
	}
	d.path = append(d.path, name)
	if why := d.find(x, y); why != "" {
		return why
	}
	d.path = d.path[:len(d.path)-1]
	return ""
}

func (d *difference) list(a, b Value) string {
	if a.payload() != b.payload() {
		return fmt.Sprintf("list of size '%d' is not equal to list of size '%d', left hand side is '%s', right hand side is '%s'",
			a.payload(), b.payload(), d.ev.brief(a), d.ev.brief(b))
	}
	for i, x := range a.list() {
		if why := d.cells(strconv.Itoa(i), x, b.list()[i]); why != "" {
			return why
		}
	}
	return ""
}

func (d *difference) attrs(av, bv Value) string {
	ev, a, b := d.ev, av.attrs(), bv.attrs()
	if ev.isDerivation(a) && ev.isDerivation(b) {
		if x, y := get(a, ev.sym.outPath), get(b, ev.sym.outPath); x != nil && y != nil {
			return d.cells("outPath", x, y)
		}
	}
	if len(a) != len(b) {
		return fmt.Sprintf("attribute names of attribute set '%s' differs from attribute set '%s'", ev.brief(av), ev.brief(bv))
	}
	for i := range a {
		switch {
		case a[i].sym == b[i].sym:
		case find(b, a[i].sym) == nil:
			return fmt.Sprintf("attribute name '%s' is contained in '%s', but not in '%s'", ev.name(a[i].sym), ev.brief(av), ev.brief(bv))
		default:
			return fmt.Sprintf("attribute name '%s' is missing in '%s', but is contained in '%s'", ev.name(b[i].sym), ev.brief(av), ev.brief(bv))
		}
		if why := d.cells(syntax.QuoteName(ev.name(a[i].sym)), a[i].val, b[i].val); why != "" {
			return why
		}
	}
	return ""
}
