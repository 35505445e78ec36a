// Package difftest compares the evaluator with real Nix on programs that it
// makes up.
//
// A generator (gen.go, forms.go, literals.go) grows expressions from templates,
// mostly well typed. A batch of them is evaluated here and by one process of
// `nix repl`, which an error does not end (nix.go, ours.go); what each gives is
// described by the same small Nix function, so that string contexts, floats and
// nested values are compared as well. What both can evaluate is then printed,
// as Nix values, JSON and XML, and parsed expressions are printed back. An
// expression on which they differ is cut down to the smallest that still does
// (shrink.go).
//
// It is a tool for developers, run by hand:
//
//	go test -tags upstream -timeout 0 ./resolver/nixlang/difftest -run TestHunt -hunt 1h -nix 'nix-instantiate'
//
// Nothing of it is in the program.
package difftest
