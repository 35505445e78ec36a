package build

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// capabilities are those that a helper needs in its user namespace.
var capabilities = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SYS_CHROOT, unix.CAP_NET_ADMIN, unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_SETPCAP}

// command returns a helper's process, not started yet. Who is the builder outside.
func (b *Builder) command(s shape, who account) *exec.Cmd {
	cmd := &exec.Cmd{
		Path:        b.Helper,
		Args:        []string{helperName},
		Env:         []string{}, // the builder's own comes with the spec
		Dir:         "/",
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL},
	}
	if !s.confined {
		cmd.Args = append(cmd.Args, superviseArg)
		cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM // its last chance to kill the others
		return cmd
	}
	attr := cmd.SysProcAttr
	attr.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
	if s.loopback {
		attr.Cloneflags |= unix.CLONE_NEWNET
	}
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: sandboxUID, HostID: who.uid, Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: sandboxGID, HostID: who.gid, Size: 1}}
	attr.GidMappingsEnableSetgroups = who.other
	attr.AmbientCaps = capabilities
	return cmd
}

// stop ends a helper and all that came of it.
func (h *helper) stop() {
	if h.confined {
		h.process.Kill() //nolint:errcheck // it is gone already
	} else {
		h.process.Signal(syscall.SIGTERM) //nolint:errcheck // it is gone already
	}
}
