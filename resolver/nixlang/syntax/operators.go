package syntax

// assoc says how operators of one level group.
type assoc uint8

const (
	left assoc = iota
	right
	nonassoc
)

// infix describes an operator; a higher level binds tighter.
type infix struct {
	level uint8
	assoc assoc
	kind  Kind
}

// Levels of the prefix operators and of `?`.
const (
	notLevel    = 7
	hasLevel    = 11
	negateLevel = 12
)

var infixes = [256]infix{
	tokImpl: {1, right, Impl},
	tokOr:   {2, left, Or},
	tokAnd:  {3, left, And},
	tokEq:   {4, nonassoc, Eq}, tokNeq: {4, nonassoc, Neq},
	'<': {5, nonassoc, Lt}, '>': {5, nonassoc, Gt}, tokLeq: {5, nonassoc, Le}, tokGeq: {5, nonassoc, Ge},
	tokUpdate: {6, right, Update},
	'+':       {8, left, Add}, '-': {8, left, Sub},
	'*': {9, left, Mul}, '/': {9, left, Div},
	tokConcat: {10, right, Concat},
	'?':       {hasLevel, nonassoc, HasAttr},
}

// operators reads operators that bind tighter than the level below.
func (p *Parser) operators(above uint8) ID {
	p.enter()
	defer p.leave()
	lhs := p.prefix()
	for {
		op := infixes[p.tok]
		if op.level <= above {
			return lhs
		}
		pos := uint32(p.start)
		p.next()
		switch {
		case op.kind == HasAttr:
			lhs = p.path2(HasAttr, pos, lhs)
		case op.assoc == right:
			lhs = p.node(op.kind, pos, 0, uint32(lhs), uint32(p.operators(op.level-1)))
		default:
			lhs = p.node(op.kind, pos, 0, uint32(lhs), uint32(p.operators(op.level)))
		}
		if op.assoc == nonassoc && infixes[p.tok].level == op.level {
			p.unexpected("")
		}
	}
}

// prefix reads `!`, `-`, or an application.
func (p *Parser) prefix() ID {
	pos := uint32(p.start)
	switch p.tok {
	case '!':
		p.next()
		return p.node(Not, pos, 0, uint32(p.operators(notLevel)), 0)
	case '-':
		p.next()
		return p.node(Neg, pos, 0, uint32(p.operators(negateLevel)), 0)
	}
	return p.application()
}

// path2 reads the attribute path of `?` or of a selection without a default.
func (p *Parser) path2(kind Kind, pos uint32, set ID) ID {
	mark := len(p.scratch)
	p.attrPath()
	start, n := p.extra(mark)
	return p.node(kind, pos, n, uint32(set), start)
}
