package flake

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestLocks plays scenes and holds that the locks are those that Nix 2.34.8
// wrote, byte for byte:
//
//	go test -run TestLocks -update -nix 'nix of that version'
//
// had it write them.
func TestLocks(t *testing.T) {
	for _, file := range scenes(t, "locks") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			if *update {
				writeLocks(t, file)
				return
			}
			playLocks(t, file)
		})
	}
}

func playLocks(t *testing.T, file string) {
	w := newWorld(newScene(t, file))
	w.play(func(args []string) error {
		_, err := w.lock(args)
		if err == nil {
			w.compare(w.lockFile())
		}
		return err
	})
	if w.locks == 0 {
		t.Fatal("nothing was locked")
	}
}

func (s *scene) compare(got string) {
	s.t.Helper()
	want, ok := s.section(fmt.Sprintf("lock %d", s.locks))
	if !ok {
		s.t.Fatalf("there is no lock %d", s.locks)
	}
	if got != want {
		s.t.Errorf("lock %d: got\n%s\nNix wrote\n%s", s.locks, got, want)
	}
}

// writeLocks has real Nix play a scene, and keeps the locks.
func writeLocks(t *testing.T, file string) {
	s := newScene(t, file)
	n := newNix(s)
	var kept []txtar.File
	for _, f := range s.archive.Files {
		if !strings.HasPrefix(f.Name, "lock ") {
			kept = append(kept, f)
		}
	}
	s.play(func(args []string) error {
		err := n.lock(args)
		if err == nil {
			kept = append(kept, txtar.File{Name: fmt.Sprintf("lock %d", s.locks), Data: []byte(s.lockFile())})
		}
		return err
	})
	s.archive.Files = kept
	s.check(os.WriteFile(file, txtar.Format(s.archive), 0o644))
}

// TestLocksBesideNix plays each scene twice, once with the Nix of this machine,
// where both versions agree on what it is about.
func TestLocksBesideNix(t *testing.T) {
	for _, file := range scenes(t, "locks") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			s := newScene(t, file)
			n := newNix(s)
			if n.old && strings.Contains(string(s.archive.Comment), "not in 2.8") {
				return
			}
			var locks []string
			s.play(func(args []string) error {
				err := n.lock(args)
				if err == nil {
					locks = append(locks, s.lockFile())
				}
				return err
			})
			w := newWorld(newScene(t, file))
			w.play(func(args []string) error {
				_, err := w.lock(args)
				if got := w.lockFile(); err == nil && got != locks[w.locks-1] {
					t.Errorf("lock %d: got\n%s\nNix wrote\n%s", w.locks, got, locks[w.locks-1])
				}
				return err
			})
		})
	}
}
