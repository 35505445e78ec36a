package difftest

import "slices"

// shrink returns a smaller expression for which bad still holds; it asks for
// many candidates at a time, since each question starts a process.
func shrink(e *Expr, bad func([]*Expr) []bool) *Expr {
	for range 60 {
		found := false
		candidates := smaller(e)
		slices.SortStableFunc(candidates, func(a, b *Expr) int { return a.size() - b.size() })
		for chunk := range slices.Chunk(candidates, 60) {
			if i := slices.Index(bad(chunk), true); i >= 0 {
				e, found = chunk[i], true
				break
			}
		}
		if !found {
			return e
		}
	}
	return e
}

// smaller lists the expressions that are e with one thing less.
func smaller(e *Expr) (list []*Expr) {
	list = append(list, e.Kids...)
	if len(e.Kids) > 0 {
		for _, text := range []string{"1", `""`, "null", "{ }", "[ ]", "(x: x)"} {
			list = append(list, leaf(text))
		}
	}
	if e.Loose {
		for i := range e.Kids {
			texts := slices.Delete(slices.Clone(e.Texts), i+1, i+2)
			texts[i] += e.Texts[i+1]
			list = append(list, &Expr{Texts: texts, Kids: slices.Delete(slices.Clone(e.Kids), i, i+1), Loose: true})
		}
	}
	for i, kid := range e.Kids {
		for _, s := range smaller(kid) {
			kids := slices.Clone(e.Kids)
			kids[i] = s
			list = append(list, &Expr{Texts: e.Texts, Kids: kids, Loose: e.Loose})
		}
	}
	return list
}
