package namespace

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// forbidden reports whether an error is one of those with which the kernel
// refuses namespaces.
func forbidden(err error) bool {
	for _, e := range []error{unix.EPERM, unix.EACCES, unix.ENOSPC, unix.EUSERS, unix.EINVAL, unix.ENOSYS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// ban returns which setting of this machine forbids user namespaces, and
// what changes it.
func ban() (reason, remedy string) {
	for _, s := range []struct{ file, bad, name string }{
		{"/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces"},
		{"/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone"},
		{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns"},
	} {
		text, err := os.ReadFile(s.file)
		if err != nil || strings.TrimSpace(string(text)) != s.bad {
			continue
		}
		good := map[string]string{"0": "1", "1": "0"}[s.bad]
		if s.name == "user.max_user_namespaces" {
			good = "15000"
		}
		return fmt.Sprintf("%s is %s", s.name, s.bad), fmt.Sprintf("An administrator can change that: `sysctl -w %s=%s`.", s.name, good)
	}
	if status, err := os.ReadFile("/proc/self/status"); err == nil && strings.Contains(string(status), "\nSeccomp:\t2") {
		return "a system call filter, as containers have it, forbids user namespaces",
			"Start the container with a filter that allows them (`docker run --security-opt seccomp=unconfined`, or `--privileged`)."
	}
	if _, err := os.Stat("/proc/self/ns/user"); err != nil {
		return "its kernel has no user namespaces", "A kernel with CONFIG_USER_NS has them."
	}
	return "its kernel refuses user namespaces", "See `sysctl -a | grep -e userns -e user_namespaces`, and the security module's log."
}
