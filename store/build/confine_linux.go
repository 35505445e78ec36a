package build

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// dieWithParent has the kernel kill this process when the thread that started it
// ends.
func dieWithParent() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("prctl: %w", err)
	}
	// It may have ended before that: then nobody reads the status any more.
	poll := []unix.PollFd{{Fd: statusFD}}
	if _, err := unix.Poll(poll, 0); err == nil && poll[0].Revents&unix.POLLERR != 0 {
		return errors.New("the parent is gone")
	}
	return nil
}

// settle goes to where the builder is to run, with no more rights than it is to
// have.
func (s *spec) settle() error {
	if err := dieWithParent(); err != nil {
		return err
	}
	// Whoever started this program may have blocked signals: no builder is to
	// depend on that.
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &unix.Sigset_t{}, nil); err != nil {
		return fmt.Errorf("sigprocmask: %w", err)
	}
	if s.Confine != nil {
		if err := s.Confine.enter(); err != nil {
			return err
		}
	}
	return s.restrict()
}

// restrict gives up what a builder must not have.
func (s *spec) restrict() error {
	if s.NoPrivs {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("prctl: no new privileges: %w", err)
		}
	}
	if s.Filter {
		if err := filterSystemCalls(); err != nil {
			return err
		}
	}
	scopeSockets()
	setPersonality(s.System)
	if s.Confine == nil {
		return nil
	}
	if s.Builtin != nil {
		return s.Confine.setUser(everyThread)
	}
	return s.Confine.setUser(thisThread)
}

// enter makes the world of the build and goes there.
func (c *confinement) enter() error {
	if c.Loopback {
		if err := raiseLoopback(); err != nil {
			return err
		}
	}
	if err := errors.Join(unix.Sethostname([]byte("localhost")), unix.Setdomainname([]byte("(none)"))); err != nil {
		return fmt.Errorf("sethostname: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return mountError("/", err)
	}
	if err := c.mountAll(); err != nil {
		return err
	}
	return pivot(c.Root)
}

func (c *confinement) mountAll() error {
	// The root directory must be a mount of its own.
	if err := bind(c.Root, c.Root, false); err != nil {
		return err
	}
	for _, m := range c.Mounts {
		if err := bind(m.From, filepath.Join(c.Root, m.To), m.ReadOnly); err != nil {
			return err
		}
	}
	if c.Proc {
		if err := unix.Mount("none", filepath.Join(c.Root, "proc"), "proc", 0, ""); err != nil {
			return mountError("/proc", err)
		}
	}
	if c.ShmSize != "" {
		if err := unix.Mount("none", filepath.Join(c.Root, "dev/shm"), "tmpfs", 0, "size="+c.ShmSize); err != nil {
			return mountError("/dev/shm", err)
		}
	}
	if c.Pts {
		if err := unix.Mount("none", filepath.Join(c.Root, "dev/pts"), "devpts", 0, "newinstance,mode=0620,ptmxmode=0666"); err != nil {
			return mountError("/dev/pts", err)
		}
	}
	// What is mounted on it stays writable. Earlier, it would not be.
	return readOnly(c.Root)
}

// bind shows the file or directory from at to as well.
func bind(from, to string, fixed bool) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return mountError(from, err)
	}
	if fixed {
		return readOnly(to)
	}
	return nil
}

// readOnly has nobody write through the mount at path.
func readOnly(path string) error {
	err := unix.MountSetattr(unix.AT_FDCWD, path, 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
	if err == unix.ENOSYS { // before Linux 5.12
		err = remountReadOnly(path)
	}
	if err != nil {
		return mountError(path, err)
	}
	return nil
}

func remountReadOnly(path string) error {
	// Flags that the mount has cannot be taken away from it here.
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return err
	}
	flags := uintptr(unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY)
	for is, flag := range map[int64]uintptr{unix.ST_NOSUID: unix.MS_NOSUID, unix.ST_NODEV: unix.MS_NODEV, unix.ST_NOEXEC: unix.MS_NOEXEC} {
		if st.Flags&is != 0 {
			flags |= flag
		}
	}
	return unix.Mount("", path, "", flags, "")
}

func mountError(what string, err error) error { return fmt.Errorf("mounting %s: %w", what, err) }

// pivot makes root, which is a mount, the root directory and forgets the old one.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return mountError("/", err)
	}
	return os.Chdir("/")
}

// raiseLoopback makes 127.0.0.1 work in a new network.
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	req.SetUint16(unix.IFF_UP | unix.IFF_LOOPBACK | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req); err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	return nil
}

// setPersonality has a 64-bit kernel say that it is a 32-bit one to builds for
// such machines, and has no build see addresses that differ from run to run.
func setPersonality(system string) {
	const (
		linux32         = 0x0008
		addrNoRandomize = 0x0040000
	)
	persona := uintptr(addrNoRandomize)
	switch system {
	case "i686-linux", "armv7l-linux", "armv6l-linux", "armv5tel-linux":
		persona |= linux32
	}
	unix.RawSyscall(unix.SYS_PERSONALITY, persona, 0, 0) //nolint:errcheck // a courtesy
}
