package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// Optimised is what making equal files one has given back.
type Optimised struct {
	Files int64 // that became links to another
	Bytes int64 // that they had
}

// Optimise makes equal files of valid paths hard links to one file, which has a
// name in ROOT/nix/store/.links: the SHA-256 of its NAR, as Nix names it. Files
// that are links to such a one already are not read. Where the file system allows
// no more links to one file, the rest stays as it is.
func (s *Store) Optimise(ctx context.Context) (Optimised, error) {
	done, err := s.optimise(ctx)
	return done, s.explain(err)
}

func (s *Store) optimise(ctx context.Context) (Optimised, error) {
	all, err := s.List(ctx)
	if err != nil || len(all) == 0 {
		return Optimised{}, err
	}
	o, err := s.newOptimiser(ctx)
	if err != nil {
		return Optimised{}, err
	}
	defer o.temp.remove()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, info := range all {
		g.Go(func() error {
			if _, err := s.Hold(ctx, info.Path); errors.Is(err, ErrInvalid) {
				return nil // deleted meanwhile
			} else if err != nil {
				return err
			}
			return o.tree(ctx, s.Real(info.Path))
		})
	}
	err = g.Wait()
	return o.done, err
}

// optimiser makes equal files one.
type optimiser struct {
	links string   // the directory .links
	temp  *tempDir // where links are made before they take a file's place

	mu     sync.Mutex
	next   int             // makes names in temp
	inodes map[uint64]bool // of the files in links
	done   Optimised
}

func (s *Store) newOptimiser(ctx context.Context) (*optimiser, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	o := &optimiser{links: filepath.Join(s.trees(), ".links"), inodes: map[uint64]bool{}}
	if err := os.Mkdir(o.links, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	entries, err := os.ReadDir(o.links)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		var st unix.Stat_t
		if unix.Lstat(filepath.Join(o.links, e.Name()), &st) == nil {
			o.inodes[st.Ino] = true
		}
	}
	o.temp, err = s.newTemp()
	return o, err
}

// tree makes links of the files in the tree at root.
func (o *optimiser) tree(ctx context.Context, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return &os.PathError{Op: "lstat", Path: path, Err: err}
		}
		writable := kind(st) == unix.S_IFREG && st.Mode&0o200 != 0 // somebody changes it
		if writable || kind(st) == unix.S_IFLNK && !linksLinks || o.isLinked(st.Ino) {
			return nil
		}
		return o.file(ctx, path, st)
	})
}

func (o *optimiser) isLinked(inode uint64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.inodes[inode]
}

// linksLinks says whether the system has hard links to symbolic links.
const linksLinks = runtime.GOOS == "linux"

// file makes the file at path the one of .links that is equal, or the other way
// round if there is none yet.
func (o *optimiser) file(ctx context.Context, path string, st unix.Stat_t) error {
	hash, _, err := hashTree(ctx, path)
	if err != nil {
		return err
	}
	link := filepath.Join(o.links, hash.Nix32())
	for range 3 { // another process may make or remove it meanwhile
		var have unix.Stat_t
		err := unix.Lstat(link, &have)
		switch {
		case errors.Is(err, unix.ENOENT):
			err = os.Link(path, link)
			if errors.Is(err, fs.ErrExist) {
				continue
			}
			if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EMLINK) { // ext4 says so of a full directory
				return nil
			}
			if err == nil {
				o.know(st.Ino)
			}
			return err
		case err != nil:
			return &os.PathError{Op: "lstat", Path: link, Err: err}
		case have.Ino == st.Ino:
			o.know(st.Ino)
			return nil
		case have.Size != st.Size || kind(have) != kind(st): // damaged
			if err := os.Remove(link); err != nil {
				return err
			}
			continue
		}
		return o.replace(path, link, st)
	}
	return nil
}

func (o *optimiser) know(inode uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inodes[inode] = true
}

// replace puts a link to the file link in the place of the one at path.
func (o *optimiser) replace(path, link string, st unix.Stat_t) error {
	o.mu.Lock()
	o.next++
	temp := filepath.Join(o.temp.path, fmt.Sprint(o.next))
	o.mu.Unlock()
	err := os.Link(link, temp)
	if errors.Is(err, unix.EMLINK) { // as many as there can be
		return nil
	}
	if err != nil {
		return err
	}
	err = inWritable(filepath.Dir(path), func() error { return os.Rename(temp, path) })
	if err != nil {
		os.Remove(temp)
		if errors.Is(err, unix.EMLINK) {
			return nil
		}
		return err
	}
	if st.Nlink == 1 {
		o.mu.Lock()
		o.done.Files++
		o.done.Bytes += st.Size
		o.mu.Unlock()
	}
	return nil
}

// inWritable calls f while the directory dir, if it belongs to a tree, can be
// written, and makes it canonical again.
func inWritable(dir string, f func() error) error {
	var st syscall.Stat_t
	if err := syscall.Lstat(dir, &st); err != nil {
		return &os.PathError{Op: "lstat", Path: dir, Err: err}
	}
	if st.Mode&0o200 != 0 { // the store directory itself
		return f()
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	err := f()
	times := []unix.Timespec{{Sec: 1}, {Sec: 1}}
	return errors.Join(err, os.Chmod(dir, 0o555), unix.UtimesNanoAt(unix.AT_FDCWD, dir, times, 0))
}

// optimiseNew makes links of the files of a tree that is not yet valid, if Nix's
// setting auto-optimise-store says so.
func (s *Store) optimiseNew(ctx context.Context, real string) error {
	settings, err := s.settings()
	if err != nil || !settings.autoOptimise {
		return err
	}
	s.mu.Lock()
	o := s.optimiser
	s.mu.Unlock()
	if o == nil {
		if o, err = s.newOptimiser(ctx); err != nil {
			return err
		}
		s.mu.Lock()
		s.optimiser = o
		s.mu.Unlock()
	}
	return o.tree(ctx, real)
}
