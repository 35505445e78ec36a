package shellhooks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"devenv/env"
)

// A world is one state tree, some projects and a program "devenv" that only
// writes down how it was called.
type world struct {
	t    testing.TB
	base string
	tree *env.Tree
	n    int // lines typed
}

type noRoots struct{}

func (noRoots) AddRoot(context.Context, string, ...string) error { return nil }
func (noRoots) RemoveRoot(context.Context, string) error         { return nil }

func newWorld(t testing.TB) *world {
	base, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return newWorldAt(t, base)
}

func newWorldAt(t testing.TB, base string) *world {
	w := &world{t: t, base: base, tree: &env.Tree{
		Layout: env.Layout{State: base + "/state", Data: base + "/data", Cache: base + "/cache"},
		Rooter: noRoots{}, Renderer: Renderer{}, Now: time.Now,
	}}
	w.write("bin/devenv", "#!/bin/sh\nprintf '%s\\n' \"$*\" >>"+base+"/events\n", 0o755)
	// With generated_completions fish does not start to make them.
	for _, dir := range []string{"home/.config/fish", "home/.data/fish/generated_completions", "state/hook", "out"} {
		w.mkdir(dir)
	}
	for _, shell := range env.Shells() {
		hook, err := Hook(shell, w.tree.Layout, base+"/bin/devenv")
		if err != nil {
			t.Fatal(err)
		}
		w.write("state/hook/"+string(shell), string(hook), 0o600)
	}
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.base, name) }

func (w *world) mkdir(name string) string {
	w.t.Helper()
	if err := os.MkdirAll(w.path(name), 0o755); err != nil {
		w.t.Fatal(err)
	}
	return w.path(name)
}

func (w *world) write(name, text string, mode os.FileMode) string {
	w.t.Helper()
	w.mkdir(filepath.Dir(name))
	if err := os.WriteFile(w.path(name), []byte(text), mode); err != nil {
		w.t.Fatal(err)
	}
	return w.path(name)
}

// project publishes a generation for the directory name. Reads are relative to it.
func (w *world) project(name string, r env.Result, reads ...env.Read) env.Layer {
	w.t.Helper()
	dir := w.mkdir(name)
	b, err := w.tree.Lock(context.Background(), dir)
	if err != nil {
		w.t.Fatal(err)
	}
	defer b.Close()
	for i := range reads {
		reads[i].Path = filepath.Join(dir, reads[i].Path)
	}
	r.Inputs = env.Observe("test", reads, nil, os.LookupEnv, time.Now())
	if r.Snapshot != nil {
		r.Snapshot.Dir = dir
		r.Status = env.OK
	}
	if _, err := b.Publish(context.Background(), r); err != nil {
		w.t.Fatal(err)
	}
	if r.Snapshot == nil {
		return env.Layer{}
	}
	return w.tree.Layout.Layer(*r.Snapshot)
}

// sets is a result with variables.
func sets(pairs ...string) env.Result {
	s := &env.Snapshot{Set: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Set[pairs[i]] = pairs[i+1]
	}
	return env.Result{Snapshot: s}
}

// events waits until the program has been called n times and returns the calls.
func (w *world) events(n int) []string {
	w.t.Helper()
	var calls []string
	for range 200 {
		data, _ := os.ReadFile(w.path("events"))
		if calls = strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' }); len(calls) >= n {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if len(calls) != n {
		w.t.Errorf("devenv was called %d times, not %d: %q", len(calls), n, calls)
	}
	return calls
}

// A session is an interactive shell on a terminal.
type session struct {
	*world
	shell env.Shell
	tty   *os.File
	pid   int
	mu    sync.Mutex
	out   bytes.Buffer
}

type sessionOptions struct {
	shell  string   // another program than the one on PATH
	rc     string   // before the hook is sourced
	after  string   // after it
	vars   []string // more of the environment
	prefix []string // what runs the shell: strace and its flags
	noHook bool
}

