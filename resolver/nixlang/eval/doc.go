// Package eval evaluates the Nix language, lazily, as C++ Nix does.
//
// A text goes through package syntax into a Tree, in which the binder notes what
// each variable means: a number of scopes up and a slot. The compiler turns it
// into Nodes, functions when they are called first. A Node evaluates itself in an Env to a Value of 16
// bytes. Cells, which are *Value, hold values or the recipes of values: forcing
// a cell puts the value in the recipe's place.
//
//	value.go, slab*.go           values, cells, scopes: the only unsafe code
//	memory.go                    how much there may be of them
//	symbol.go, attrs.go          names as numbers; sets as sorted lists
//	load.go, bind*.go            files to trees, scopes resolved
//	compile*.go                  trees to nodes
//	node*.go, call.go, lambda.go the nodes
//	force.go, stack.go           evaluation, and what is in progress
//	error.go, trace.go           failure, and the way to it
//	missing.go, suggest.go, advice.go, explain.go
//	                             what to do about it
//	coerce.go, context.go        strings and what they depend on
//	builtin*.go, derivation*.go  the builtins
//	feature.go, lint.go, search.go
//	                             settings: features, lints, <name>
//	host.go                      the world
//	api.go, construct.go, inspect.go
//	                             what callers do with an Evaluator
//
// An evaluation sees the world through a Host: it knows no network, no store
// service and no terminal. Errors are panics inside the package, caught by
// tryEval and by the functions of api.go.
//
// Depth is counted, so that deep recursion is an error and no crash: a caller
// must allow the goroutine a stack of 1 GiB (debug.SetMaxStack).
package eval
