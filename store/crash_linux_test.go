package store_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"devenv/store"
)

// TestKillAtSystemCalls kills processes at chosen system calls: at the first
// time, the second, … that they make one which changes the disk.
func TestKillAtSystemCalls(t *testing.T) {
	calls := map[string]int{ // and how many times each is worth trying
		"renameat": 2, "fchmodat": 2, "syncfs": 1, "utimensat": 1, "mkdirat": 2,
		"unlinkat": 4, "flock": 4, "pwrite64": 4, "symlinkat": 1,
	}
	root := memoryRoot(t)
	if err := process("add:first,second", root).Run(); err != nil {
		t.Fatal(err)
	}
	killed := 0
	for call, times := range calls {
		for n := 1; n <= times; n++ {
			for _, work := range []string{fmt.Sprintf("add:%s-%d,first", call, n), "collect:x"} {
				s := open(t, root)
				add(t, s, "dead", fmt.Sprint(call, n)) // something to collect
				s.Close()
				if underStrace(t, work, root, fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), call) {
					killed++
				}
				checkWhole(t, root)
			}
		}
	}
	t.Logf("%d of the processes were killed", killed)
	if killed < 20 {
		t.Errorf("only %d of the processes were killed", killed)
	}
	s := open(t, root)
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Execute(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if got := len(names(t, root)); got != len(plan.Kept) {
		t.Errorf("%d names in the store, %d valid paths", got, len(plan.Kept))
	}
	nix(t, root, "--verify", "--check-contents")
}

// underStrace runs work and reports whether it was killed.
func underStrace(t *testing.T, work, root, inject, call string) bool {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("strace is not installed")
	}
	cmd := process(work, root)
	cmd.Path, _ = exec.LookPath("strace")
	cmd.Args = []string{"strace", "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e", inject, os.Args[0]}
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "ptrace") && os.Getenv("CI") != "true" {
		t.Skipf("strace may not trace here: %s", out)
	}
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("%s, %s: %v\n%s", work, inject, err, out)
	}
	return err != nil
}
