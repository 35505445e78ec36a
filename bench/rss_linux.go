package main

import "syscall"

// bytesOf is the largest resident set; getrusage(2) of Linux counts in KiB.
func bytesOf(usage *syscall.Rusage) int64 { return usage.Maxrss << 10 }
