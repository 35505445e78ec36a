package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/nixhash"
)

// TestMain lets the tests start processes that work in a store: this program,
// with the work in its environment.
func TestMain(m *testing.M) {
	work, root := os.Getenv("STORE_TEST_WORK"), os.Getenv("STORE_TEST_ROOT")
	if work == "" {
		os.Exit(m.Run())
	}
	if err := doWork(work, root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func doWork(work, root string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: root})
	if err != nil {
		return err
	}
	defer s.Close()
	kind, list, _ := strings.Cut(work, ":")
	for name := range strings.SplitSeq(list, ",") {
		switch kind {
		case "add": // and check that what was given back is there
			info, err := s.AddTree(ctx, name, nixhash.Hash{}, manyFiles(name))
			if err != nil {
				return err
			}
			if err := s.AddRoot(ctx, "by/"+name, info.Path); err != nil {
				return err
			}
		case "import":
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			if _, err := s.ImportExport(ctx, f); err != nil {
				return err
			}
			f.Close()
		case "optimise":
			if _, err := s.Optimise(ctx); err != nil {
				return err
			}
		case "collect":
			plan, err := s.PlanGC(ctx, store.GCOptions{})
			if err != nil {
				return err
			}
			if _, err := s.Execute(ctx, plan); err != nil {
				return err
			}
		}
	}
	return nil
}

// manyFiles fills a directory with files, some in read-only directories.
func manyFiles(text string) func(context.Context, string) error {
	return func(_ context.Context, dir string) error {
		for i := range 10 {
			sub := filepath.Join(dir, fmt.Sprint(i))
			if err := os.Mkdir(sub, 0o755); err != nil {
				return err
			}
			for j := range 5 {
				if err := os.WriteFile(filepath.Join(sub, fmt.Sprint(j)), []byte(strings.Repeat(text, i*j*20)), 0o644); err != nil {
					return err
				}
			}
			if err := os.Chmod(sub, 0o555); err != nil {
				return err
			}
		}
		return nil
	}
}

func process(work, root string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_WORK="+work, "STORE_TEST_ROOT="+root)
	return cmd
}

// checkWhole says what is wrong with a store in which nobody works.
func checkWhole(t *testing.T, root string) {
	t.Helper()
	s := open(t, root)
	defer s.Close()
	if problems, err := s.Verify(t.Context(), true); err != nil || len(problems) != 0 {
		t.Errorf("Verify: %v, %v", problems, err)
	}
}

// memoryRoot returns an empty directory in memory, if there is such a place:
// killing many processes needs many stores' worth of syncing otherwise.
func memoryRoot(t testing.TB) string {
	root, err := os.MkdirTemp("/dev/shm", "store-test-*")
	if err != nil {
		return tempRoot(t)
	}
	t.Cleanup(func() {
		exec.Command("chmod", "-R", "u+w", root).Run()
		os.RemoveAll(root)
	})
	return root
}

func TestManyProcesses(t *testing.T) {
	root := memoryRoot(t)
	var wg sync.WaitGroup
	for i := range 10 {
		work := fmt.Sprintf("add:same,own-%d,same2,same", i)
		if i%5 == 4 {
			work = "collect:1,2,3,4,5"
		}
		wg.Go(func() {
			if out, err := process(work, root).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", work, err, out)
			}
		})
	}
	wg.Go(func() { // and Nix, in the same store, with a tree of ours
		dir := filepath.Join(tempRoot(t), "same")
		if err := errors.Join(os.Mkdir(dir, 0o755), manyFiles("same")(t.Context(), dir)); err != nil {
			t.Error(err)
		}
		for range 3 {
			nix(t, root, "--add", dir)
		}
	})
	wg.Wait()
	checkWhole(t, root)
	nix(t, root, "--verify", "--check-contents")
	s := open(t, root)
	all, err := s.List(t.Context())
	if err != nil || len(all) != 10 {
		t.Errorf("%d valid paths, %v; want 10", len(all), err)
	}
	for _, name := range names(t, root) {
		if !slices.ContainsFunc(all, func(i store.Info) bool { return i.Path.Base() == name }) {
			t.Errorf("left in the store: %s", name)
		}
	}
}

