package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"devenv/store/filelock"
	"devenv/store/storepath"
)

// addTempRoot keeps paths from every collection until s is closed or its process
// ends, whether they are valid yet or not. While a collection runs it waits, or
// tells a collecting Nix of them.
//
// The list of a process is a file in temproots, locked as long as the process
// lives: full paths, each ended by a zero byte.
func (s *Store) addTempRoot(ctx context.Context, paths ...storepath.Path) error {
	list, err := s.tempRootList(ctx)
	if err != nil {
		return err
	}
	for waited := false; ; {
		lock, err := filelock.Try(s.state("gc.lock"), filelock.Shared)
		if err != nil {
			return err
		}
		if lock != nil {
			defer lock.Release()
			break
		}
		if s.tellCollector(ctx, paths) {
			break
		}
		if !waited {
			s.waiting("the end of a garbage collection")
			waited = true
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
	}
	var text strings.Builder
	for _, p := range paths {
		text.WriteString(s.Dir().Join(p) + "\x00")
	}
	_, err = list.File().WriteString(text.String())
	return err
}

// tempRootList returns the list of this process, which has its id in its name.
func (s *Store) tempRootList(ctx context.Context) (*filelock.Lock, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tempRoots != nil {
		return s.tempRoots, nil
	}
	name := fmt.Sprintf("%d-%08x", os.Getpid(), rand.Uint32())
	var err error
	s.tempRoots, err = filelock.Acquire(ctx, s.state("temproots", name), filelock.Exclusive, nil)
	return s.tempRoots, err
}

// tellCollector gives paths to a Nix that collects garbage, over the socket that
// it has for this, and reports whether it will keep them.
func (s *Store) tellCollector(ctx context.Context, paths []storepath.Path) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", s.state("gc-socket/socket"))
	if err != nil {
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	for _, p := range paths {
		if _, err := io.WriteString(conn, s.Dir().Join(p)+"\n"); err != nil {
			return false
		}
		var answer [1]byte
		if _, err = io.ReadFull(conn, answer[:]); err != nil || answer[0] != '1' {
			return false
		}
	}
	return true
}

// readTempRoots returns what running processes keep, and why. The caller holds
// gc.lock exclusively, or the answer is only a guess.
func (s *Store) readTempRoots() ([]link, error) {
	names, err := readNames(s.state("temproots"))
	var links []link
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			continue
		}
		file := s.state("temproots", name)
		lock, err := filelock.TryExisting(file, filelock.Exclusive)
		if lock != nil { // its process is gone
			lock.Remove()
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		pid, _, _ := strings.Cut(name, "-")
		for full := range strings.SplitSeq(string(text), "\x00") {
			if p, err := s.Dir().Parse(full); err == nil {
				links = append(links, link{p, "running process " + pid})
			}
		}
	}
	return links, err
}
