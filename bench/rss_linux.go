package main

import (
	"os"
	"runtime/debug"
	"syscall"
)

// bytesOf is the largest resident set; getrusage(2) of Linux counts in KiB.
func bytesOf(usage *syscall.Rusage) int64 { return usage.Maxrss << 10 }

// forgetPeak lets children start with what this process needs now, not with the
// most that it ever had.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // proc(5); without it the numbers are too large
}
