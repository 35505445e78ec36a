package namespace

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes are those of a helper: namespaces of its own, with the user and the
// group that it has outside. Root needs no other users.
func attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
		attr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN}
	}
	return attr
}

// Child becomes a program if this process is a helper that [Start] started: args
// are the process's own, with its name. In any other process it does nothing and
// returns false. Call it first in main, and end with the code that it returns.
func Child(args []string) (code int, ours bool) {
	if len(args) == 0 || args[0] != helperName {
		return 0, false
	}
	runtime.LockOSThread() // what follows changes this thread only
	unix.CloseOnExec(specFD)
	unix.CloseOnExec(statusFD)
	var s spec
	err := gob.NewDecoder(os.NewFile(specFD, "spec")).Decode(&s)
	if err == nil {
		err = s.become()
	}
	fmt.Fprint(os.NewFile(statusFD, "status"), err)
	return 1, true
}

// become turns this process into the program. It returns only if that fails.
func (s *spec) become() error {
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mounting /: %w", err)
	}
	if err := s.place(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	if err := os.Chdir(s.Dir); err != nil {
		return err
	}
	return fmt.Errorf("executing '%s': %w", s.Path, syscall.Exec(s.Path, s.Args, s.Env))
}

// place shows the directory from at to. Where that does not exist and cannot be
// made, the root directory becomes one with the same things in it, and to.
func (s *spec) place() error {
	err := os.MkdirAll(s.To, 0o755)
	if err == nil {
		return bind(s.From, s.To)
	}
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.EROFS) {
		return err
	}
	return s.replaceRoot()
}

// replaceRoot makes a root directory that has all of the old one, and to. It is
// in memory, and until it is the root it is mounted over a directory of the old
// one, whose contents are reached by a descriptor meanwhile.
func (s *spec) replaceRoot() error {
	from, err := handle(s.From) // its name may be hidden soon
	if err != nil {
		return err
	}
	names, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	cover := "/" + someDirectory(names)
	covered, err := handle(cover)
	if err != nil {
		return err
	}
	if err := unix.Mount("none", cover, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mounting a root directory: %w", err)
	}
	// Or it would be in itself.
	if err := unix.Mount("", cover, "", unix.MS_UNBINDABLE, ""); err != nil {
		return fmt.Errorf("mounting a root directory: %w", err)
	}
	for _, e := range names {
		old := "/" + e.Name()
		if old == cover {
			old = covered
		}
		if err := show(e, old, filepath.Join(cover, e.Name())); err != nil {
			return err
		}
	}
	to := filepath.Join(cover, s.To)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if err := bind(from, to); err != nil {
		return err
	}
	return pivot(cover)
}

// handle returns a path to the directory at path that stays when something is
// mounted over it.
func handle(path string) (string, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", &os.PathError{Op: "open", Path: path, Err: err}
	}
	return fmt.Sprintf("/proc/self/fd/%d", fd), nil
}

// someDirectory returns the name of a directory that is not /proc.
func someDirectory(entries []fs.DirEntry) string {
	for _, e := range entries {
		if e.IsDir() && e.Name() != "proc" {
			return e.Name()
		}
	}
	return "proc"
}

// show makes what is at old, of which e is the entry, visible at name.
func show(e fs.DirEntry, old, name string) error {
	switch e.Type() {
	case fs.ModeSymlink:
		target, err := os.Readlink(old)
		if err != nil {
			return err
		}
		return os.Symlink(target, name)
	case fs.ModeDir:
		if err := os.Mkdir(name, 0o755); err != nil {
			return err
		}
	default:
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			return err
		}
	}
	return bind(old, name)
}

// pivot makes root, which is a mount, the root directory and forgets the old one.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmounting the old root directory: %w", err)
	}
	return os.Chdir("/")
}

// bind shows the file or directory from at to as well.
func bind(from, to string) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mounting %s at %s: %w", from, to, err)
	}
	return nil
}
