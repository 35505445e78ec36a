package regex

import (
	"cmp"
	"math"
	"sync"
)

// op is what a state does.
type op uint8

const (
	opDummy     op = iota
	opAlt          // alt, and then next
	opRepeat       // one more by alt, or no more by next
	opLineBegin    // holds at the beginning of the subject
	opLineEnd      // holds at its end
	opOpen         // a group begins
	opClose        // a group ends
	opMatch        // a byte of set
	opAccept
)

// none is no state.
const none = -1

// state is a node of the automaton.
type state struct {
	op        op
	next, alt int32
	self      int32 // its own number
	group     int32
	loop      bool     // a repetition of one opMatch
	set       *byteSet // nil: any byte
}

// maxStates is the number of states that the library allows.
const maxStates = 100_000

// maxNesting is how deep groups may be nested; the library has no limit.
const maxNesting = 10_000

// Regexp is a compiled pattern. It is safe for concurrent use.
type Regexp struct {
	pattern string
	states  []state
	start   int32
	groups  int      // with the whole match
	first   *byteSet // the bytes that a match can begin with; nil if it may be empty
	walkers sync.Pool
}

// Groups returns how many groups the pattern has.
func (re *Regexp) Groups() int { return re.groups - 1 }

// Compile reads a pattern. The error is a *[SyntaxError] or a *[LimitError].
func Compile(pattern string) (*Regexp, error) {
	c := &compiler{scanner: scanner{pattern: pattern}}
	if err := c.scanner.advance(); err != nil {
		return nil, err
	}
	whole, err := c.group()
	if err != nil {
		return nil, err
	}
	if c.scanner.token != tokEOF {
		return nil, c.fail("an unexpected character")
	}
	accept, err := c.insert(state{op: opAccept})
	if err != nil {
		return nil, err
	}
	c.append(&whole, accept)
	c.skipDummies()
	re := &Regexp{pattern: pattern, states: c.states, start: whole.start, groups: c.groups}
	re.first = re.firstBytes()
	return re, nil
}

// compiler builds the automaton in the order in which the library does: the
// number of states, which has a limit, depends on it.
type compiler struct {
	scanner scanner
	value   string // of the token accepted last
	states  []state
	stack   []sequence
	groups  int
	depth   int
}

// sequence is a part of the automaton with one way in and one way out.
type sequence struct{ start, end int32 }

// accept takes the token t if it is next.
func (c *compiler) accept(t token) (bool, error) {
	if c.scanner.token != t {
		return false, nil
	}
	c.value = c.scanner.value
	return true, c.scanner.advance()
}

func (c *compiler) fail(reason string) error { return c.scanner.fail(reason) }

// insert adds a state and returns it as a sequence.
func (c *compiler) insert(s state) (sequence, error) {
	id := int32(len(c.states))
	if s.op != opAlt && s.op != opRepeat {
		s.next, s.alt = none, none
	}
	c.states = append(c.states, s)
	if len(c.states) > maxStates {
		return sequence{}, &LimitError{c.scanner.pattern, "memory"}
	}
	return sequence{id, id}, nil
}

// push adds a state to the stack.
func (c *compiler) push(s state) error {
	seq, err := c.insert(s)
	c.stack = append(c.stack, seq)
	return err
}

func (c *compiler) pop() sequence {
	last := len(c.stack) - 1
	seq := c.stack[last]
	c.stack = c.stack[:last]
	return seq
}

// append puts b behind a.
func (c *compiler) append(a *sequence, b sequence) {
	c.states[a.end].next = b.start
	a.end = b.end
}

// group reads a disjunction as a group.
func (c *compiler) group() (sequence, error) {
	if c.depth++; c.depth > maxNesting {
		return sequence{}, &LimitError{c.scanner.pattern, "memory"}
	}
	number := int32(c.groups)
	c.groups++
	seq, err := c.insert(state{op: opOpen, group: number})
	if err != nil {
		return seq, err
	}
	if err := c.disjunction(); err != nil {
		return seq, err
	}
	c.append(&seq, c.pop())
	end, err := c.insert(state{op: opClose, group: number})
	c.append(&seq, end)
	c.depth--
	return seq, err
}

