// Package workspace wires the rooms: from a directory to the environments that
// apply there.
//
// The story is in enter.go: every directory at and above the one that was asked
// for that declares something is a layer; each is brought up to date (build.go)
// only if something that it was made from has changed, and an unchanged one
// costs a state file and a few stats. Event does the same for the hooks, in the
// background and without asking anybody anything. The other files are one
// command's work each.
//
// Everything is opened on first use: a command that finds its layers unchanged
// opens no store, reads no configuration of npm or Go, and makes no connection.
package workspace
