package eval

import (
	"slices"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// prettyPrinter writes a value for a person: over several lines, with what goes
// wrong inside of it in its place.
type prettyPrinter struct {
	ev   *Evaluator
	out  []byte
	most int // levels that are shown
	seen map[Value]bool
}

// Pretty evaluates a value and writes it as a person likes to read it: so many
// levels deep, derivations by their paths, and errors of what it holds in their
// place. Depth 0 is as deep as it goes.
func (ev *Evaluator) Pretty(v *Value, depth int) (text string, err error) {
	err = ev.run(func() {
		p := prettyPrinter{ev: ev, most: depth, seen: map[Value]bool{}}
		p.value(ev.force(v), 0)
		text = string(p.out)
	})
	return text, err
}

func (p *prettyPrinter) value(v Value, level int) {
	switch v.kind() {
	case kAttrs:
		p.set(v, level)
	case kList:
		p.list(v, level)
	case kLambda, kPrimop, kPartial:
		p.out = append(p.out, p.ev.brief(v)...)
	default:
		p.out = p.ev.print(p.out, &v, printed{}, 0)
	}
}

// element evaluates and writes what a list or a set holds.
func (p *prettyPrinter) element(c *Value, level int) {
	v := null
	err := p.ev.catch(func() { v = p.ev.force(c) })
	switch {
	case err == nil:
		p.value(v, level)
	case err.Kind == Interrupted || err.Kind == OutOfMemory:
		panic(err)
	default:
		first, _, _ := strings.Cut(err.Msg, "\n")
		p.out = append(p.out, "«error: "+first+"»"...)
	}
}

// cut ends at what is too deep or was there before.
func (p *prettyPrinter) cut(v Value, level int, short string) bool {
	switch {
	case p.seen[v]:
		p.out = append(p.out, "«repeated»"...)
		return true
	case p.most > 0 && level >= p.most || level > p.ev.opts.MaxCallDepth:
		p.out = append(p.out, short...)
		return true
	}
	p.seen[v] = true
	return false
}

func (p *prettyPrinter) set(v Value, level int) {
	attrs := v.attrs()
	switch {
	case len(attrs) == 0:
		p.out = append(p.out, "{ }"...)
		return
	case p.derivation(attrs), p.cut(v, level, "{ ... }"):
		return
	}
	line := len(attrs) == 1 && p.flat(attrs[0].val)
	p.out = append(p.out, '{')
	for _, a := range p.ev.sortedByName(attrs) {
		p.next(line, level+1)
		p.out = append(append(p.out, syntax.QuoteName(p.ev.name(a.sym))...), " = "...)
		p.element(a.val, level+1)
		p.out = append(p.out, ';')
	}
	p.next(line, level)
	p.out = append(p.out, '}')
}

// derivation writes a set that is one.
func (p *prettyPrinter) derivation(attrs []Attr) (is bool) {
	path := "?"
	err := p.ev.catch(func() {
		if is = p.ev.isDerivation(attrs); is {
			if c := get(attrs, p.ev.sym.drvPath); c != nil {
				path = p.ev.forceString(c, 0, nil)
			}
		}
	})
	if is {
		if err != nil {
			path = "error: " + err.Msg
		}
		p.out = append(p.out, "«derivation "+path+"»"...)
	}
	return is
}

func (p *prettyPrinter) list(v Value, level int) {
	elems := v.list()
	switch {
	case len(elems) == 0:
		p.out = append(p.out, "[ ]"...)
		return
	case p.cut(v, level, "[ ... ]"):
		return
	}
	line := !slices.ContainsFunc(elems, func(c *Value) bool { return !p.flat(c) }) && len(elems) <= 8
	p.out = append(p.out, '[')
	for _, c := range elems {
		p.next(line, level+1)
		p.element(c, level+1)
	}
	p.next(line, level)
	p.out = append(p.out, ']')
}

// flat tells whether a value is short; it is not evaluated for that.
func (p *prettyPrinter) flat(c *Value) bool {
	switch c.kind() {
	case kNull, kBool, kInt, kFloat, kPath:
		return true
	case kString, kContext:
		return len(c.str()) < 30
	case kAttrs, kList:
		return c.payload() == 0
	}
	return false
}

// next begins what follows on this line or on its own.
func (p *prettyPrinter) next(line bool, level int) {
	if line {
		p.out = append(p.out, ' ')
		return
	}
	p.out = append(p.out, '\n')
	for range level {
		p.out = append(p.out, "  "...)
	}
}
