package eval

import "regexp"

// pattern is a compiled regular expression.
type pattern = *regexp.Regexp

// pattern compiles a regular expression, each once.
func (ev *Evaluator) pattern(text string, pos Pos) pattern {
	if p, ok := ev.patterns[text]; ok {
		return p
	}
	p, err := regexp.CompilePOSIX(text)
	if err != nil {
		ev.fail(pos, "invalid regular expression '%s'", text)
	}
	if ev.patterns == nil {
		ev.patterns = map[string]pattern{}
	}
	ev.patterns[text] = p
	return p
}

func match(ev *Evaluator, pos Pos, re, s *Value) Value {
	p := ev.pattern("^("+ev.forcePlainString(re, pos)+")$", pos)
	text := ev.forceString(s, pos, nil)
	m := p.FindStringSubmatchIndex(text)
	if m == nil {
		return null
	}
	return ev.groups(text, m[2:])
}

// groups lists what the groups of a match hold; null for one without part in
// it.
func (ev *Evaluator) groups(text string, m []int) Value {
	out := ev.cells(len(m)/2 - 1)
	for i := range out {
		v := null
		if from, to := m[2*i+2], m[2*i+3]; from >= 0 {
			v = mkString(text[from:to])
		}
		out[i] = ev.cell(v)
	}
	return mkList(out)
}

func split(ev *Evaluator, pos Pos, re, s *Value) Value {
	p := ev.pattern(ev.forcePlainString(re, pos), pos)
	text := ev.forceString(s, pos, nil)
	var out []*Value
	end := 0
	for _, m := range p.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, ev.cell(mkString(text[end:m[0]])), ev.cell(ev.groups(text, m)))
		end = m[1]
	}
	return mkList(append(out, ev.cell(mkString(text[end:]))))
}
