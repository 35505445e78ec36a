package main

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	var s samples
	if got := s.quantile(0.5); got != 0 {
		t.Errorf("no samples: %v", got)
	}
	for _, d := range []time.Duration{50, 10, 40, 20, 30, 60, 70, 80, 100, 90} {
		s.add(d)
	}
	for q, want := range map[float64]time.Duration{0: 10, 0.1: 20, 0.5: 60, 1: 100} {
		if got := s.quantile(q); got != want {
			t.Errorf("quantile %v: %d, not %d", q, got, want)
		}
	}
}

func TestCountCalls(t *testing.T) {
	log := `10 execve("/usr/bin/bash", ["bash"], 0x7ff /* 6 vars */) = 0
10 write(1, "turns-done\n", 11) = 11
10 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
11 execve("/a/direnv", ["direnv"], 0x7ff /* 6 vars */ <unfinished ...>
10 <... clone resumed>, child_tidptr=0x7f) = 11
11 <... execve resumed>)             = 0
11 clone(child_stack=0xc0, flags=CLONE_VM|CLONE_THREAD) = 12
11 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD}, 88) = 13
13 execve("/b/none", ["none"], 0x7ff /* 6 vars */) = -1 ENOENT (No such file or directory)
10 write(1, "turns-done\n", 11) = 11
10 write(2, "bye\n", 4) = 4
`
	want := []count{{0, 1}, {2, 1}, {0, 0}}
	if got := countCalls(log); !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

// TestRun measures everything once. Peers that are not there have a row that
// says so; devenv's own numbers have to be there.
func TestRun(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := run(context.Background(), &out, options{rounds: 1, only: "prompt,startup,commands,calls",
		peers: peerPaths{direnv: "/nonexistent/direnv", mise: "/nonexistent/mise"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| bash  | devenv ", "`devenv develop -c true`", "give -direnv-new", "not on this machine",
		"| bash  | devenv     | 0, 0               | 0, 0              | 0, 0 ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