func (w *world) start(shell env.Shell, o sessionOptions) *session {
	w.t.Helper()
	program := o.shell
	if program == "" {
		program = shellPath(w.t, shell)
	}
	hook := ". " + w.path("state/hook/"+string(shell)) + "\n"
	if o.noHook {
		hook = ""
	}
	rc := o.rc + "\n" + hook + o.after + "\n"
	var args []string
	switch shell {
	case env.Bash:
		args = []string{"--noprofile", "--rcfile", w.write("home/.bashrc", "PS1='> '\n"+rc, 0o600), "-i"}
	case env.Zsh:
		w.write("home/.zshrc", "PS1='> '; unsetopt zle\n"+rc, 0o600)
		args = []string{"-d", "-i"}
	case env.Fish:
		w.write("home/.config/fish/config.fish", "function fish_prompt; echo '> '; end; function fish_greeting; end\n"+rc, 0o600)
		args = []string{"-i"}
	}
	argv := append(slices.Clone(o.prefix), program)
	cmd := exec.Command(argv[0], append(argv[1:], args...)...)
	cmd.Dir = w.base
	cmd.Env = append([]string{
		"HOME=" + w.path("home"), "ZDOTDIR=" + w.path("home"), "XDG_CONFIG_HOME=" + w.path("home/.config"), "XDG_DATA_HOME=" + w.path("home/.data"),
		"PATH=/usr/local/bin:/usr/bin:/bin", "TERM=xterm", "LC_ALL=C.UTF-8", "PWD=" + w.base,
	}, o.vars...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	s := &session{world: w, shell: shell, tty: tty, pid: cmd.Process.Pid}
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(lockedWriter{s}, tty)
	}()
	w.t.Cleanup(func() {
		io.WriteString(tty, "\x03\nexit\nexit\n")
		gone := make(chan struct{})
		go func() {
			cmd.Wait()
			close(gone)
		}()
		select {
		case <-gone:
		case <-time.After(5 * time.Second):
			cmd.Process.Kill()
			<-gone
		}
		tty.Close()
		<-done
	})
	s.run()
	return s
}

type lockedWriter struct{ s *session }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.s.out.Write(p)
}

// send types a line.
func (s *session) send(line string) {
	if _, err := io.WriteString(s.tty, line+"\n"); err != nil {
		s.t.Fatal(err)
	}
}

// run types lines, each at a prompt of its own, and waits until all are done
// and the next prompt's hook has run.
func (s *session) run(lines ...string) {
	s.t.Helper()
	for _, line := range append(lines, "") {
		s.n++
		mark := s.path(fmt.Sprintf("out/%d", s.n))
		if line != "" {
			s.send(line)
		}
		s.send("true >" + mark)
		deadline := time.Now().Add(20 * time.Second)
		for {
			if _, err := os.Stat(mark); err == nil {
				break
			}
			if time.Now().After(deadline) {
				s.t.Fatalf("%s does not answer after %q:\n%s", s.shell, line, s.output())
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
}

func (s *session) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// settle waits until the reader of the terminal has caught up: what the shell
// wrote before it was done may still be on its way.
func (s *session) settle() string {
	seen := s.output()
	for quiet := 0; quiet < 3; {
		time.Sleep(10 * time.Millisecond)
		if now := s.output(); now != seen {
			seen, quiet = now, 0
			continue
		}
		quiet++
	}
	return seen
}

// said counts the lines of the hook with this text in them.
func (s *session) said(text string) int {
	n := 0
	for line := range strings.Lines(s.settle()) {
		if i := strings.Index(line, "devenv: "); i >= 0 && strings.Contains(line[i:], text) {
			n++
		}
	}
	return n
}

// environ is what a child of the shell gets, without what is the shell's.
func (s *session) environ() map[string]string {
	s.t.Helper()
	file := s.path(fmt.Sprintf("out/environ-%d", s.n))
	s.run("/usr/bin/env -0 >" + file)
	data, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	return environMap(strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00"))
}

func environMap(entries []string) map[string]string {
	m := map[string]string{}
	for _, entry := range entries {
		name, value, _ := strings.Cut(entry, "=")
		switch name {
		case "PWD", "OLDPWD", "_", "SHLVL", "COLUMNS", "LINES":
			continue
		}
		m[name] = value
	}
	return m
}

func environList(m map[string]string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, name+"="+m[name])
	}
	return all
}

// expect compares environments.
func (s *session) expect(what string, got, want map[string]string) {
	s.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if value, ok := got[name]; !ok || value != want[name] {
			s.t.Errorf("%s: %s is %q (set: %v), want %q", what, name, value, ok, want[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			s.t.Errorf("%s: %s is %q and should not be there", what, name, got[name])
		}
	}
}

// set, unset and local are assignments in the language of the shell.
func (s *session) set(name, value string) string {
	q, err := Quote(s.shell, value)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.shell == env.Fish {
		return "set -gx " + name + " " + q
	}
	return "export " + name + "=" + q
}

func (s *session) unset(name string) string {
	if s.shell == env.Fish {
		return "set -eg " + name
	}
	return "unset " + name
}

func (s *session) local(name, value string) string {
	if s.shell == env.Fish {
		return "set -g " + name + " " + value
	}
	return name + "=" + value
}

func (s *session) cd(name string) string {
	q, err := Quote(s.shell, filepath.Join(s.base, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return "cd " + q
}

// everywhere runs a scenario in each shell.
func everywhere(t *testing.T, scenario func(t *testing.T, shell env.Shell)) {
	for _, shell := range env.Shells() {
		t.Run(string(shell), func(t *testing.T) {
			t.Parallel()
			scenario(t, shell)
		})
	}
}

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
