// Package syntax reads the Nix language: bytes in, a Tree out.
//
// A Tree is flat. Every expression is one Node of 20 bytes in a slice, and its
// children are numbers: nothing in a tree is a pointer, so a tree costs the
// garbage collector nothing, can be thrown away or used again at once, and can
// be written to a file as it is. What does not fit a node lies in side tables:
// Extra (argument and element lists, attribute paths), Sets, Bindings, Lambdas,
// Formals, Symbols.
//
//	lexer.go, lexpath.go, lexword.go   bytes to tokens
//	expr.go, operators.go, simple.go   precedence, functions, application
//	strings.go, indent.go              the two kinds of strings, interpolation
//	bindings.go, merge.go, formals.go  attribute sets and function arguments
//	print.go                           the form that `nix-instantiate --parse` prints
//	position.go                        offsets to lines and columns
//
// The grammar is that of the newest Nix. Names are not looked up here: what a
// variable means is for package eval.
package syntax
