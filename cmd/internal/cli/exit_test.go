package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

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

// notPermitted is an error about code that nobody has allowed.
type notPermitted struct{ error }

func (notPermitted) NotAllowed() bool { return true }

func TestExitCodes(t *testing.T) {
	plain := errors.New("a fact")
	for _, tt := range []struct {
		want int
		errs []error
	}{
		{exitOK, []error{nil, &silentExit{0}}},
		{exitFailed, []error{plain, narinfo.ErrInvalid, &daemon.ConnectError{Err: plain}, &daemon.Error{}, &store.PlaceError{Err: plain}, &transfer.StatusError{}}},
		{exitUsage, []error{usagef("a mistake"), &usageError{plain}}},
		{exitBuild, []error{&build.Error{Status: build.PermanentFailure}, &build.Error{Status: build.OutputRejected, Err: plain}, &daemon.BuildError{}}},
		{exitIntegrity, []error{
			&build.Error{Status: build.HashMismatch}, &build.Error{Status: build.MiscFailure, Err: &store.HashError{}},
			&transfer.ChecksumError{}, &transfer.LengthError{}, &tools.ModuleHashError{}, &fetch.MismatchError{},
			&store.HashError{}, &store.AddressError{Err: plain}, &store.ReferenceError{}, &db.CorruptError{Err: plain},
			&nar.FormatError{Err: plain}, &binarycache.NarError{}, &narinfo.UntrustedError{}, &daemon.NarError{},
		}},
		{exitNotAllowed, []error{notPermitted{plain}}},
		{exitInterrupted, []error{context.Canceled, errors.Join(&build.Error{}, context.Canceled)}},
		{42, []error{&silentExit{42}}},
	} {
		for _, err := range tt.errs {
			wrapped := []error{err}
			if err != nil {
				wrapped = append(wrapped, fmt.Errorf("while doing: %w", err), withHint(err, "try again"), errors.Join(plain, err))
			}
			for _, e := range wrapped {
				if got := exitCode(e); got != tt.want {
					t.Errorf("%T (%T): %d, want %d", e, err, got, tt.want)
				}
			}
		}
	}
}
