package build

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// capabilities are those that a helper needs in its user namespace.
var capabilities = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SYS_CHROOT, unix.CAP_NET_ADMIN, unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_SETPCAP}

// command returns the helper's process, not started yet. Who is the builder
// outside.
func (b *Builder) command(s *spec, who account) *exec.Cmd {
	cmd := &exec.Cmd{
		Path:        b.Helper,
		Args:        []string{helperName},
		Env:         []string{}, // the builder's own comes with the spec
		Dir:         "/",
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL},
	}
	c := s.Confine
	if c == nil {
		cmd.Args = append(cmd.Args, superviseArg)
		cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM // its last chance to kill the others
		return cmd
	}
	attr := cmd.SysProcAttr
	attr.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
	if c.Loopback {
		attr.Cloneflags |= unix.CLONE_NEWNET
	}
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: c.UID, HostID: who.uid, Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: c.GID, HostID: who.gid, Size: 1}}
	attr.GidMappingsEnableSetgroups = who.other
	attr.AmbientCaps = capabilities
	return cmd
}

// stop ends a helper and all that came of it.
func stop(p *os.Process, s *spec) {
	if s.Confine == nil {
		p.Signal(syscall.SIGTERM) //nolint:errcheck // it is gone already
		return
	}
	p.Kill() //nolint:errcheck // it is gone already
}
