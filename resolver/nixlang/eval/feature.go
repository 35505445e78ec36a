package eval

// stable are the experimental features that are on unless they are switched
// off: what reads flakes needs them.
var stable = map[string]bool{"flakes": true, "fetch-tree": true, "nix-command": true}

// gated are the builtins that are there only with an experimental feature.
var gated = map[string]string{
	"fetchClosure": "fetch-closure", "fetchTree": "fetch-tree", "getFlake": "flakes",
	"parseFlakeRef": "flakes", "flakeRefToString": "flakes", "outputOf": "dynamic-derivations",
}

// feature tells whether an experimental feature is on. With flakes, fetch-tree
// is.
func (o *Options) feature(name string) bool {
	if on, set := o.Features[name]; set {
		return on
	}
	return stable[name] || name == "fetch-tree" && o.Features["flakes"]
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
