// Command bench measures what devenv costs beside its peers, on this machine,
// in one run:
//
//	go run ./bench [-rounds N] [-only prompt,startup,commands,calls,language,store]
//
// It builds devenv, makes a throw-away home for each contender ([Contender])
// with the same project in each, and configures every contender as its
// documentation says. Then it takes samples in rounds: each round asks every
// contender once for everything, so that what else the machine does at a
// moment falls on all of them. What is printed are Markdown tables with the
// median and the tenth percentile.
//
//	prompt    an unchanged prompt outside and inside of a project; leaving and entering it again
//	startup   what a shell's start takes longer for the hook in its rc file
//	commands  one command in the environment, and what the program itself costs
//	calls     the processes and programs that prompts start, counted by strace
//	store     NARs, verification, exports and garbage collection, beside real Nix
//
// Shells are real ones that have read their rc file and stay alive; a sample is
// a number of turns in one of them ([Session]). Nothing of the user's is read
// or written: homes, projects and stores lie in a temporary directory. A
// contender or a program that the machine does not have gets a row that says
// so.
package main
