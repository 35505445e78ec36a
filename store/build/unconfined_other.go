//go:build !linux

package build

import (
	"errors"
	"os/exec"
	"syscall"
)

// Here are no namespaces: builds see the whole machine.

// account is who a builder is.
type account struct{}

func (account) own(string) error { return nil }
func (account) release()         {}

func (b *Builder) account() (account, error) { return account{}, nil }

func (j *job) newSandbox(string, string, account) (*confinement, error) {
	e := j.fail(MiscFailure, "there are no sandboxes on this system")
	e.Next = "Build without: --option sandbox false"
	if j.b.Store.Real(j.path) != j.b.Store.Dir().Join(j.path) {
		e.Next = "Have it built on Linux, or use a store that really is at " + string(j.b.Store.Dir()) + " and --option sandbox false."
	}
	return nil, e
}

// command returns the helper's process, not started yet.
func (b *Builder) command(shape, account) *exec.Cmd {
	return &exec.Cmd{Path: b.Helper, Args: []string{helperName}, Env: []string{}, Dir: "/", SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
}

// stop ends a helper and all of its session that did not leave its group.
func (h *helper) stop() {
	syscall.Kill(-h.process.Pid, syscall.SIGKILL) //nolint:errcheck // it is gone already
}

// supervise is for systems that can tell what came of a process.
func supervise() int { return 1 }

// settle goes to where the builder is to run.
func (s *spec) settle() error {
	if s.Confine != nil {
		return errors.New("there are no sandboxes on this system")
	}
	return nil
}

func (j *job) explainStart(err error) error {
	if e, ok := errors.AsType[*setupError](err); ok {
		return j.fail(PermanentFailure, "%s", e.text)
	}
	return err
}

func nearlyFull(string) bool { return false }
