// Package repl is the interactive evaluator: a person writes Nix expressions,
// bindings and commands, line by line.
//
//	repl.go      the session: statements in, values and errors out
//	statement.go when a statement is complete, and what kind it is
//	command.go   the commands that begin with a colon
//	complete.go  what a Tab offers
//	lines.go     lines from a terminal, with history, or from anything else
//
// An error ends a statement, never the session; Ctrl-C ends the evaluation that
// runs, or throws the line away.
package repl
