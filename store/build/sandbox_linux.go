package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// sandbox is the directory that becomes the root directory of a build, and what
// is mounted into it.
type sandbox struct {
	dir   string   // on disk
	root  *os.Root // of dir: what is made there stays there
	who   account
	mount []mount
}

// newSandbox makes the directories and files that a build sees at dir, which
// must not exist, and places for what is mounted on them: the inputs of the job,
// and buildDir, its working directory.
func (j *job) newSandbox(dir, buildDir string, who account) (_ *confinement, err error) {
	if err := errors.Join(os.Mkdir(dir, 0o755), os.Chmod(dir, 0o755)); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	s := &sandbox{dir: dir, root: root, who: who}
	c := &confinement{Root: dir, Proc: true, Pts: true, Loopback: !j.networked(), UID: sandboxUID, GID: sandboxGID}
	paths, err := j.sandboxPaths()
	if err == nil {
		err = s.fill(j, buildDir)
	}
	if err == nil {
		err = s.addInputs(j)
	}
	if err == nil && !has(paths, "/dev") {
		err = s.addDevices(j.b)
		c.ShmSize = j.b.ShmSize
	}
	for i := 0; i < len(paths) && err == nil; i++ {
		err = s.addPath(paths[i])
	}
	if err == nil && j.networked() {
		err = s.addNetwork(j.b.CAFile)
	}
	c.Pts = c.ShmSize != "" && exists("/dev/pts/ptmx")
	c.Mounts = s.mount
	return c, err
}

// fill makes what every sandbox has.
func (s *sandbox) fill(j *job, buildDir string) error {
	storeDir := strings.TrimPrefix(string(j.b.Store.Dir()), "/")
	inside := strings.TrimPrefix(j.b.BuildDir, "/")
	err := errors.Join(
		s.mkdirs(storeDir), s.mkdirs(inside), s.mkdirs("etc"), s.mkdirs("proc"), s.mkdirs("tmp"),
		os.Chmod(filepath.Join(s.dir, storeDir), 0o775|fs.ModeSticky),
		os.Chmod(filepath.Join(s.dir, "tmp"), 0o777|fs.ModeSticky),
		s.who.own(filepath.Join(s.dir, storeDir)), s.who.own(filepath.Join(s.dir, "tmp")),
		s.write("etc/passwd", fmt.Sprintf("root:x:0:0:Nix build user:%[1]s:/noshell\nnixbld:x:%d:%d:Nix build user:%[1]s:/noshell\nnobody:x:65534:65534:Nobody:/:/noshell\n",
			j.b.BuildDir, sandboxUID, sandboxGID)),
		s.write("etc/group", fmt.Sprintf("root:x:0:\nnixbld:!:%d:\nnogroup:x:65534:\n", sandboxGID)),
	)
	if !j.networked() {
		err = errors.Join(err, s.write("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"))
	}
	for _, dir := range []string{storeDir, "tmp"} {
		s.mount = append(s.mount, mount{From: filepath.Join(s.dir, dir), To: dir})
	}
	s.mount = append(s.mount, mount{From: buildDir, To: inside})
	return err
}

// write makes a file that everybody may read, whatever the umask.
func (s *sandbox) write(name, text string) error {
	if err := s.root.WriteFile(name, []byte(text), 0o644); err != nil {
		return err
	}
	return s.root.Chmod(name, 0o644)
}

// mkdirs makes a directory and those above it, where everybody may look.
func (s *sandbox) mkdirs(name string) error {
	if name == "." {
		return nil
	}
	err := s.root.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.mkdirs(path.Dir(name)); err == nil {
			err = s.root.Mkdir(name, 0o755)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.root.Chmod(name, 0o755)
}

// addInputs shows the closure of the job's inputs, but for what it makes itself.
func (s *sandbox) addInputs(j *job) error {
	for p := range j.inputs {
		if j.makes(p) {
			continue
		}
		if err := s.addInput(j.b.Store.Real(p), j.b.Store.Dir().Join(p)); err != nil {
			return err
		}
	}
	return nil
}

// addInput is show for what nobody else puts anything around: there are many.
func (s *sandbox) addInput(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	place := filepath.Join(s.dir, to)
	switch {
	case info.IsDir():
		err = os.Mkdir(place, 0o755)
	case info.Mode().IsRegular():
		err = makeEmpty(place)
	default:
		return s.show(from, to, true)
	}
	s.mount = append(s.mount, mount{From: from, To: to[1:], ReadOnly: true})
	return err
}

// makeEmpty makes a file for something to be mounted on.
func makeEmpty(name string) error {
	fd, err := unix.Open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return &os.PathError{Op: "create", Path: name, Err: err}
	}
	return unix.Close(fd)
}

