package shellhooks

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"devenv/env"
)

// Neither an unchanged prompt nor a known environment costs a process.
func TestNoProcess(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		reads := []env.Read{{Path: ".nvmrc", Kind: env.Absent}}
		for _, name := range []string{"go.mod", ".node-version", "devenv.toml"} {
			w.write("p/"+name, name, 0o600)
			reads = append(reads, env.Read{Path: name, Kind: env.File})
		}
		w.project("p", env.Result{Snapshot: hostileSnapshot()}, slices.Clone(reads)...)
		w.project("p/inner", sets("OVER", "more"))
		log := w.path("strace")
		s := w.start(shell, sessionOptions{vars: []string{"OVER=x", "GONE=y"}, prefix: []string{
			strace, "-f", "-q", "-o", log, "-e", "trace=clone,clone3,fork,vfork,execve"}})
		s.run(s.cd("p"), "cd /")
		processes := func() (lines []string) {
			for line := range strings.Lines(read(t, log)) {
				// fish has threads; a program that it looks at by vfork is one line more.
				if !strings.Contains(line, "CLONE_THREAD") && !strings.Contains(line, "resumed>") && strings.Contains(line, "(") {
					lines = append(lines, line)
				}
			}
			return lines
		}
		before := len(processes())
		if before == 0 {
			t.Fatal("strace saw not even the shell")
		}
		for range 100 {
			s.send("")
		}
		s.run(s.cd("p/inner"))
		for range 100 {
			s.send("")
		}
		s.run()
		for range 10 {
			s.run(s.cd("p/inner"), "cd /", s.cd("p"), s.cd("p/inner"), "cd ../..")
		}
		if after := processes(); len(after) != before {
			t.Errorf("%d processes:\n%s", len(after)-before, strings.Join(after[before:], ""))
		}
		if strings.Contains(s.output(), "devenv: ") == false {
			t.Error("the hook did not work at all")
		}
		// The count can fail.
		s.run("/bin/true")
		if len(processes()) == before {
			t.Error("strace does not see a process")
		}
	})
}
