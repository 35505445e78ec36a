package eval

// Stats are the numbers of what an Evaluator has done so far.
type Stats struct {
	Files       int   `json:"nrFiles"`       // parsed, expressions included
	SourceBytes int64 `json:"sourceBytes"`   // of these files
	Symbols     int   `json:"nrSymbols"`     // different names
	Functions   int   `json:"nrFunctions"`   // compiled
	Expressions int   `json:"nrExprs"`       // compiled, as far as they may be put off
	Derivations int   `json:"nrDerivations"` // made
	Contexts    int   `json:"nrContexts"`    // different store paths that strings mention
	Patterns    int   `json:"nrRegexes"`     // different regular expressions
	Bytes       int64 `json:"bytes"`         // taken for values, sets, lists and scopes
}

// Stats returns them.
func (ev *Evaluator) Stats() Stats {
	s := Stats{
		Files: len(ev.files), Symbols: ev.syms.Len(), Functions: len(ev.lambdas), Expressions: ev.code.n,
		Derivations: len(ev.drvs.made), Contexts: len(ev.contexts), Patterns: len(ev.patterns),
		Bytes: int64(ev.memory.taken),
	}
	for _, f := range ev.files {
		s.SourceBytes += int64(len(f.text))
	}
	return s
}
