package cli

import (
	"context"
	"errors"
	"fmt"

	"devenv/resolver/fetch"
	"devenv/resolver/tools"
	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/build"
	"devenv/store/daemon"
	"devenv/store/db"
	"devenv/store/nar"
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

// notThePinned says that bytes are not those that a lock, a publisher's checksum,
// a trusted signature or a store's own records speak of.
func notThePinned(err error) bool {
	if failed, ok := errors.AsType[*build.Error](err); ok && failed.Status == build.HashMismatch {
		return true
	}
	return isA[*transfer.ChecksumError](err) || isA[*transfer.LengthError](err) || isA[*tools.ModuleHashError](err) || isA[*fetch.MismatchError](err) ||
		isA[*store.HashError](err) || isA[*store.AddressError](err) || isA[*store.ReferenceError](err) || isA[*db.CorruptError](err) ||
		isA[*nar.FormatError](err) || isA[*binarycache.NarError](err) || isA[*narinfo.UntrustedError](err) || isA[*daemon.NarError](err)
}

// isA reports whether there is an E among what err wraps.
func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// notAllowed is implemented by errors about code that the user has not
// permitted.
type notAllowed interface{ NotAllowed() bool }

// exitCode is the one place where an error becomes a number.
func exitCode(err error) int {
	var silent *silentExit
	var refused notAllowed
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &silent):
		return silent.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case isA[*usageError](err):
		return exitUsage
	case notThePinned(err): // also when an evaluation fetched it
		return exitIntegrity
	case isA[*nixError](err):
		return exitEvaluation
	case isA[*build.Error](err), isA[*daemon.BuildError](err):
		return exitBuild
	case errors.As(err, &refused) && refused.NotAllowed():
		return exitNotAllowed
	}
	return exitFailed
}
