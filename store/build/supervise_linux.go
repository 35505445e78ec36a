package build

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// supervise starts the helper that becomes the builder of a build that is not
// confined, passes on how it ends, and kills every process that came of it: they
// become this one's children when their own parents end.
func supervise() int {
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 1
	}
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{helperName}, Env: []string{},
		Stdin: os.NewFile(0, "stdin"), Stdout: os.NewFile(1, "stdout"), Stderr: os.NewFile(2, "stderr"),
		ExtraFiles:  []*os.File{os.NewFile(specFD, "spec"), os.NewFile(statusFD, "status")},
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	if err := cmd.Start(); err != nil {
		os.NewFile(statusFD, "status").WriteString(err.Error()) //nolint:errcheck // the exit code says it too
		return 1
	}
	for _, f := range cmd.ExtraFiles {
		f.Close()
	}
	ended := make(chan unix.WaitStatus, 1)
	go func() { ended <- reap(cmd.Process.Pid) }()
	status := unix.WaitStatus(1 << 8)
	select {
	case status = <-ended:
	case <-stopped:
	}
	killDescendants()
	if status.Signaled() {
		signal.Reset()
		unix.Kill(unix.Getpid(), status.Signal()) //nolint:errcheck // ends here,
		time.Sleep(time.Second)                   // if not in this instant
	}
	return status.ExitStatus()
}

// reap waits for pid, and for adopted processes on the way.
func reap(pid int) (status unix.WaitStatus) {
	for {
		got, err := unix.Wait4(-1, &status, 0, nil)
		if got == pid || err == unix.ECHILD {
			return status
		}
	}
}

// killDescendants kills all children, and what become children by that, until
// there are none.
func killDescendants() {
	self := []byte(strconv.Itoa(unix.Getpid()))
	for {
		entries, err := os.ReadDir("/proc")
		if err != nil {
			return
		}
		found := false
		for _, e := range entries {
			pid, err := strconv.Atoi(e.Name())
			if err != nil {
				continue
			}
			stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
			if err != nil {
				continue
			}
			// "pid (name) state parent …": the name may hold anything.
			fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
			if len(fields) > 1 && bytes.Equal(fields[1], self) {
				found = true
				unix.Kill(pid, unix.SIGKILL) //nolint:errcheck // it is gone already
			}
		}
		if !found {
			return
		}
		for {
			if pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
	}
}
