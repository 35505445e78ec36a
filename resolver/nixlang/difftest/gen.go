package difftest

import (
	"math/rand/v2"
	"strings"
)

// A kind is what an expression should evaluate to, as a letter of the
// templates.
type kind byte

const (
	anything kind = 'a'
	boolean  kind = 'b'
	function kind = 'f'
	integer  kind = 'i'
	small    kind = 'k' // an integer that may count things
	list     kind = 'l'
	number   kind = 'n'
	path     kind = 'p'
	text     kind = 's'
	set      kind = 'S'
)

var kinds = []kind{anything, boolean, function, integer, list, number, path, text, set}

type variable struct {
	name string
	kind kind
}

// A Generator makes expressions.
type Generator struct {
	rnd  *rand.Rand
	vars []variable
	left int // how many more may be nested
}

// NewGenerator returns a generator that makes the same expressions for the
// same seed.
func NewGenerator(seed uint64) *Generator {
	return &Generator{rnd: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
}

// Next makes an expression.
func (g *Generator) Next() *Expr {
	g.vars, g.left = g.vars[:0], 4+g.rnd.IntN(40)
	return g.expr(kinds[g.rnd.IntN(len(kinds))])
}

func (g *Generator) pick(of []string) string { return of[g.rnd.IntN(len(of))] }

func (g *Generator) one(in int) bool { return g.rnd.IntN(in) == 0 }

// expr makes an expression of a kind, or now and then of another.
func (g *Generator) expr(k kind) *Expr {
	if g.one(30) {
		k = kinds[g.rnd.IntN(len(kinds))]
	}
	g.left--
	if g.left <= 0 || g.one(6) {
		return g.leaf(k)
	}
	if k == anything {
		k = kinds[1+g.rnd.IntN(len(kinds)-1)]
	}
	switch {
	case k == text && g.one(3):
		return g.string()
	case k == set && g.one(2):
		return g.set()
	case k == list && g.one(3):
		return g.list()
	case g.one(12):
		return g.soup(k)
	}
	forms := formsOf[k]
	if g.one(5) {
		forms = genericForms
	}
	return g.form(g.pick(forms), k)
}

// leaf makes an expression without further ones, a variable if there is one.
func (g *Generator) leaf(k kind) *Expr {
	if g.one(2) {
		for range 4 {
			if len(g.vars) == 0 {
				break
			}
			v := g.vars[g.rnd.IntN(len(g.vars))]
			if v.kind == k || k == anything || g.one(20) {
				return leaf(v.name)
			}
		}
	}
	return leaf(g.literal(k))
}

// form fills in a template: %k is an expression of kind k, %% the kind that is
// asked for; @k is a new variable of that kind for the rest of the template, &k
// for what follows the next expression; # is the name of an attribute, ~ one without
// an interpolation.
func (g *Generator) form(template string, want kind) *Expr {
	e := &Expr{}
	scope := len(g.vars)
	var later *variable
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		c := template[i]
		if c == '#' || c == '~' {
			b.WriteString(g.pick(map[byte][]string{'#': names, '~': plainNames}[c]))
			continue
		}
		if c != '%' && c != '@' && c != '&' || i+1 == len(template) || !isKind(template[i+1]) {
			b.WriteByte(c)
			continue
		}
		i++
		k := kind(template[i])
		if k == '%' {
			k = want
		}
		if c != '%' {
			v := variable{string(rune('p' + len(g.vars)%11)), k}
			b.WriteString(v.name)
			if c == '@' {
				g.vars = append(g.vars, v)
			} else {
				later = &v
			}
			continue
		}
		e.Texts = append(e.Texts, b.String())
		b.Reset()
		e.Kids = append(e.Kids, g.expr(k))
		if later != nil {
			g.vars = append(g.vars, *later)
			later = nil
		}
	}
	e.Texts = append(e.Texts, b.String())
	g.vars = g.vars[:scope]
	return e
}

func isKind(c byte) bool { return strings.IndexByte("abfiklnpsS%", c) >= 0 }

// soup is a run of operators without brackets, for their precedence.
func (g *Generator) soup(k kind) *Expr {
	e := &Expr{Texts: []string{"("}}
	compared := false // comparisons do not associate
	operator := func(of []string) string {
		op := g.pick(of)
		for compared && strings.ContainsAny(op, "=<>") && op != "->" && !g.one(200) {
			op = g.pick(of)
		}
		compared = compared || strings.ContainsAny(op, "=<>") && op != "->"
		return op
	}
	for range 2 + g.rnd.IntN(4) {
		last := len(e.Texts) - 1
		e.Texts[last] += g.pick([]string{"", "", "", "", "-", "!", "! "})
		e.Kids = append(e.Kids, g.expr(k))
		if g.one(8) {
			e.Texts = append(e.Texts, " ? "+g.pick(names)+" "+operator(operators)+" ")
		} else {
			e.Texts = append(e.Texts, " "+operator(operatorsOf(k))+" ")
		}
	}
	e.Kids = append(e.Kids, g.expr(k))
	e.Texts = append(e.Texts, ")")
	return e
}

func (g *Generator) list() *Expr {
	e := &Expr{Texts: []string{"["}, Loose: true}
	k := anything
	if g.one(2) {
		k = kinds[g.rnd.IntN(len(kinds))]
	}
	for range g.rnd.IntN(6) {
		e.Kids = append(e.Kids, g.expr(k))
		e.Texts = append(e.Texts, " ")
	}
	e.Texts[0] += " "
	e.Texts[len(e.Texts)-1] += "]"
	return e
}

// set makes an attribute set with all kinds of bindings.
func (g *Generator) set() *Expr {
	e := &Expr{Texts: []string{""}, Loose: true}
	scope := len(g.vars)
	open := "{ "
	if g.one(4) {
		open = "rec { "
		for _, n := range names[:3] {
			g.vars = append(g.vars, variable{n, anything})
		}
	}
	for range g.rnd.IntN(6) {
		e.Kids = append(e.Kids, g.binding())
		e.Texts = append(e.Texts, " ")
	}
	e.Texts[0] = "(" + open + e.Texts[0]
	e.Texts[len(e.Texts)-1] += "})"
	g.vars = g.vars[:scope]
	return e
}

func (g *Generator) binding() *Expr {
	switch g.rnd.IntN(12) {
	case 0:
		return g.form("#.# = %a;", set)
	case 1:
		return g.form("# = %S;", set)
	case 2:
		return g.form("${%s} = %a;", set)
	case 3:
		return g.form("inherit (%S) ~ ~;", set)
	case 4:
		if len(g.vars) > 0 {
			return leaf("inherit " + g.vars[g.rnd.IntN(len(g.vars))].name + ";")
		}
	case 5:
		return g.form(`"${%s}".# = %a;`, set)
	case 6:
		return g.form("#.#.# = %a;", set)
	case 7:
		return g.form(g.pick(specialBindings), set)
	}
	return g.form("# = %a;", set)
}
