package eval

import (
	_ "embed"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// Doc is the documentation of a function.
type Doc struct {
	Name string
	// Args are the names of a builtin's arguments.
	Args    []string
	Builtin bool
	Text    string
	Place   Place // of other functions
}

// builtinDocs has a line for each builtin: its name, its arguments, a colon, and
// what it gives.
//
//go:embed builtin_docs.txt
var builtinDocs string

// BuiltinDoc documents a builtin by its name.
func BuiltinDoc(name string) (Doc, bool) {
	for line := range strings.Lines(builtinDocs) {
		head, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if words := strings.Fields(head); words[0] == name {
			return Doc{Name: name, Args: words[1:], Builtin: true, Text: text}, true
		}
	}
	return Doc{}, false
}

// Doc evaluates a value and returns the documentation of the function that it
// is, also of one inside of a functor or with some of its arguments. A function
// of a program has its doc comment, which may be missing: Text is empty then. Ok
// is whether the value is a function.
func (ev *Evaluator) Doc(v *Value) (doc Doc, ok bool, err error) {
	err = ev.run(func() { doc, ok = ev.doc(ev.force(v)) })
	return doc, ok, err
}

func (ev *Evaluator) doc(v Value) (Doc, bool) {
	switch v.kind() {
	case kPrimop:
		return ev.primopDoc(v.primop())
	case kPartial:
		return ev.primopDoc(v.partial().op)
	case kAttrs:
		if functor := get(v.attrs(), ev.sym.functor); functor != nil {
			return ev.doc(ev.force(functor))
		}
	case kLambda:
		l := ev.lambda(v)
		doc := Doc{Name: ev.name(l.name), Place: ev.Place(l.pos)}
		if f := ev.fileOf(l.pos); f != nil {
			doc.Text, _ = syntax.DocComment(f.text, int(l.pos-f.base))
		}
		return doc, true
	}
	return Doc{}, false
}

func (ev *Evaluator) primopDoc(op *primop) (Doc, bool) {
	doc, ok := BuiltinDoc(op.name)
	if !ok {
		doc = Doc{Name: op.name, Builtin: true}
	}
	return doc, true
}
