package regex

import "math"

// Limits of one walk. Real uses are far below them.
const (
	maxFrames = 1 << 24 // of 16 bytes
	maxSteps  = 1 << 31
	maxMemo   = 1 << 26 // bytes
)

// walker walks the automaton of a pattern through a subject. Its stack says how
// to go on when there is no way forward.
type walker struct {
	re      *Regexp
	subject string
	check   func() error

	begin     int  // of the match that is looked for
	whole     bool // the match must end where the subject does
	notEmpty  bool // it must not be empty
	prevAvail bool // begin is not the beginning of the subject

	stack  []frame
	groups []int32 // begin and end of each group, -1 for none
	rounds []round // of each repetition
	best   []int32 // groups of the best match, its end as that of group 0
	steps  int
	asked  int // the steps when check was called last

	// memo says of a state and a place that was reached by a byte how a walk
	// from there ended. It is there once a walk has become long.
	memo  []verdict
	found []int // where memo is matched
}

// round is how often a repetition went round at a place.
type round struct{ pos, count int32 }

type verdict uint8

const (
	unknown verdict = iota
	failed
	matched
)

// frame is what to do on the way back.
type frame struct {
	kind  frameKind
	count uint8
	state int32
	pos   int32
	old   int32
}

type frameKind uint8

const (
	onAlt     frameKind = iota // try the second branch of state
	onMatched                  // the first branch led to a match
	onRepeat                   // restore the rounds of state, then try no more
	onLoop                     // try one byte less, down to old
	onOpen                     // restore the begin of group state
	onClose                    // restore its end
	onMemo                     // remember how it ended
)

func (re *Regexp) walker(subject string, check func() error) (*walker, error) {
	if len(subject) >= math.MaxInt32 {
		return nil, &LimitError{re.pattern, "memory"}
	}
	w, _ := re.walkers.Get().(*walker)
	if w == nil {
		w = &walker{re: re, groups: make([]int32, 2*re.groups), best: make([]int32, 2*re.groups), rounds: make([]round, len(re.states))}
	}
	for i := range w.groups {
		w.groups[i] = -1
	}
	clear(w.rounds) // a walk leaves both as they were, but not one that ended early
	w.subject, w.check, w.steps, w.asked = subject, check, 0, 0
	w.memo, w.found = nil, w.found[:0]
	return w, nil
}

// release gives w back for reuse.
func (w *walker) release() {
	w.subject, w.check, w.memo = "", nil, nil
	if cap(w.stack) <= 1<<12 {
		w.re.walkers.Put(w)
	}
}

// from looks for the best match that begins at begin.
func (w *walker) from(begin int) (bool, error) {
	w.begin = begin
	w.stack = w.stack[:0]
	for i := range w.best {
		w.best[i] = -1
	}
	ok, err := w.walk()
	w.best[0] = int32(begin)
	for _, i := range w.found {
		w.memo[i] = unknown
	}
	w.found = w.found[:0]
	return ok, err
}

// search looks for the first place from begin on where there is a match.
func (w *walker) search(begin int) (bool, error) {
	for ; begin <= len(w.subject); begin++ {
		if first := w.re.first; first != nil {
			start := begin
			for begin < len(w.subject) && !first.has(w.subject[begin]) {
				begin++
			}
			w.prevAvail = w.prevAvail || begin > start
			if begin == len(w.subject) {
				return false, nil
			}
		}
		if ok, err := w.from(begin); ok || err != nil {
			return ok, err
		}
		w.prevAvail = true
	}
	return false, nil
}

// walk goes forward until there is no way, and back to where there is another,
// until there is none. It reports whether there is a match, which is in best.
func (w *walker) walk() (bool, error) {
	id, pos, has := w.re.start, w.begin, false
	for {
		done := w.forward(id, pos, &has)
		if err := w.limits(); err != nil {
			return false, err
		}
		if done {
			return true, nil
		}
		var more bool
		if id, pos, more = w.back(&has); !more {
			return has, nil
		}
	}
}

// limits is asked now and then whether to go on.
func (w *walker) limits() error {
	w.steps++
	switch {
	case w.steps > maxSteps:
		return &LimitError{w.re.pattern, "time"}
	case len(w.stack) > maxFrames:
		return &LimitError{w.re.pattern, "memory"}
	case w.steps >= w.asked+0x1000 && w.check != nil:
		w.asked = w.steps
		return w.check()
	}
	if w.memo == nil && w.steps > 1000+8*len(w.subject) && len(w.re.states) <= maxMemo/(len(w.subject)+1) {
		w.memo = make([]verdict, len(w.re.states)*(len(w.subject)+1))
	}
	return nil
}