// addDevices makes a /dev with the devices that harm nobody.
func (s *sandbox) addDevices(b *Builder) error {
	names := []string{"full", "null", "random", "tty", "urandom", "zero"}
	if slices.Contains(b.Features, "kvm") && exists("/dev/kvm") {
		names = append(names, "kvm")
	}
	err := errors.Join(s.mkdirs("dev/shm"), s.mkdirs("dev/pts"))
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "ptmx": "/dev/pts/ptmx",
	} {
		err = errors.Join(err, s.root.Symlink(target, "dev/"+name))
	}
	for _, name := range names {
		// Read-only mounts of devices can be written to, but not changed.
		err = errors.Join(err, s.show("/dev/"+name, "/dev/"+name, true))
	}
	return err
}

// addNetwork shows how this machine finds others by name.
func (s *sandbox) addNetwork(caFile string) error {
	err := s.write("etc/nsswitch.conf", "hosts: files dns\nservices: files\n")
	files := map[string]string{"/etc/resolv.conf": "/etc/resolv.conf", "/etc/services": "/etc/services", "/etc/hosts": "/etc/hosts"}
	if caFile != "" {
		files["/etc/ssl/certs/ca-certificates.crt"] = caFile
	}
	for to, from := range files {
		real, rerr := filepath.EvalSymlinks(from)
		if errors.Is(rerr, fs.ErrNotExist) || exists(filepath.Join(s.dir, to)) {
			continue
		}
		err = errors.Join(err, rerr, s.show(real, to, true))
	}
	return err
}

// show mounts the file or directory from at to, or makes the same link there.
func (s *sandbox) show(from, to string, readOnly bool) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	to = strings.TrimPrefix(path.Clean(to), "/")
	if err := s.mkdirs(path.Dir(to)); err != nil {
		return placeError(to, err)
	}
	switch info.Mode().Type() {
	case fs.ModeDir:
		if err := s.mkdirs(to); err != nil {
			return placeError(to, err)
		}
	case fs.ModeSymlink:
		target, err := os.Readlink(from)
		if err == nil {
			err = s.root.Symlink(target, to)
		}
		if err != nil {
			return placeError(to, err)
		}
		times := []unix.Timespec{{Sec: 1}, {Sec: 1}}
		return unix.UtimesNanoAt(unix.AT_FDCWD, filepath.Join(s.dir, to), times, unix.AT_SYMLINK_NOFOLLOW)
	default:
		if err := s.write(to, ""); err != nil {
			return placeError(to, err)
		}
	}
	s.mount = append(s.mount, mount{From: from, To: to, ReadOnly: readOnly})
	return nil
}

func placeError(to string, err error) error {
	return fmt.Errorf("the sandbox has no place for /%s: %w", to, err)
}

// sandboxPath is a word of the setting sandbox-paths.
type sandboxPath struct {
	from, to string
	optional bool // may be missing
}

// sandboxPaths returns the configured paths, and the closures of those of them
// that are in the store.
func (j *job) sandboxPaths() (list []sandboxPath, err error) {
	dir := j.b.Store.Dir()
	inStore := closure{}
	for _, word := range j.b.SandboxPaths {
		p := sandboxPath{}
		word, p.optional = strings.CutSuffix(word, "?")
		to, from, renamed := strings.Cut(word, "=")
		if !renamed {
			from = to
		}
		p.from, p.to = path.Clean(from), path.Clean(to)
		if !path.IsAbs(p.from) || !path.IsAbs(p.to) || p.to == "/" {
			return nil, fmt.Errorf("sandbox-paths: %q is neither an absolute path nor two with = between them", word)
		}
		if p.to == "/proc" {
			continue // it is there in any case
		}
		if object, rest, err := dir.ParseInside(p.from); err == nil {
			if err := j.b.known.closure(j.ctx, inStore, object); err != nil {
				return nil, fmt.Errorf("sandbox-paths: %s: %w", p.from, err)
			}
			if p.from = j.b.Store.Real(object) + rest; p.to == dir.Join(object) {
				continue
			}
		}
		list = append(list, p)
	}
	for _, p := range inStore.sorted() {
		if _, isInput := j.inputs[p]; !isInput && !j.makes(p) {
			list = append(list, sandboxPath{from: j.b.Store.Real(p), to: dir.Join(p)})
		}
	}
	return list, nil
}

// addPath shows a configured path. Files are nobody's to write, and directories
// only if everybody may write there or the builder is who runs this program.
func (s *sandbox) addPath(p sandboxPath) error {
	info, err := os.Stat(p.from)
	if p.optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sandbox-paths: %w", err)
	}
	from, err := filepath.EvalSymlinks(p.from)
	if err != nil {
		return fmt.Errorf("sandbox-paths: %w", err)
	}
	writable := info.IsDir() && (!s.who.other && os.Geteuid() != 0 || info.Mode().Perm()&0o002 != 0) || info.Mode().Type()&fs.ModeDevice != 0
	return s.show(from, p.to, !writable)
}

func has(paths []sandboxPath, to string) bool {
	for _, p := range paths {
		if p.to == to {
			return true
		}
	}
	return false
}
