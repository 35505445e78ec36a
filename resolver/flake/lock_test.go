package flake

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestLocks plays scenes and holds that the locks are those that Nix 2.34.8
// wrote, byte for byte, and the values those that it found:
//
//	go test -run TestLocks -update -nix 'nix of that version'
//
// had it write them.
func TestLocks(t *testing.T) {
	for _, file := range scenes(t, "scenes") {
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
			w.compare("lock", w.locks, w.lockFile())
		}
		return err
	}, func(args []string) error {
		got, err := w.ask(args)
		if err == nil {
			w.compare("eval", w.evals, w.normal(got))
		}
		return err
	})
	if w.locks+w.evals == 0 {
		t.Fatal("nothing was locked")
	}
}

func (s *scene) compare(what string, n int, got string) {
	s.t.Helper()
	want, ok := s.section(fmt.Sprintf("%s %d", what, n))
	if !ok {
		s.t.Fatalf("there is no %s %d", what, n)
	}
	if got != want {
		s.t.Errorf("%s %d: got\n%s\nNix has\n%s", what, n, got, want)
	}
}

// writeLocks has real Nix play a scene, and keeps the locks.
func writeLocks(t *testing.T, file string) {
	s := newScene(t, file)
	n := newNix(s)
	var kept []txtar.File
	for _, f := range s.archive.Files {
		if !strings.HasPrefix(f.Name, "lock ") && !strings.HasPrefix(f.Name, "eval ") {
			kept = append(kept, f)
		}
	}
	s.play(func(args []string) error {
		err := n.lock(args)
		if err == nil {
			kept = append(kept, txtar.File{Name: fmt.Sprintf("lock %d", s.locks), Data: []byte(s.lockFile())})
		}
		return err
	}, func(args []string) error {
		out, err := n.ask(args)
		if err == nil {
			kept = append(kept, txtar.File{Name: fmt.Sprintf("eval %d", s.evals), Data: []byte(s.normal(out))})
		}
		return err
	})
	s.archive.Files = kept
	s.check(os.WriteFile(file, txtar.Format(s.archive), 0o644))
}

// besideNix are scenes that are played with the Nix of this machine, too, when
// none is named: versions agree on what they are about.
var besideNix = []string{
	"path", "git-top", "indirect", "names", "follows-deep", "follows-gone", "follows-new", "inner-follows", "update-nested",
	"override-flag-deep", "own-lock-follows", "version-5-change", "drv", "unused", "outputs-functor",
}

// TestLocksBesideNix plays scenes twice, once with real Nix.
func TestLocksBesideNix(t *testing.T) {
	for _, file := range scenes(t, "scenes") {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if *nixCommand == "" && !slices.Contains(besideNix, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, file)
			n := newNix(s)
			if n.old && strings.Contains(string(s.archive.Comment), "not in 2.8") {
				return
			}
			var locks, values []string
			s.play(func(args []string) error {
				err := n.lock(args)
				if err == nil {
					locks = append(locks, s.lockFile())
				}
				return err
			}, func(args []string) error {
				out, err := n.ask(args)
				if err == nil {
					values = append(values, s.normal(out))
				}
				return err
			})
			w := newWorld(newScene(t, file))
			w.play(func(args []string) error {
				_, err := w.lock(args)
				if got := shortRefs(w.lockFile()); err == nil && got != shortRefs(locks[w.locks-1]) {
					t.Errorf("lock %d: got\n%s\nNix wrote\n%s", w.locks, got, locks[w.locks-1])
				}
				return err
			}, func(args []string) error {
				got, err := w.ask(args)
				if err == nil && w.normal(got) != values[w.evals-1] {
					t.Errorf("eval %d: got\n%s\nNix has\n%s", w.evals, w.normal(got), values[w.evals-1])
				}
				return err
			})
		})
	}
}

// shortRefs calls branches as Nix 2.8 does.
func shortRefs(lock string) string { return strings.ReplaceAll(lock, `"refs/heads/`, `"`) }
