package syntax

import "fmt"

// maxNesting bounds how deeply expressions may be nested, so that no input can
// exhaust the stack.
const maxNesting = 40_000

// Parser parses texts. Its memory is used again by every Parse.
type Parser struct {
	// PipeOperators allows |> and <|.
	PipeOperators bool

	lexer
	tree    Tree
	depth   int
	scratch []uint32
	parts   []indentPart
	index   map[bindingKey]int32
}

// Parse reads one expression that fills the text. The tree is valid until the
// next Parse. An error is an *Error.
func (p *Parser) Parse(text string) (tree *Tree, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			tree, err = nil, e
		}
	}()
	if len(text) > 1<<30 {
		return nil, &Error{Msg: "the file is longer than 1 GiB"}
	}
	p.reset(text)
	p.next()
	t := &p.tree
	t.Root = p.expr()
	if p.tok != tokEOF {
		p.unexpected("end of file")
	}
	return t, nil
}

func (p *Parser) reset(text string) {
	p.lexer = lexer{src: text, pipes: p.PipeOperators}
	p.depth = 0
	p.scratch = p.scratch[:0]
	clear(p.index)
	t := &p.tree
	t.src = text
	t.side = t.side[:0]
	t.Nodes, t.Extra = t.Nodes[:0], t.Extra[:0]
	t.Sets, t.Froms, t.Bindings = t.Sets[:0], t.Froms[:0], t.Bindings[:0]
	t.Bound = false
	t.Lambdas, t.Formals = t.Lambdas[:0], t.Formals[:0]
	t.Symbols.reset()
}

// enter and leave bracket what nests.
func (p *Parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail(uint32(p.start), "expression is nested too deeply")
	}
}

func (p *Parser) leave() { p.depth-- }

func (p *Parser) fail(off uint32, format string, args ...any) {
	panic(&Error{fmt.Sprintf(format, args...), off})
}

// unexpected refuses the current token; expecting names what would be right, or
// is empty where that is too much to say.
func (p *Parser) unexpected(expecting string) {
	if expecting != "" {
		expecting = ", expecting " + expecting
	}
	p.fail(uint32(p.start), "syntax error, unexpected %s%s", p.tok, expecting)
}

// expect skips one token, which must be the given one.
func (p *Parser) expect(tok token) {
	if p.tok != tok {
		p.unexpected(tok.String())
	}
	p.next()
}

// node adds a node.
func (p *Parser) node(kind Kind, pos uint32, n, a, b uint32) ID {
	t := &p.tree
	t.Nodes = append(t.Nodes, Node{kind, pos, n, a, b})
	return ID(len(t.Nodes) - 1)
}

// extra moves what lies on the scratch stack above mark to Extra and returns
// where it begins.
func (p *Parser) extra(mark int) (start, n uint32) {
	t := &p.tree
	start = uint32(len(t.Extra))
	t.Extra = append(t.Extra, p.scratch[mark:]...)
	n = uint32(len(p.scratch) - mark)
	p.scratch = p.scratch[:mark]
	return start, n
}

func (p *Parser) push(v uint32) { p.scratch = append(p.scratch, v) }

// symbol interns the current identifier.
func (p *Parser) symbol() Sym {
	return p.tree.Symbols.intern(p.src[p.start:p.pos], p.hash)
}
