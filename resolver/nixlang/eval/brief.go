package eval

import (
	"fmt"
	"strconv"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// Limits of a value in an error message.
const (
	briefItems  = 10
	briefString = 1024
	briefDepth  = 10
)

// briefPrinter writes a value for an error message, without evaluating
// anything.
type briefPrinter struct {
	ev           *Evaluator
	out          strings.Builder
	attrs, items int
	seen         map[Value]bool
}

// brief writes a value for an error message.
func (ev *Evaluator) brief(v Value) string {
	p := briefPrinter{ev: ev, seen: map[Value]bool{}}
	p.value(v, 0)
	return p.out.String()
}

func (p *briefPrinter) value(v Value, depth int) {
	switch v.kind() {
	case kString, kContext:
		p.string(v.str())
	case kAttrs:
		p.set(v, depth)
	case kList:
		p.list(v, depth)
	case kLambda:
		l := p.ev.lambda(v)
		p.out.WriteString("«lambda")
		if l.name != 0 {
			p.out.WriteString(" " + p.ev.name(l.name))
		}
		p.out.WriteString(" @ " + p.ev.Place(l.pos).String() + "»")
	case kPrimop:
		p.out.WriteString("«primop " + v.primop().name + "»")
	case kPartial:
		p.out.WriteString("«partially applied primop " + v.partial().op.name + "»")
	case kFailed:
		p.out.WriteString("«failed»")
	case kThunk, kApp, kSelect:
		p.out.WriteString("«thunk»")
	default:
		p.out.Write(p.ev.print(nil, &v, printed{}, 0))
	}
}

func (p *briefPrinter) string(s string) {
	if len(s) <= briefString {
		p.out.WriteString(syntax.Quote(s))
		return
	}
	p.out.WriteString(syntax.Quote(s[:briefString]) + " " + elided(len(s)-briefString, "byte"))
}

func elided(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("«%s %s elided»", strconv.Itoa(n), what)
}

func (p *briefPrinter) repeated(v Value) bool {
	if v.payload() > 0 && p.seen[v] {
		p.out.WriteString("«repeated»")
		return true
	}
	p.seen[v] = true
	return false
}

func (p *briefPrinter) set(v Value, depth int) {
	if p.repeated(v) {
		return
	}
	if depth >= briefDepth {
		p.out.WriteString("{ ... }")
		return
	}
	p.out.WriteString("{")
	sorted := p.ev.sortedByName(v.attrs())
	for i, a := range sorted {
		if p.attrs >= briefItems {
			p.out.WriteString(" " + elided(len(sorted)-i, "attribute"))
			break
		}
		p.out.WriteString(" " + syntax.QuoteName(p.ev.name(a.sym)) + " = ")
		p.value(*a.val, depth+1)
		p.out.WriteString(";")
		p.attrs++
	}
	p.out.WriteString(" }")
}

func (p *briefPrinter) list(v Value, depth int) {
	if p.repeated(v) {
		return
	}
	if depth >= briefDepth {
		p.out.WriteString("[ ... ]")
		return
	}
	p.out.WriteString("[")
	for i, c := range v.list() {
		if p.items >= briefItems {
			p.out.WriteString(" " + elided(v.payload()-i, "item"))
			break
		}
		p.out.WriteString(" ")
		p.value(*c, depth+1)
		p.items++
	}
	p.out.WriteString(" ]")
}
