package regex

// Span is where a group is in the subject: from Start to before End, in bytes.
// Both are -1 if the group took no part in the match.
type Span struct{ Start, End int }

// Of returns the part of subject that s is, and whether there is one.
func (s Span) Of(subject string) (string, bool) {
	if s.Start < 0 {
		return "", false
	}
	return subject[s.Start:s.End], true
}

// Match matches all of subject, as builtins.match does, and returns where the
// groups are: element i is group i+1. Check, which may be nil, is called now and
// then; its error ends the match. Other errors are *[LimitError]s.
func (re *Regexp) Match(subject string, check func() error) (groups []Span, ok bool, err error) {
	w, err := re.walker(subject, check)
	if err != nil {
		return nil, false, err
	}
	defer w.release()
	w.whole, w.notEmpty, w.prevAvail = true, false, false
	if ok, err = w.from(0); !ok || err != nil {
		return nil, false, err
	}
	return w.spans(make([]Span, 0, re.groups))[1:], true, nil
}

// Each calls each for the matches in subject from left to right, as
// builtins.split takes them. Element 0 is the whole match, and element i group
// i; the slice is reused. Check and the errors are as in [Regexp.Match].
//
// After an empty match the next is looked for at the same place, but must not
// be empty; only then further on.
func (re *Regexp) Each(subject string, check func() error, each func(match []Span)) error {
	w, err := re.walker(subject, check)
	if err != nil {
		return err
	}
	defer w.release()
	w.whole, w.notEmpty, w.prevAvail = false, false, false
	spans := make([]Span, 0, re.groups)
	ok, err := w.search(0)
	again := false // a first match was found, and later ones begin behind something
	for ok && err == nil {
		spans = w.spans(spans[:0])
		each(spans)
		at := spans[0].End
		if spans[0].Start == at {
			if at == len(subject) {
				return nil
			}
			w.notEmpty, w.prevAvail = true, again
			ok, err = w.from(at)
			w.notEmpty = false
			if ok || err != nil {
				continue
			}
			at++
		}
		again, w.prevAvail = true, true
		ok, err = w.search(at)
	}
	return err
}

// spans appends where the groups of the best match are.
func (w *walker) spans(spans []Span) []Span {
	for i := range w.re.groups {
		start, end := w.best[2*i], w.best[2*i+1]
		if end < 0 {
			start = -1
		}
		spans = append(spans, Span{int(start), int(end)})
	}
	return spans
}

// loopOf returns the set of bytes that the state id repeats, if it is the
// repetition of single bytes; nil is any byte.
func (re *Regexp) loopOf(id int32) (*byteSet, bool) {
	s := &re.states[id]
	if !s.loop {
		return nil, false
	}
	return re.states[s.alt].set, true
}
