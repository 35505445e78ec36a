package build

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// helperName is the first argument of a helper process.
const helperName = "devenv-builder"

// superviseArg has a helper start another one, which becomes the builder, and
// kill all that it leaves behind.
const superviseArg = "supervise"

// The helper's descriptors beside the standard ones.
const (
	specFD   = 3 // it reads its spec here
	statusFD = 4 // it writes an error here, or closes it when it becomes the builder
)

// Child becomes the builder if this process is a helper that a [Builder] started:
// args are the process's own, with its name. In any other process it does nothing
// and returns false. Call it first in main, and end with the code that it returns.
func Child(args []string) (code int, ours bool) {
	if len(args) == 0 || args[0] != helperName {
		return 0, false
	}
	if len(args) > 1 && args[1] == superviseArg {
		return supervise(), true
	}
	// What follows changes this thread only, and this thread becomes the builder.
	runtime.LockOSThread()
	status := os.NewFile(statusFD, "status")
	closeOnExec()
	s, err := readSpec(os.NewFile(specFD, "spec"))
	if err == nil {
		unix.Close(specFD)
		err = s.become()
	}
	if err != nil {
		fmt.Fprint(status, err)
		return 1, true
	}
	// Not another program, then, but a builtin.
	status.Close()
	if err := s.Builtin.run(); err != nil {
		fmt.Fprintln(os.NewFile(2, "log"), err)
		return 1, true
	}
	return 0, true
}

// closeOnExec has the builder inherit the three standard descriptors only, and not
// what those that started this program left open.
func closeOnExec() {
	const all = 1 << 12 // where there is no list of them
	open := make([]int, 0, all)
	if entries, err := os.ReadDir("/dev/fd"); err == nil {
		for _, e := range entries {
			if fd, err := strconv.Atoi(e.Name()); err == nil {
				open = append(open, fd)
			}
		}
	} else {
		for fd := range all {
			open = append(open, fd)
		}
	}
	for _, fd := range open {
		if fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}

// become turns this process into the builder. It returns only if that fails, or
// with a nil error if the builder is a builtin.
func (s *spec) become() error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := os.Chdir(s.Dir); err != nil {
		return err
	}
	unix.Umask(0o022)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 0, Max: unix.RLIM_INFINITY}); err != nil && !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("setrlimit: %w", err)
	}
	if s.Builtin != nil {
		return nil
	}
	err := syscall.Exec(s.Program, s.Args, s.Env)
	return fmt.Errorf("executing '%s': %w", s.Program, err)
}
