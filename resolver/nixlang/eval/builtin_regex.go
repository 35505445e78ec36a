package eval

import "devenv/resolver/nixlang/regex"

// pattern compiles a regular expression, each once.
func (ev *Evaluator) pattern(c *Value, pos Pos) *regex.Regexp {
	text := ev.forcePlainString(c, pos)
	if p, ok := ev.patterns[text]; ok {
		return p
	}
	p, err := regex.Compile(text)
	if err != nil {
		ev.fail(pos, "%s", err)
	}
	if ev.patterns == nil {
		ev.patterns = map[string]*regex.Regexp{}
	}
	ev.patterns[text] = p
	return p
}

// checkStopped ends a long match that was interrupted.
func (ev *Evaluator) checkStopped() error {
	if ev.stopped.Load() {
		return &Error{Kind: Interrupted, Msg: "interrupted"}
	}
	return nil
}

func match(ev *Evaluator, pos Pos, re, s *Value) Value {
	p := ev.pattern(re, pos)
	text := ev.forceString(s, pos, nil)
	groups, ok, err := p.Match(text, ev.checkStopped)
	if err != nil {
		ev.hostError(pos, err)
	}
	if !ok {
		return null
	}
	return ev.groups(text, groups)
}

// groups lists what the groups of a match hold; null for one without part in
// it.
func (ev *Evaluator) groups(text string, spans []regex.Span) Value {
	out := ev.cells(len(spans))
	for i, span := range spans {
		v := null
		if s, ok := span.Of(text); ok {
			v = mkString(s)
		}
		out[i] = ev.cell(v)
	}
	return mkList(out)
}

// split gives the pieces no context; a string without a match stays what it
// is.
func split(ev *Evaluator, pos Pos, re, s *Value) Value {
	p := ev.pattern(re, pos)
	text := ev.forceString(s, pos, nil)
	piece := func(from, to int) *Value { return ev.cell(mkString(text[from:to])) }
	var out []*Value
	end := 0
	err := p.Each(text, ev.checkStopped, func(m []regex.Span) {
		out = append(out, piece(end, m[0].Start), ev.cell(ev.groups(text, m[1:])))
		end = m[0].End
	})
	if err != nil {
		ev.hostError(pos, err)
	}
	if out == nil {
		return mkList([]*Value{s})
	}
	return mkList(append(out, piece(end, len(text))))
}