// TestWantedTreeIsFilledOnce has processes of one program, and goroutines, want
// the same tree at the same time.
func TestWantedTreeIsFilledOnce(t *testing.T) {
	want := add(t, open(t, tempRoot(t)), "tool", "x").NarHash
	root := tempRoot(t)
	var filled, waited atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		s := open(t, root, func(o *store.Options) { o.Waiting = func(string) { waited.Add(1) } })
		wg.Go(func() {
			_, err := s.AddTree(t.Context(), "tool", want, func(ctx context.Context, dir string) error {
				filled.Add(1)
				time.Sleep(30 * time.Millisecond)
				return writer("x")(ctx, dir)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if filled.Load() != 1 || waited.Load() != 3 {
		t.Errorf("filled %d times, %d waited", filled.Load(), waited.Load())
	}
}

// TestKill kills processes at any moment of their work.
func TestKill(t *testing.T) {
	root := memoryRoot(t)
	var list []string
	for i := range 400 {
		list = append(list, fmt.Sprint("t", i))
	}
	for i := range 18 {
		work := "add:" + strings.Join(list[i*10:], ",")
		if i%3 == 2 {
			work = "collect:" + strings.Join(list, ",")
			// something to collect
			s := open(t, root)
			for j := range 3 {
				add(t, s, fmt.Sprint("dead", j), fmt.Sprint(i, j))
			}
			s.Close()
		}
		cmd := process(work, root)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(5+rand.IntN(60)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		checkWhole(t, root)
	}
	s := open(t, root)
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kept, %d dead, %d leftovers", len(plan.Kept), len(plan.Dead), len(plan.Leftover))
	if len(plan.Kept) == 0 {
		t.Error("the processes were killed before they did anything")
	}
	if _, err := s.Execute(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if got := len(names(t, root)); got != len(plan.Kept) {
		t.Errorf("%d names in the store, %d valid paths; leftovers were %v; %v", got, len(plan.Kept), plan.Leftover, names(t, root))
	}
	nix(t, root, "--verify", "--check-contents")
}

// TestAddTreeSweeps has a killed process's directory go with the next addition,
// and that of a living one stay.
func TestAddTreeSweeps(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	_, err := s.AddTree(t.Context(), "outer", nixhash.Hash{}, func(ctx context.Context, dir string) error {
		if err := os.MkdirAll(filepath.Join(root, "nix/store/tmp-dead/x"), 0o755); err != nil {
			return err
		}
		add(t, open(t, root), "inner", "inner")
		return writer("outer")(ctx, dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, root); len(got) != 2 {
		t.Errorf("in the store: %q", got)
	}
}

func BenchmarkAddTree5000(b *testing.B) {
	files := make([]byte, 4000)
	for i := range files {
		files[i] = byte(i * i >> 3)
	}
	root := tempRoot(b)
	s := open(b, root)
	b.SetBytes(5000 * 4000)
	for i := range b.N {
		_, err := s.AddTree(b.Context(), "bench", nixhash.Hash{}, func(_ context.Context, dir string) error {
			b.StopTimer()
			defer b.StartTimer()
			files[0] = byte(i)
			for j := range 100 {
				sub := filepath.Join(dir, fmt.Sprint(j))
				if err := os.Mkdir(sub, 0o755); err != nil {
					return err
				}
				for k := range 50 {
					if err := os.WriteFile(filepath.Join(sub, fmt.Sprint(k)), files, 0o644); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenLookup is what a command pays that asks for one path.
func BenchmarkOpenLookup(b *testing.B) {
	root := tempRoot(b)
	info := add(b, open(b, root), "x", "x")
	for b.Loop() {
		s := open(b, root)
		if _, err := s.Lookup(b.Context(), info.Path); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
