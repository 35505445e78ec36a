package build

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setUser becomes the user of the sandbox and gives up all capabilities, also
// those that a program could bring. What it calls changes the calling thread
// only.
func (c *confinement) setUser() error {
	// Without privileges outside, groups cannot be left: they mean nothing inside.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0); errno != 0 && errno != unix.EPERM {
		return fmt.Errorf("setgroups: %w", errno)
	}
	uid, gid := uintptr(c.UID), uintptr(c.GID)
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, gid, gid, gid); errno != 0 {
		return fmt.Errorf("setgid: %w", errno)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uid, uid, uid); errno != 0 {
		return fmt.Errorf("setuid: %w", errno)
	}
	for capability := uintptr(0); ; capability++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err == unix.EINVAL {
			break // there is no such capability any more
		} else if err != nil {
			return fmt.Errorf("dropping capability %d: %w", capability, err)
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("dropping ambient capabilities: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	return dieWithParent() // changing the user has undone it
}

// scopeSockets keeps the build from abstract Unix sockets outside of it, which
// builds that have the machine's network could reach. Kernels before 6.12 cannot.
func scopeSockets() {
	const (
		version             = 1 // a flag
		firstWithScopes     = 6
		scopeAbstractSocket = 1
	)
	abi, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, version)
	if errno != 0 || abi < firstWithScopes {
		return
	}
	rules := struct{ files, network, scoped uint64 }{scoped: scopeAbstractSocket}
	fd, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules), 0)
	if errno != 0 {
		return
	}
	unix.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0) //nolint:errcheck // more than other systems have
	unix.Close(int(fd))
}