// forward goes on from the state id at pos as far as there is a way. It sets has
// if it came to a match, and reports whether nothing else needs to be tried.
func (w *walker) forward(id int32, pos int, has *bool) (done bool) {
	for len(w.stack) <= maxFrames {
		s := &w.re.states[id]
		switch s.op {
		case opMatch:
			if pos == len(w.subject) || s.set != nil && !s.set.has(w.subject[pos]) {
				return false
			}
			pos++
			if !w.enter(s.next, pos, has) {
				return false
			}
			id = s.next
		case opRepeat:
			if set, ok := w.re.loopOf(id); ok {
				end := w.run(set, pos)
				if end > pos {
					w.push(frame{kind: onLoop, state: id, pos: int32(end - 1), old: int32(pos)})
					if !w.enter(s.next, end, has) {
						return false
					}
				}
				id, pos = s.next, end
				continue
			}
			if id = s.alt; !w.again(s, pos) {
				id = s.next
			}
		case opAlt:
			w.push(frame{kind: onAlt, state: id, pos: int32(pos)})
			id = s.alt
		case opOpen:
			if s.group > 0 {
				w.push(frame{kind: onOpen, state: s.group, old: w.groups[2*s.group]})
				w.groups[2*s.group] = int32(pos)
			}
			id = s.next
		case opClose:
			if s.group > 0 {
				w.push(frame{kind: onClose, state: s.group, old: w.groups[2*s.group+1]})
				w.groups[2*s.group+1] = int32(pos)
			}
			id = s.next
		case opLineBegin:
			if pos != w.begin || w.prevAvail {
				return false
			}
			id = s.next
		case opLineEnd:
			if pos != len(w.subject) {
				return false
			}
			id = s.next
		default:
			*has = w.acceptable(pos)
			return *has && w.whole
		}
	}
	return false
}

// again goes once more round the repetition s at pos, if it may.
func (w *walker) again(s *state, pos int) bool {
	id := s.self
	r := &w.rounds[id]
	switch {
	case r.count == 0 || r.pos != int32(pos):
		w.push(frame{kind: onRepeat, count: uint8(r.count), state: id, pos: int32(pos), old: r.pos})
		*r = round{int32(pos), 1}
	case r.count < 2:
		w.push(frame{kind: onRepeat, count: uint8(r.count), state: id, pos: int32(pos), old: r.pos})
		r.count++
	default:
		return false
	}
	return true
}

// run returns where the run of bytes in set that begins at pos ends.
func (w *walker) run(set *byteSet, pos int) int {
	start := pos
	if set == nil {
		pos = len(w.subject)
	} else {
		for pos < len(w.subject) && set.has(w.subject[pos]) {
			pos++
		}
	}
	w.steps += (pos - start) >> 3
	return pos
}

// acceptable takes a match that ends at pos, and keeps it if it is better.
func (w *walker) acceptable(pos int) bool {
	if w.whole && pos != len(w.subject) || w.notEmpty && pos == w.begin {
		return false
	}
	if w.best[1] < int32(pos) {
		copy(w.best, w.groups)
		w.best[1] = int32(pos)
	}
	return true
}

// enter reports whether there is something new in the state id at pos, which
// was reached by a byte; has is set if it is known to lead to a match.
func (w *walker) enter(id int32, pos int, has *bool) bool {
	if w.memo == nil {
		return true
	}
	switch w.memo[w.memoAt(id, pos)] {
	case failed:
		return false
	case matched:
		*has = true
		return false
	}
	w.push(frame{kind: onMemo, state: id, pos: int32(pos)})
	return true
}

func (w *walker) memoAt(id int32, pos int) int { return int(id)*(len(w.subject)+1) + pos }

func (w *walker) push(f frame) { w.stack = append(w.stack, f) }

// back takes frames from the stack up to one that has another way, which it
// returns. has is whether there was a match since that frame was pushed.
func (w *walker) back(has *bool) (id int32, pos int, more bool) {
	for len(w.stack) > 0 {
		last := len(w.stack) - 1
		f := &w.stack[last]
		w.stack = w.stack[:last]
		switch f.kind {
		case onAlt:
			id, pos = w.re.states[f.state].next, int(f.pos)
			if *has {
				w.push(frame{kind: onMatched})
				*has = false
			}
			return id, pos, true
		case onMatched:
			*has = true
		case onRepeat:
			w.rounds[f.state] = round{f.old, int32(f.count)}
			if !*has {
				return w.re.states[f.state].next, int(f.pos), true
			}
		case onLoop:
			if *has {
				continue
			}
			id, pos = w.re.states[f.state].next, int(f.pos)
			if f.pos > f.old {
				w.push(frame{kind: onLoop, state: f.state, pos: f.pos - 1, old: f.old})
				if !w.enter(id, pos, has) {
					continue
				}
			}
			return id, pos, true
		case onOpen:
			w.groups[2*f.state] = f.old
		case onClose:
			w.groups[2*f.state+1] = f.old
		case onMemo:
			at := w.memoAt(f.state, int(f.pos))
			if w.memo[at] = failed; *has {
				w.memo[at] = matched
				w.found = append(w.found, at)
			}
		}
	}
	return 0, 0, false
}
