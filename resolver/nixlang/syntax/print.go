package syntax

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Place says what relative paths and ~ mean in a text: the directory of the
// file and the home of the user.
type Place struct{ Dir, Home string }

// Resolve returns the path that a Path or HomePath text means. A slash at the
// end is kept, for an interpolation that follows.
func (pl Place) Resolve(kind Kind, text string) string {
	if kind == HomePath {
		return pl.Home + text[1:]
	}
	abs := text
	if text[0] != '/' {
		abs = pl.Dir + "/" + text
	}
	clean := path.Clean(abs)
	if len(text) > 1 && text[len(text)-1] == '/' {
		clean += "/"
	}
	return clean
}

// Print returns the tree as `nix-instantiate --parse` prints it: fully
// bracketed, sugar undone, names sorted.
func (t *Tree) Print(place Place) string {
	p := printer{t: t, place: place}
	p.expr(t.Root)
	return p.String()
}

type printer struct {
	strings.Builder
	t     *Tree
	place Place
}

func (p *printer) all(parts ...any) {
	for _, part := range parts {
		switch x := part.(type) {
		case string:
			p.WriteString(x)
		case ID:
			p.expr(x)
		case uint32:
			p.expr(ID(x))
		case Sym:
			p.WriteString(QuoteName(p.t.Symbols.Name(x)))
		}
	}
}

// sugar gives the functions behind operators, and whether the operands swap.
var sugar = map[Kind]struct {
	name string
	swap bool
}{
	Sub: {"__sub", false}, Mul: {"__mul", false}, Div: {"__div", false},
	Lt: {"__lessThan", false}, Gt: {"__lessThan", true},
	Le: {"__lessThan", true}, Ge: {"__lessThan", false},
}

var operatorText = map[Kind]string{
	Add: "+", Eq: "==", Neq: "!=", And: "&&", Or: "||", Impl: "->", Update: "//", Concat: "++",
}

func (p *printer) expr(id ID) {
	n := &p.t.Nodes[id]
	switch n.Kind {
	case Int:
		p.all(strconv.FormatInt(n.Int(), 10))
	case Float:
		p.all(FormatFloat(n.Float()))
	case Str:
		p.all(Quote(p.t.TextOf(id)))
	case Path, HomePath:
		p.all(p.place.Resolve(n.Kind, p.t.TextOf(id)))
	case Var:
		p.all(Sym(n.A))
	case CurPos:
		p.all("__curPos")
	case Select:
		p.all("(", n.A, ").")
		p.attrPath(p.t.List(n))
		if def := p.t.Extra[n.B+n.N]; ID(def) != None {
			p.all(" or (", def, ")")
		}
	case HasAttr:
		p.all("((", n.A, ") ? ")
		p.attrPath(p.t.List(n))
		p.all(")")
	case Set:
		if p.t.Sets[n.A].Recursive {
			p.all("rec ")
		}
		p.all("{ ")
		p.bindings(n.A)
		p.all("}")
	case List:
		p.all("[ ")
		for _, e := range p.t.List(n) {
			p.all("(", e, ") ")
		}
		p.all("]")
	case Lambda:
		p.lambda(&p.t.Lambdas[n.A])
	case Let:
		p.all("(let ")
		p.bindings(n.A)
		p.all("in ", n.B, ")")
	case With:
		p.all("(with ", n.A, "; ", n.B, ")")
	case Assert:
		p.all("assert ", n.A, "; ", n.B)
	case If:
		l := p.t.List(n)
		p.all("(if ", l[0], " then ", l[1], " else ", l[2], ")")
	case Not:
		p.all("(! ", n.A, ")")
	case Interp, PathInterp:
		p.joined(p.t.List(n))
	case Le, Ge:
		p.all("(! (")
		p.callee(id)
		p.all("))")
	case Call, Neg, Sub, Mul, Div, Lt, Gt, SearchPath:
		p.all("(")
		p.callee(id)
		p.all(")")
	default:
		p.all("(", n.A, " ", operatorText[n.Kind], " ", n.B, ")")
	}
}

