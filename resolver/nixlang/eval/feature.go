package eval

// stable tells whether an experimental feature is on unless it is switched off:
// what reads flakes needs them.
func stable(name string) bool {
	return name == "flakes" || name == "fetch-tree" || name == "nix-command"
}

// gate returns the experimental feature without which a builtin is not there,
// or "".
func gate(builtin string) string {
	switch builtin {
	case "fetchClosure":
		return "fetch-closure"
	case "fetchTree":
		return "fetch-tree"
	case "getFlake", "parseFlakeRef", "flakeRefToString":
		return "flakes"
	case "outputOf":
		return "dynamic-derivations"
	}
	return ""
}

// feature tells whether an experimental feature is on. With flakes, fetch-tree
// is.
func (o *Options) feature(name string) bool {
	if on, set := o.Features[name]; set {
		return on
	}
	return stable(name) || name == "fetch-tree" && o.Features["flakes"]
}

// require throws unless an experimental feature is on; what is what needs it.
func (ev *Evaluator) require(name, what string, pos Pos) {
	if ev.opts.feature(name) {
		return
	}
	msg := "experimental Nix feature '" + name + "' is disabled"
	if what != "" {
		msg += " (" + what + ")"
	}
	ev.throw(&Error{
		Kind: Failed, pos: pos,
		Msg:   msg + "; add '--extra-experimental-features " + name + "' to enable it",
		Hints: []string{featureHint(name)},
	})
}

// impureHint is the way out of pure evaluation.
const impureHint = "evaluate with --impure to allow it"

func featureHint(name string) string {
	return "switch it on: --extra-experimental-features " + name
}
