// Package cli is the front door: one file per command, each an options struct,
// a newXCmd that declares flags and help, and a runX that does the work through
// package workspace. Only this package prints, exits and reads argv.
package cli