// disjunction reads alternatives and pushes them.
func (c *compiler) disjunction() error {
	if err := c.alternative(); err != nil {
		return err
	}
	for {
		if ok, err := c.accept(tokOr); !ok || err != nil {
			return err
		}
		left := c.pop()
		if err := c.alternative(); err != nil {
			return err
		}
		right := c.pop()
		end, err := c.insert(state{op: opDummy})
		if err != nil {
			return err
		}
		c.append(&left, end)
		c.append(&right, end)
		fork, err := c.insert(state{op: opAlt, next: right.start, alt: left.start})
		if err != nil {
			return err
		}
		c.stack = append(c.stack, sequence{fork.start, end.end})
	}
}

// alternative reads terms up to an end or a bar and pushes them as one.
func (c *compiler) alternative() error {
	seq := sequence{none, none}
	for {
		ok, err := c.term()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if term := c.pop(); seq.start == none {
			seq = term
		} else {
			c.append(&seq, term)
		}
	}
	end, err := c.insert(state{op: opDummy})
	if err != nil {
		return err
	}
	if seq.start == none {
		seq = end
	} else {
		c.append(&seq, end)
	}
	c.stack = append(c.stack, seq)
	return nil
}

// term reads an assertion, or an atom with its quantifiers, and pushes it.
func (c *compiler) term() (bool, error) {
	if ok, err := c.accept(tokLineBegin); ok || err != nil {
		return true, cmp.Or(err, c.push(state{op: opLineBegin}))
	}
	if ok, err := c.accept(tokLineEnd); ok || err != nil {
		return true, cmp.Or(err, c.push(state{op: opLineEnd}))
	}
	if ok, err := c.atom(); !ok || err != nil {
		return false, err
	}
	for {
		if more, err := c.quantifier(); !more || err != nil {
			return true, err
		}
	}
}

func (c *compiler) atom() (bool, error) {
	t := c.scanner.token
	switch t {
	case tokAny, tokChar, tokOpen, tokBracketOpen, tokBracketNegOpen:
	default:
		return false, nil
	}
	if _, err := c.accept(t); err != nil {
		return false, err
	}
	switch t {
	case tokAny:
		return true, c.push(state{op: opMatch})
	case tokChar:
		var set byteSet
		set.add(c.value[0])
		return true, c.push(state{op: opMatch, set: &set})
	case tokOpen:
		seq, err := c.group()
		if err != nil {
			return false, err
		}
		c.stack = append(c.stack, seq)
		ok, err := c.accept(tokClose)
		if err == nil && !ok {
			err = c.fail("a parenthesis without its end")
		}
		return true, err
	}
	return true, c.bracket(t == tokBracketNegOpen)
}

// quantifier reads one quantifier of what is on top of the stack.
func (c *compiler) quantifier() (bool, error) {
	t := c.scanner.token
	switch t {
	case tokStar, tokPlus, tokOpt, tokBraceOpen:
	default:
		return false, nil
	}
	if _, err := c.accept(t); err != nil {
		return false, err
	}
	if t == tokBraceOpen {
		return true, c.interval()
	}
	seq := c.pop()
	if t == tokOpt {
		end, err := c.insert(state{op: opDummy})
		if err != nil {
			return false, err
		}
		fork, err := c.insert(state{op: opRepeat, next: none, alt: seq.start})
		if err != nil {
			return false, err
		}
		c.append(&seq, end)
		c.append(&fork, end)
		c.stack = append(c.stack, fork)
		return true, nil
	}
	fork, err := c.insert(state{op: opRepeat, next: none, alt: seq.start})
	if err != nil {
		return false, err
	}
	c.append(&seq, fork)
	if t == tokStar {
		seq = fork
	}
	c.stack = append(c.stack, seq)
	return true, nil
}

