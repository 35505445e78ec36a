package shellhooks

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"devenv/env"
)

// benchWorld has the projects p3 and p12 with as many watched files: a typical
// one and a heavy one. There is nothing in o. They lie as deep as projects do.
func benchWorld(b testing.TB) *world {
	base, err := os.MkdirTemp("", "b")
	must(b, err)
	b.Cleanup(func() { os.RemoveAll(base) })
	return benchWorldAt(b, base)
}

func benchWorldAt(b testing.TB, base string) *world {
	w := newWorldAt(b, base)
	w.mkdir("home/src/o")
	w.mkdir("home/src/p12/sub")
	typical := &env.Snapshot{
		Label:   "node 24.21.0, go 1.24.5",
		Set:     map[string]string{"GOTOOLCHAIN": "local", "GOBIN": "/data/places/go/bin", "NPM_CONFIG_PREFIX": "/data/places/npm"},
		Prepend: map[string][]string{"PATH": {"/store/node-24.21.0/bin", "/store/go-1.24.5/bin", "/data/places/npm/bin"}},
	}
	heavy := &env.Snapshot{
		Label: "node 24.21.0, go 1.24.5, python 3.11.4", Set: map[string]string{}, Unset: []string{"GOROOT", "PYTHONHOME"},
		Prepend: map[string][]string{
			"PATH":    {"/store/node-24.21.0/bin", "/store/go-1.24.5/bin", "/store/python-3.11.4/bin", "/data/places/npm/bin"},
			"MANPATH": {"/store/node-24.21.0/share/man", ""}, "XDG_DATA_DIRS": {"/store/node-24.21.0/share"},
		},
	}
	for i := range 8 {
		heavy.Set[fmt.Sprintf("VARIABLE_%d", i)] = fmt.Sprintf("/data/places/somewhere/%d", i)
	}
	for n, s := range map[int]*env.Snapshot{3: typical, 12: heavy} {
		name := fmt.Sprintf("home/src/p%d", n)
		reads := []env.Read{{Path: ".nvmrc", Kind: env.Absent}, {Path: ".tool-versions", Kind: env.Absent}}
		for i := range n {
			file := fmt.Sprintf("file%d", i)
			w.write(name+"/"+file, file, 0o600)
			reads = append(reads, env.Read{Path: file, Kind: env.File})
		}
		w.project(name, env.Result{Snapshot: s}, reads...)
	}
	return w
}

// loop is a line that does body n times.
func (s *session) loop(n int, body string) string {
	switch s.shell {
	case env.Bash:
		return fmt.Sprintf("for ((i = 0; i < %d; i++)); do %s; done", n, body)
	case env.Zsh:
		return fmt.Sprintf("repeat %d; do %s; done", n, body)
	}
	return fmt.Sprintf("for i in (seq %d); %s; end", n, body)
}

// measure runs body b.N times. Where the system tells, it also reports the time
// that the shell was on a processor: what a busy machine leaves of a measurement.
func (s *session) measure(b *testing.B, body string) {
	line := s.loop(b.N, body)
	before := s.cpu()
	b.ResetTimer()
	s.run(line)
	b.StopTimer()
	if after := s.cpu(); after > before {
		b.ReportMetric(float64(after-before)/1e3/float64(b.N), "cpu-µs/op")
	}
}

func (s *session) cpu() (ns int64) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", s.pid))
	if err == nil {
		fmt.Sscan(string(data), &ns)
	}
	return ns
}

var promptFunction = map[env.Shell]string{env.Bash: "__devenv_prompt", env.Zsh: "__devenv_precmd", env.Fish: "__devenv_on_prompt"}

// BenchmarkPrompt is a prompt at which nothing has changed. The budget is 100 µs.
func BenchmarkPrompt(b *testing.B) {
	for _, shell := range env.Shells() {
		for _, dir := range []string{"o", "p3", "p12", "p12/sub"} {
			b.Run(fmt.Sprintf("%s/%s", shell, dir), func(b *testing.B) {
				w := benchWorld(b)
				s := w.start(shell, sessionOptions{})
				s.run(s.cd("home/src/" + dir))
				s.measure(b, promptFunction[shell])
				b.ReportMetric(syscalls(b, shell, dir), "syscalls/op")
				w.events(0)
			})
		}
	}
}

// syscalls is how many calls of the system a prompt makes, by strace: what the
// second of two shells does more than the first for a hundred prompts more.
func syscalls(b *testing.B, shell env.Shell, dir string) float64 {
	strace, err := exec.LookPath("strace")
	if err != nil {
		return 0
	}
	count := func(prompts int) (total float64) {
		w := benchWorld(b)
		log := w.path("strace")
		s := w.start(shell, sessionOptions{prefix: []string{strace, "-c", "-o", log}})
		s.run(s.cd("home/src/"+dir), s.loop(prompts, promptFunction[shell]))
		s.send("exit")
		for range 500 {
			for line := range strings.Lines(read(b, log)) {
				if fields := strings.Fields(line); len(fields) > 3 && fields[len(fields)-1] == "total" {
					fmt.Sscan(fields[3], &total)
					return total
				}
			}
			time.Sleep(10 * time.Millisecond)
		}
		b.Fatal("strace does not count")
		return 0
	}
	return (count(101) - count(1)) / 100
}

// BenchmarkEnterLeave is a way into a known project and out of it again, with a
// prompt after each. The budget is 1 ms. The function cd of fish substitutes
// commands and takes longer than all of this; what the builtin takes is
// "cd".
func BenchmarkEnterLeave(b *testing.B) {
	for _, shell := range env.Shells() {
		for name, dir := range map[string]string{"typical": "p3", "heavy": "p12"} {
			b.Run(fmt.Sprintf("%s/%s", shell, name), func(b *testing.B) {
				w := benchWorld(b)
				s := w.start(shell, sessionOptions{})
				s.run(s.cd("home/src/"+dir), s.cd("home/src/o"))
				s.measure(b, fmt.Sprintf("builtin cd ../%[2]s; %[1]s; builtin cd ../o; %[1]s", promptFunction[shell], dir))
				w.events(0)
			})
		}
		b.Run(fmt.Sprintf("%s/cd", shell), func(b *testing.B) {
			w := benchWorld(b)
			s := w.start(shell, sessionOptions{noHook: true})
			s.run(s.cd("home/src/p3"), s.cd("home/src/o"))
			s.measure(b, "builtin cd ../p3; builtin cd ../o")
		})
	}
}

// BenchmarkStart is sourcing the hook at the start of a shell.
func BenchmarkStart(b *testing.B) {
	for _, shell := range env.Shells() {
		b.Run(string(shell), func(b *testing.B) {
			w := benchWorld(b)
			s := w.start(shell, sessionOptions{})
			s.measure(b, "source "+w.path("state/hook/"+string(shell)))
		})
	}
}
