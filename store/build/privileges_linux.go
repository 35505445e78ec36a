package build

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setUser becomes the user of the sandbox and gives up all capabilities, also
// those that a program could bring.
func (c *confinement) setUser(call caller) error {
	// Without privileges outside, groups cannot be left: they mean nothing inside.
	if err := call(unix.SYS_SETGROUPS, 0, 0, 0); err != 0 && err != unix.EPERM {
		return fmt.Errorf("setgroups: %w", err)
	}
	uid, gid := uintptr(c.UID), uintptr(c.GID)
	if err := call(unix.SYS_SETRESGID, gid, gid, gid); err != 0 {
		return fmt.Errorf("setgid: %w", err)
	}
	if err := call(unix.SYS_SETRESUID, uid, uid, uid); err != 0 {
		return fmt.Errorf("setuid: %w", err)
	}
	for capability := uintptr(0); ; capability++ {
		if err := call(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, capability, 0); err == unix.EINVAL {
			break // there is no such capability any more
		} else if err != 0 {
			return fmt.Errorf("dropping capability %d: %w", capability, err)
		}
	}
	// Without permitted ones there are no ambient ones.
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	err := call(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	runtime.KeepAlive(&header)
	runtime.KeepAlive(&none)
	if err != 0 {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	return dieWithParent() // changing the user has undone it
}

// caller makes a system call that changes the rights of threads.
type caller func(trap, a, b, c uintptr) syscall.Errno

// thisThread makes it on the thread that becomes the builder.
func thisThread(trap, a, b, c uintptr) syscall.Errno {
	_, _, err := unix.RawSyscall(trap, a, b, c)
	return err
}

// everyThread makes it on all threads of this program, which matters to
// builtins. A program with C in it cannot.
func everyThread(trap, a, b, c uintptr) syscall.Errno {
	_, _, err := syscall.AllThreadsSyscall(trap, a, b, c)
	if err == unix.ENOTSUP {
		return thisThread(trap, a, b, c)
	}
	return err
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
