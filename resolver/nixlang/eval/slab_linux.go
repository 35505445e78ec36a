package eval

import (
	"syscall"
	"unsafe"
)

// populateWrite is MADV_POPULATE_WRITE of Linux 5.14; older ones refuse it,
// which does no harm.
const populateWrite = 23

// populate asks for the pages of new memory; those of a first slab may not be
// needed.
func populate(p unsafe.Pointer, size int) {
	if size == firstSlab {
		return
	}
	_ = syscall.Madvise(unsafe.Slice((*byte)(p), size), populateWrite)
}
