package unpack

import (
	"errors"
	"fmt"
	"syscall"
)

// EntryError is an archive refused because of one of its entries.
type EntryError struct {
	Name string // the entry's, as the archive has it
	Fact string
}

func (e *EntryError) Error() string { return fmt.Sprintf("archive entry %q: %s", e.Name, e.Fact) }

// Hint says what to do next.
func (e *EntryError) Hint() string {
	return "nothing of the archive was kept; it is damaged or made to do harm: get it from another source and compare the checksums"
}

// FormatError is a stream that is not an archive of the format it should be,
// or a damaged one.
type FormatError struct {
	Format Format
	Err    error
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("not a sound %s archive: %v", e.Format, e.Err)
}

func (e *FormatError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *FormatError) Hint() string {
	return "nothing of the archive was kept: download it again, or from another source"
}

// DiskFullError says that the tree does not fit; nothing of it was kept.
type DiskFullError struct {
	Dir string
	Err error
}

func (e *DiskFullError) Error() string { return fmt.Sprintf("%s: no space is left: %v", e.Dir, e.Err) }

func (e *DiskFullError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *DiskFullError) Hint() string {
	return "free some space (or quota) and run it again; to see how much there is: df -h " + e.Dir
}

// diskFull gives errors of a full disk their type.
func diskFull(dir string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &DiskFullError{Dir: dir, Err: err}
	}
	return err
}
