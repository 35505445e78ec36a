package syntax

import "slices"

// Kind says what an expression is, and what the fields of its Node mean.
type Kind uint8

// The kinds of expressions. "Extra at B" is a list in Tree.Extra that starts at
// B and has N entries.
const (
	Int        Kind = iota // A, B: low and high half of the value
	Float                  // A, B: low and high half of the bits
	Str                    // A, B: text
	Path                   // A, B: text, relative or absolute
	HomePath               // A, B: text from the tilde on
	SearchPath             // A, B: text between < and >
	Var                    // A: symbol; N, B: 0, for the evaluator to note what it means
	CurPos                 // __curPos
	Select                 // A: set; Extra at B: N path parts, then the default or None
	HasAttr                // A: set; Extra at B: N path parts
	Set                    // A: index in Sets
	List                   // Extra at B
	Lambda                 // A: index in Lambdas
	Call                   // A: function; Extra at B: arguments
	Let                    // A: index in Sets; B: body
	With                   // A: set; B: body
	Assert                 // A: condition; B: body
	If                     // Extra at B: condition, then, else
	Not                    // A
	Neg                    // A
	Interp                 // Extra at B: parts of a string
	PathInterp             // Extra at B: parts of a path
	Add                    // A, B; so all below
	Sub
	Mul
	Div
	Eq
	Neq
	Lt
	Le
	Gt
	Ge
	And
	Or
	Impl
	Update
	Concat
)

// ID numbers a node of a tree.
type ID uint32

// None is the absence of a node.
const None ID = ^ID(0)

// Sym numbers a name in Tree.Symbols. Number 0 is the empty name.
type Sym uint32

// Node is one expression. Pos is the byte offset that error messages point at.
type Node struct {
	Kind Kind
	Pos  uint32
	N    uint32
	A, B uint32
}

// Part is one part of an attribute path: a symbol, or an expression if its
// lowest bit is set.
type Part uint32

// StaticPart and DynamicPart make parts.
func StaticPart(s Sym) Part { return Part(s << 1) }

// DynamicPart makes a part from an expression.
func DynamicPart(id ID) Part { return Part(id<<1 | 1) }

// Static returns the symbol of a part whose name is known.
func (p Part) Static() (Sym, bool) { return Sym(p >> 1), p&1 == 0 }

// Expr returns the expression of a dynamic part.
func (p Part) Expr() ID { return ID(p >> 1) }

// BindingKind says where the value of a binding comes from.
type BindingKind uint8

// The kinds of bindings.
const (
	Plain         BindingKind = iota // name = expression
	Inherited                        // inherit name
	InheritedFrom                    // inherit (expression) name
	Dynamic                          // ${expression} = expression
)

// Binding is one attribute of a set, or one name of a let. Expr is the value;
// for InheritedFrom it is an index in the tree's Froms. Name is the expression of
// a dynamic name. Next is the following binding of the same set, or -1.
type Binding struct {
	Kind BindingKind
	Sym  Sym
	Pos  uint32
	Expr ID
	Name ID
	Next int32
}

// SetInfo is an attribute set or the bindings of a let. First heads the list of
// bindings with static names, Dyn that of dynamic ones, From that of what it
// inherits from; all are in the order of the source, or -1.
type SetInfo struct {
	Pos       uint32
	Recursive bool
	Len, Dyns int32
	First     int32
	last      int32
	Dyn       int32
	lastDyn   int32
	From      int32
	lastFrom  int32
}

// FromInfo is the expression of an `inherit (expression)`. Next is the following
// one of the same set, or -1.
type FromInfo struct {
	Expr ID
	Next int32
}

// LambdaInfo is a function. Arg is the name of its argument or 0; HasFormals
// tells a set pattern, whose formals are Formals[Start:Start+Len], sorted by
// symbol.
type LambdaInfo struct {
	Arg        Sym
	Name       Sym
	HasFormals bool
	Ellipsis   bool
	Start, Len int32
	Body       ID
}

// Formal is one attribute of a set pattern; Default is None without one.
type Formal struct {
	Sym     Sym
	Pos     uint32
	Default ID
}

// Tree is a parsed file.
type Tree struct {
	Root     ID
	Nodes    []Node
	Extra    []uint32
	Sets     []SetInfo
	Froms    []FromInfo
	Bindings []Binding
	Lambdas  []LambdaInfo
	Formals  []Formal
	Symbols  Symbols
	// Bound says that the evaluator has noted what all variables mean.
	Bound bool

	src  string
	side []byte
}

// sideText marks text that is not in the source as it stands: escapes were
// undone.
const sideText = 1 << 31

// Text returns a text that a node refers to by offset and length.
func (t *Tree) Text(off, n uint32) string {
	if off&sideText != 0 {
		off &^= sideText
		return string(t.side[off : off+n])
	}
	return t.src[off : off+n]
}

// TextOf returns the text of a Str, Path, HomePath or SearchPath node.
func (t *Tree) TextOf(id ID) string { return t.Text(t.Nodes[id].A, t.Nodes[id].B) }

// Source returns the parsed text.
func (t *Tree) Source() string { return t.src }

// List returns the entries of Extra that belong to a node.
func (t *Tree) List(n *Node) []uint32 { return t.Extra[n.B : n.B+n.N] }

// Clone returns a copy that stays when the Parser goes on.
func (t *Tree) Clone() *Tree {
	c := *t
	c.Nodes, c.Extra = slices.Clone(t.Nodes), slices.Clone(t.Extra)
	c.Sets, c.Froms, c.Bindings = slices.Clone(t.Sets), slices.Clone(t.Froms), slices.Clone(t.Bindings)
	c.Lambdas, c.Formals = slices.Clone(t.Lambdas), slices.Clone(t.Formals)
	c.Symbols = Symbols{names: slices.Clone(t.Symbols.names), hashes: slices.Clone(t.Symbols.hashes)}
	c.side = slices.Clone(t.side)
	return &c
}