func (p *printer) joined(parts []uint32) {
	for i, part := range parts {
		p.all([]string{"(", " + "}[min(i, 1)], part)
	}
	p.all(")")
}

// callee prints a call without its brackets.
func (p *printer) callee(id ID) {
	n := &p.t.Nodes[id]
	switch n.Kind {
	case Neg:
		p.all("__sub 0 ", n.A)
	case SearchPath:
		p.all("__findFile __nixPath ", Quote(p.t.TextOf(id)))
	case Call:
		switch p.t.Nodes[n.A].Kind {
		case Neg, Sub, Mul, Div, Lt, Gt, SearchPath:
			p.callee(ID(n.A))
		default:
			p.all(n.A)
		}
		for _, arg := range p.t.List(n) {
			p.all(" ", arg)
		}
	default:
		s := sugar[n.Kind]
		if s.swap {
			p.all(s.name, " ", n.B, " ", n.A)
		} else {
			p.all(s.name, " ", n.A, " ", n.B)
		}
	}
}

func (p *printer) attrPath(parts []uint32) {
	for i, raw := range parts {
		if i > 0 {
			p.all(".")
		}
		if sym, ok := Part(raw).Static(); ok {
			p.all(sym)
		} else {
			p.all(`"${`, Part(raw).Expr(), `}"`)
		}
	}
}

func (p *printer) lambda(l *LambdaInfo) {
	p.all("(")
	if l.HasFormals {
		formals := slices.Clone(p.t.Formals[l.Start : l.Start+l.Len])
		slices.SortFunc(formals, func(a, b Formal) int { return p.compare(a.Sym, b.Sym) })
		p.all("{ ")
		for i, f := range formals {
			if i > 0 {
				p.all(", ")
			}
			p.all(f.Sym)
			if f.Default != None {
				p.all(" ? ", f.Default)
			}
		}
		if l.Ellipsis && len(formals) > 0 {
			p.all(", ")
		}
		if l.Ellipsis {
			p.all("...")
		}
		p.all(" }")
		if l.Arg != 0 {
			p.all(" @ ")
		}
	}
	if l.Arg != 0 {
		p.all(l.Arg)
	}
	p.all(": ", l.Body, ")")
}

func (p *printer) compare(a, b Sym) int {
	return cmp.Compare(p.t.Symbols.Name(a), p.t.Symbols.Name(b))
}

// bindings prints a set's bindings: first what is inherited, then the static
// names sorted, then the dynamic ones.
func (p *printer) bindings(set uint32) {
	s := &p.t.Sets[set]
	byKind := map[BindingKind][]Binding{}
	for i := s.First; i >= 0; i = p.t.Bindings[i].Next {
		b := p.t.Bindings[i]
		byKind[b.Kind] = append(byKind[b.Kind], b)
	}
	for _, list := range byKind {
		slices.SortFunc(list, func(a, b Binding) int { return p.compare(a.Sym, b.Sym) })
	}
	p.inherits("inherit", byKind[Inherited])
	for i := s.From; i >= 0; i = p.t.Froms[i].Next {
		var list []Binding
		for _, b := range byKind[InheritedFrom] {
			if int32(b.Expr) == i {
				list = append(list, b)
			}
		}
		if len(list) > 0 {
			p.all("inherit (", p.t.Froms[i].Expr, ")")
			p.inherits("", list)
		}
	}
	for _, b := range byKind[Plain] {
		p.all(b.Sym, " = ", b.Expr, "; ")
	}
	for i := s.Dyn; i >= 0; i = p.t.Bindings[i].Next {
		b := p.t.Bindings[i]
		p.all(`"${`, b.Name, `}" = `, b.Expr, "; ")
	}
}

func (p *printer) inherits(word string, list []Binding) {
	if len(list) == 0 {
		return
	}
	p.all(word)
	for _, b := range list {
		p.all(" ", b.Sym)
	}
	p.all("; ")
}

// PrintNode prints one expression of the tree.
func (t *Tree) PrintNode(id ID, place Place) string {
	p := printer{t: t, place: place}
	p.expr(id)
	return p.String()
}