// interval reads "n}", "n,}" or "n,m}" and repeats the top of the stack.
func (c *compiler) interval() error {
	low, err := c.count()
	if err != nil {
		return err
	}
	optional, endless := 0, false
	if ok, err := c.accept(tokComma); err != nil {
		return err
	} else if ok {
		if endless = c.scanner.token != tokCount; !endless {
			high, err := c.count()
			if err != nil {
				return err
			}
			optional = high - low
		}
	}
	if ok, err := c.accept(tokBraceClose); err != nil {
		return err
	} else if !ok {
		return c.fail("a brace without its end")
	}
	if optional < 0 {
		return c.fail("a repetition that may be at most less than at least")
	}
	once := c.pop()
	seq, err := c.insert(state{op: opDummy})
	if err != nil {
		return err
	}
	for range low {
		again, err := c.clone(once)
		if err != nil {
			return err
		}
		c.append(&seq, again)
	}
	if endless {
		again, err := c.clone(once)
		if err != nil {
			return err
		}
		fork, err := c.insert(state{op: opRepeat, next: none, alt: again.start})
		if err != nil {
			return err
		}
		c.append(&again, fork)
		c.append(&seq, fork)
	} else if err := c.optional(&seq, once, optional); err != nil {
		return err
	}
	c.stack = append(c.stack, seq)
	return nil
}

// optional appends up to n more of once to seq.
func (c *compiler) optional(seq *sequence, once sequence, n int) error {
	end, err := c.insert(state{op: opDummy})
	if err != nil {
		return err
	}
	var forks []int32
	for range n {
		again, err := c.clone(once)
		if err != nil {
			return err
		}
		fork, err := c.insert(state{op: opRepeat, next: end.start, alt: again.start})
		if err != nil {
			return err
		}
		forks = append(forks, fork.start)
		c.append(seq, sequence{fork.start, again.end})
	}
	c.append(seq, end)
	return nil
}

// count reads a number in braces.
func (c *compiler) count() (int, error) {
	if ok, err := c.accept(tokCount); err != nil {
		return 0, err
	} else if !ok {
		return 0, c.fail("no number in braces")
	}
	n := 0
	for i := range len(c.value) {
		if n = n*10 + int(c.value[i]-'0'); n > math.MaxInt32 {
			return 0, c.fail("a number in braces that is too large")
		}
	}
	return n, nil
}

// clone copies a sequence.
func (c *compiler) clone(seq sequence) (sequence, error) {
	copies := map[int32]int32{}
	has := func(id int32) bool { _, ok := copies[id]; return ok }
	todo := []int32{seq.start}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		original := c.states[id]
		again, err := c.insert(original)
		if err != nil {
			return sequence{}, err
		}
		c.states[again.start] = original
		copies[id] = again.start
		if original.alt != none && !has(original.alt) {
			todo = append(todo, original.alt)
		}
		if id != seq.end && original.next != none && !has(original.next) {
			todo = append(todo, original.next)
		}
	}
	for _, id := range copies {
		s := &c.states[id]
		if s.next != none {
			s.next = copies[s.next]
		}
		if s.alt != none {
			s.alt = copies[s.alt]
		}
	}
	return sequence{copies[seq.start], copies[seq.end]}, nil
}

// skipDummies has every state lead to one that does something, and finds the
// repetitions of one byte.
func (c *compiler) skipDummies() {
	real := func(id int32) int32 {
		for id != none && c.states[id].op == opDummy {
			id = c.states[id].next
		}
		return id
	}
	for i := range c.states {
		c.states[i].next = real(c.states[i].next)
		c.states[i].alt = real(c.states[i].alt)
	}
	for i := range c.states {
		s := &c.states[i]
		s.self = int32(i)
		s.loop = s.op == opRepeat && c.states[s.alt].op == opMatch && c.states[s.alt].next == s.self
	}
}

// firstBytes returns the bytes that a match can begin with, or nil if a match
// may be empty.
func (re *Regexp) firstBytes() *byteSet {
	var set byteSet
	seen := make([]bool, len(re.states))
	todo := []int32{re.start}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if id == none || seen[id] {
			continue
		}
		seen[id] = true
		switch s := &re.states[id]; {
		case s.op == opAccept || s.op == opMatch && s.set == nil:
			return nil
		case s.op == opMatch:
			set.union(s.set)
		default:
			todo = append(todo, s.next, s.alt)
		}
	}
	return &set
}
