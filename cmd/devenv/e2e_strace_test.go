package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"devenv/env"
)

// No process is started for an unchanged prompt, nor for entering and leaving
// environments that are known: of all that the program makes, the shell reads
// nothing but files.
func TestShellStartsNoProcess(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		strace := need(t, "strace")
		m, _ := newFakeMachine(t, 0)
		outer := m.write("src/outer/devenv.toml", "[tools]\nnode = \"20\"\n[env]\nCOLOUR = \"blue\"\nPATH = [\"bin\"]\n")
		inner := m.write("src/outer/inner/package.json", `{"engines": {"node": "24"}}`)
		m.devenv(outer, "allow").ok()
		m.devenv(inner, "wait").ok()
		m.rc(shell, "")
		m.devenv(outer, "setup", string(shell)).ok()
		trace := m.path("trace")
		s := m.openWith(shell, strace, "-f", "-o", trace, "-e", "trace=execve,fork,vfork,clone,clone3,openat", need(t, string(shell)), "-i")
		s.cd(inner)
		s.run("cd /")

		mark := func(name string) { s.run(": >" + m.path("out/mark-"+name)) }
		mark("begin")
		s.cd(inner)
		for range 100 {
			s.send("true\n")
		}
		s.run()
		s.run("cd /")
		for range 10 {
			s.cd(inner)
			s.cd(outer)
			s.run("cd /")
		}
		mark("end")
		s.cd(inner)
		s.expect("node --version", `v24\.3\.0 --version`) // the trace sees what there is to see
		mark("after")

		if n, sample := started(t, trace, "begin", "end"); n != 0 {
			t.Errorf("%d processes were started: %s", n, sample)
		}
		if n, _ := started(t, trace, "end", "after"); n == 0 {
			t.Error("the trace shows not even the process that was asked for")
		}
	})
}

// started counts the processes in a part of a trace. A thread is none.
func started(t *testing.T, trace, from, to string) (n int, sample string) {
	t.Helper()
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(data), "mark-"+from)
	part, _, ended := strings.Cut(part, "mark-"+to)
	if !found || !ended {
		t.Fatalf("the marks %s and %s are not in the trace", from, to)
	}
	process := regexp.MustCompile(`^\d+ +(execve|fork|vfork|clone3?)\(`)
	for line := range strings.Lines(part) {
		if process.MatchString(line) && !strings.Contains(line, "CLONE_THREAD") {
			n, sample = n+1, fmt.Sprintf("%s%s", sample, line)
		}
	}
	return n, sample[:min(len(sample), 1000)]
}
