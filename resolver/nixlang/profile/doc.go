// Package profile says where the time of an evaluation went, by Nix functions:
// a flame graph's data.
//
//	recorder.go  samples of what was being called, weighed by time
//	folded.go    one line for each stack, as flame graph scripts read them
//	pprof.go     profile.proto, gzipped, as `go tool pprof` reads it
//
// A sample is taken whenever the evaluator allocates a slab, which is thousands
// of times a second, and stands for the time since the one before. So profiling
// costs next to nothing, and a function that allocates nothing for long has its
// time counted where it is called.
package profile
