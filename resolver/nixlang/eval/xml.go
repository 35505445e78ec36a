package eval

import (
	"slices"
	"strconv"
	"strings"

	"devenv/resolver/nixlang/notation"
	"devenv/resolver/nixlang/syntax"
)

// xmlWriter writes a value as builtins.toXML does.
type xmlWriter struct {
	ev       *Evaluator
	pos      Pos
	ctx      *Context
	out      strings.Builder
	depth    int
	strict   bool
	location bool
	drvs     map[string]bool
}

// xml writes a value as XML. What is not evaluated stays so unless strict.
func (ev *Evaluator) xml(c *Value, pos Pos, ctx *Context, strict, location bool) string {
	w := xmlWriter{ev: ev, pos: pos, ctx: ctx, strict: strict, location: location, drvs: map[string]bool{}}
	w.out.WriteString("<?xml version='1.0' encoding='utf-8'?>\n")
	w.open("expr")
	w.value(c)
	w.close("expr")
	return w.out.String()
}

func (w *xmlWriter) indent() { w.out.WriteString(strings.Repeat("  ", w.depth)) }

// tag writes <name key="value"…, without its end.
func (w *xmlWriter) tag(name string, attrs ...string) {
	w.indent()
	w.out.WriteString("<" + name)
	for i := 0; i < len(attrs); i += 2 {
		w.out.WriteString(" " + attrs[i] + `="` + string(notation.AppendXML(nil, attrs[i+1])) + `"`)
	}
}

func (w *xmlWriter) open(name string, attrs ...string) {
	w.tag(name, attrs...)
	w.out.WriteString(">\n")
	w.depth++
}

func (w *xmlWriter) empty(name string, attrs ...string) {
	w.tag(name, attrs...)
	w.out.WriteString(" />\n")
}

func (w *xmlWriter) close(name string) {
	w.depth--
	w.indent()
	w.out.WriteString("</" + name + ">\n")
}

func (w *xmlWriter) value(c *Value) {
	w.ev.enter(w.pos)
	w.ev.roomForText(w.out.Len(), w.pos)
	defer w.ev.leave()
	if w.strict {
		w.ev.force(c)
	}
	v := *c
	switch v.kind() {
	case kNull:
		w.empty("null")
	case kBool:
		w.empty("bool", "value", strconv.FormatBool(v.bool()))
	case kInt:
		w.empty("int", "value", strconv.FormatInt(v.int(), 10))
	case kFloat:
		w.empty("float", "value", syntax.FormatFloat(v.float()))
	case kString, kContext:
		w.ctx.add(v.context())
		w.empty("string", "value", v.str())
	case kPath:
		w.empty("path", "value", w.ev.asText(v.str()))
	case kList:
		w.open("list")
		for _, e := range v.list() {
			w.value(e)
		}
		w.close("list")
	case kAttrs:
		w.set(v.attrs())
	case kLambda:
		w.lambda(w.ev.lambda(v))
	case kPrimop, kPartial:
		w.empty("unevaluated")
	default:
		w.empty("unevaluated")
	}
}

func (w *xmlWriter) set(attrs []Attr) {
	if !w.ev.isDerivation(attrs) {
		w.open("attrs")
		w.attrs(attrs)
		w.close("attrs")
		return
	}
	var pairs []string
	drvPath := ""
	for _, x := range []struct {
		sym  Sym
		name string
	}{{w.ev.sym.drvPath, "drvPath"}, {w.ev.sym.outPath, "outPath"}} {
		c := get(attrs, x.sym)
		if c == nil {
			continue
		}
		if w.strict {
			w.ev.force(c)
		}
		if c.isString() {
			pairs = append(pairs, x.name, c.str())
			if x.name == "drvPath" {
				drvPath = c.str()
			}
		}
	}
	w.open("derivation", pairs...)
	if drvPath != "" && !w.drvs[drvPath] {
		w.drvs[drvPath] = true
		w.attrs(attrs)
	} else {
		w.empty("repeated")
	}
	w.close("derivation")
}

func (w *xmlWriter) attrs(attrs []Attr) {
	for _, a := range w.ev.sortedByName(attrs) {
		pairs := []string{"name", w.ev.name(a.sym)}
		if w.location && a.pos != 0 {
			pairs = slices.Insert(w.place(a.pos), 4, pairs...) // sorted by name
		}
		w.open("attr", pairs...)
		w.value(a.val)
		w.close("attr")
	}
}

func (w *xmlWriter) place(pos Pos) []string {
	p := w.ev.Place(pos)
	return []string{"column", strconv.Itoa(p.Column), "line", strconv.Itoa(p.Line), "path", w.ev.asText(p.File)}
}

func (w *xmlWriter) lambda(l *lambda) {
	var pairs []string
	if w.location {
		pairs = w.place(l.pos)
	}
	w.open("function", pairs...)
	if l.isSet {
		var pattern []string
		if l.ellipsis {
			pattern = append(pattern, "ellipsis", "1")
		}
		if l.arg != 0 {
			pattern = append(pattern, "name", w.ev.name(l.arg))
		}
		w.open("attrspat", pattern...)
		for _, name := range w.ev.formalNames(l) {
			w.empty("attr", "name", name)
		}
		w.close("attrspat")
	} else {
		w.empty("varpat", "name", w.ev.name(l.arg))
	}
	w.close("function")
}
