package build

import (
	"errors"
	"strings"
	"syscall"

	"devenv/store/namespace"
	"golang.org/x/sys/unix"
)

// explainStart says why a builder could not be started: above all which setting
// of this machine forbids sandboxes.
func (j *job) explainStart(err error) error {
	if e, ok := errors.AsType[*setupError](err); ok {
		if strings.HasPrefix(e.text, "executing '") {
			return j.fail(PermanentFailure, "%s", e.text)
		}
		if e.refused() { // namespaces without rights in them, as AppArmor gives
			err = namespace.Explain(e)
		} else {
			return j.explainSetup(e)
		}
	}
	if e, ok := errors.AsType[*namespace.ForbiddenError](err); ok {
		failure := j.fail(MiscFailure, "there can be no sandbox")
		failure.Err = e
		failure.Next = e.Remedy
		if j.b.Store.Real(j.path) == j.b.Store.Dir().Join(j.path) {
			failure.Next += "\nOr build without: --option sandbox false"
		}
		return failure
	}
	return err
}

// explainSetup says why the sandbox could not be made.
func (j *job) explainSetup(e *setupError) error {
	failure := j.fail(MiscFailure, "its sandbox cannot be made: %s", e.text)
	if strings.HasPrefix(e.text, "mounting /proc") {
		failure.Next = "This looks like a container that hides parts of /proc: start it with all of it (`docker run --security-opt systempaths=unconfined`)."
	}
	return failure
}

// refused reports whether the kernel gave a helper namespaces, but no rights in
// them: then the first thing that needs some fails.
func (e *setupError) refused() bool {
	first := strings.HasPrefix(e.text, "loopback") || strings.HasPrefix(e.text, "sethostname") || strings.HasPrefix(e.text, "mounting /: ")
	return first && e.Is(unix.EPERM)
}

// Is reports whether e is the kernel's error target.
func (e *setupError) Is(target error) bool {
	errno, ok := target.(syscall.Errno)
	return ok && strings.HasSuffix(e.text, errno.Error())
}
