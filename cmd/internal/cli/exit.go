package cli

import (
	"context"
	"errors"
	"fmt"

	"devenv/resolver/tools"
	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/build"
	"devenv/store/narinfo"
	"devenv/transfer"
)

// Exit codes, the same for all commands. `exec` and `develop -c` pass the
// child's instead.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitEvaluation  = 3
	exitBuild       = 4
	exitIntegrity   = 5
	exitNotAllowed  = 6
	exitInterrupted = 130
)

// usageError is a mistake on the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// silentExit ends the process with a code and without a message: everything
// has been said, or a child has said it.
type silentExit struct{ code int }

func (e *silentExit) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// notThePinned says that bytes are not those that a lock, a publisher's checksum
// or a trusted signature speaks of.
func notThePinned(err error) bool {
	var download *transfer.ChecksumError
	var length *transfer.LengthError
	var module *tools.ModuleHashError
	var tree *store.HashError
	var archive *binarycache.NarError
	var unsigned *narinfo.UntrustedError
	var fixed *build.Error
	if errors.As(err, &fixed) && fixed.Status == build.HashMismatch {
		return true
	}
	return errors.As(err, &archive) || errors.As(err, &unsigned) || errors.As(err, &download) || errors.As(err, &length) || errors.As(err, &module) || errors.As(err, &tree)
}

// notAllowed is implemented by errors about code that the user has not
// permitted.
type notAllowed interface{ NotAllowed() bool }

// exitCode is the one place where an error becomes a number.
func exitCode(err error) int {
	var usage *usageError
	var silent *silentExit
	var refused notAllowed
	var program *nixError
	var failed *build.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &silent):
		return silent.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &program):
		return exitEvaluation
	case notThePinned(err):
		return exitIntegrity
	case errors.As(err, &failed):
		return exitBuild
	case errors.As(err, &refused) && refused.NotAllowed():
		return exitNotAllowed
	}
	return exitFailed
}
