package flakeref

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// An FS is the files that paths are looked up in. Names are absolute.
type FS interface {
	// Lstat does not follow a link at name.
	Lstat(name string) (fs.FileInfo, error)
	// Resolve returns name without symbolic links in it.
	Resolve(name string) (string, error)
}

// OS is the file system of this machine.
type OS struct{}

// Lstat implements [FS].
func (OS) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(name) }

// Resolve implements [FS].
func (OS) Resolve(name string) (string, error) { return filepath.EvalSymlinks(name) }

// find makes a path the URL of what it lies in: the Git repository, if there is
// one above it, else the directory itself. A directory without flake.nix stands
// for the nearest one above it that has one, within the same repository and the
// same file system.
func find(file string, u location, o Options) (location, error) {
	if !path.IsAbs(file) {
		file = path.Join(o.Base, file)
	}
	dir, err := o.FS.Resolve(path.Clean(file))
	if err != nil {
		return u, missing(file, err)
	}
	if o.File {
		u.path = strings.Split(dir, "/")
		return u, nil
	}
	if dir, err = flakeDir(dir, o); err != nil {
		return u, err
	}
	return inRepository(dir, u, o)
}

func missing(file string, err error) error {
	if os.IsNotExist(err) {
		return refError(file, "there is no such directory").next("check the path, or give a URL such as github:owner/repo")
	}
	return err
}

// flakeDir is the directory with the flake.nix that dir stands for.
func flakeDir(dir string, o Options) (string, error) {
	info, err := o.FS.Lstat(dir)
	if err != nil {
		return "", missing(dir, err)
	}
	if !info.IsDir() {
		if path.Base(dir) != "flake.nix" {
			return "", refError(dir, "it is no directory, so it is no flake").next("give the directory that holds the flake.nix")
		}
		o.notice("%s is the file; the flake is its directory, %s", dir, path.Dir(dir))
		dir = path.Dir(dir)
		if info, err = o.FS.Lstat(dir); err != nil {
			return "", missing(dir, err)
		}
	}
	if o.AllowMissing || o.exists(dir, "flake.nix") {
		return dir, nil
	}
	o.notice("%s has no flake.nix; looking above it", dir)
	return searchUp(dir, device(info), o)
}

func searchUp(start string, device uint64, o Options) (string, error) {
	const next = "make one: devenv flake init, or give the path of another directory"
	for dir := start; path.Dir(dir) != dir; dir = path.Dir(dir) {
		if o.exists(dir, "flake.nix") {
			return dir, nil
		}
		if o.exists(dir, ".git") {
			return "", refError(start, "neither it nor a directory above it in the repository %s has a flake.nix", dir).next(next)
		}
		if info, err := o.FS.Lstat(dir); err != nil {
			return "", err
		} else if !sameDevice(device, info) {
			return "", refError(start, "there is no flake.nix up to %s, where another file system begins", dir).next(next)
		}
	}
	return "", refError(start, "neither it nor a directory above it has a flake.nix").next(next)
}

// inRepository is the URL of dir: as a directory of the Git repository above
// it, or as a path.
func inRepository(dir string, u location, o Options) (location, error) {
	u.authority = &authority{}
	below := ""
	for root := dir; path.Dir(root) != root; root = path.Dir(root) {
		if !o.exists(root, ".git") {
			below = path.Join(path.Base(root), below)
			continue
		}
		u.scheme, u.path = "git+file", strings.Split(root, "/")
		if below != "" {
			if given, ok := u.query["dir"]; ok {
				return u, refError(dir, "dir=%s is given, but the path itself is the directory %s of the repository %s", given, below, root).next("give the one or the other")
			}
			u.query["dir"] = below
		}
		if o.exists(root, ".git/shallow") {
			u.query["shallow"] = "1"
		}
		return u, nil
	}
	u.path = strings.Split(dir, "/")
	return u, nil
}

func (o *Options) exists(dir, name string) bool {
	_, err := o.FS.Lstat(path.Join(dir, name))
	return err == nil
}

func (o *Options) notice(format string, args ...any) {
	if o.Notice != nil {
		o.Notice(fmt.Sprintf(format, args...))
	}
}

// device is the file system that a file lies in; 0 where that is not known.
func device(info fs.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Dev) //nolint:unconvert // an int32 on macOS
	}
	return 0
}

func sameDevice(first uint64, info fs.FileInfo) bool { return device(info) == first }
