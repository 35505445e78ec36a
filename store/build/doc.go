// Package build makes the outputs of derivations, as Nix makes them: the same
// recipe gives the same paths with the same bytes.
//
// A [Builder] is asked for outputs of derivations ([Builder.Build]). It goes
// through the graph of what they need: what is valid stays, what a substituter
// has is copied, and the rest is built, as many at a time as [Options.Jobs]
// allows, each once across all processes (Nix's locks see to that). While what one
// build made is written to the disk and registered, others that need it run.
//
// goal.go is the graph, make.go the story of one derivation in it. One build is a
// job (build.go):
//
//	recipe      the derivation, with the paths of its inputs in place of what
//	            only their builds could tell (resolve.go)
//	attributes  what it asks of its builder beside running it (attributes.go)
//	environment the variables and files that the builder finds (environment.go)
//	sandbox     a place where only the closure of its inputs exists
//	outputs     scanned for references, checked, moved into the store,
//	            registered, all of them in one transaction (outputs.go)
//
// # The sandbox
//
// The program starts itself again as a helper, in new user, mount, process,
// network, IPC and host name namespaces; [Child] is what it runs there. The
// helper mounts what the build may see, makes that the root directory, gives up
// every privilege and becomes the builder. No root is needed, and no daemon: the
// builder is user 1000 of group 100 inside and, outside, the user who asked, or
// if that is root an unused id. The builder is process 1 of its namespace, so
// that when it ends, or is killed, nothing that it started is left.
//
// The package knows no language and no network: what fetches and what
// substitutes is given to it.
package build
