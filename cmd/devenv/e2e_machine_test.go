package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A machine is one user's computer: a home, a state, projects. Its store and
// its downloads are the suite's unless fresh says otherwise.
type machine struct {
	testing.TB
	base    string
	program string
	vars    map[string]string
}

func newMachine(t testing.TB) *machine {
	t.Helper()
	s := shared(t)
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{TB: t, base: base, program: s.program, vars: maps.Clone(s.vars)}
	maps.Copy(m.vars, map[string]string{
		"HOME": m.path("home"), "PATH": filepath.Dir(s.program) + ":" + os.Getenv("PATH"),
		"TERM": "xterm", "LC_ALL": "C.UTF-8", "USER": "ada", "SHELL": "/bin/sh",
	})
	for _, dir := range []string{"home", "src", "out"} {
		m.mkdir(dir)
	}
	t.Cleanup(func() { makeWritable(base) })
	return m
}

// fresh gives the machine a store and a cache of its own, both empty.
func (m *machine) fresh() *machine {
	m.vars["DEVENV_STORE"], m.vars["XDG_CACHE_HOME"] = m.path("store"), m.path("cache")
	return m
}

// another is a machine of its own with the same store and the same sources.
func (m *machine) another() *machine {
	n := newMachine(m.TB)
	for _, name := range []string{"DEVENV_STORE", "XDG_CACHE_HOME", "NVM_NODEJS_ORG_MIRROR"} {
		if value, ok := m.vars[name]; ok {
			n.vars[name] = value
		}
	}
	return n
}

func (m *machine) path(name string) string { return filepath.Join(m.base, name) }

func (m *machine) mkdir(name string) string {
	m.Helper()
	if err := os.MkdirAll(m.path(name), 0o755); err != nil {
		m.Fatal(err)
	}
	return m.path(name)
}

// write makes a file and returns the directory that it is in.
func (m *machine) write(name, text string) string {
	m.Helper()
	m.mkdir(filepath.Dir(name))
	if err := os.WriteFile(m.path(name), []byte(text), 0o644); err != nil {
		m.Fatal(err)
	}
	return filepath.Dir(m.path(name))
}

func (m *machine) read(name string) string {
	m.Helper()
	data, err := os.ReadFile(m.path(name))
	if err != nil {
		m.Fatal(err)
	}
	return string(data)
}

// example copies one of the repository's examples to src/ and returns its path.
func (m *machine) example(name string) string {
	m.Helper()
	from, err := filepath.Abs("../../examples/" + name)
	if err == nil {
		err = os.CopyFS(m.path("src/"+name), os.DirFS(from))
	}
	if err != nil {
		m.Fatal(err)
	}
	return m.path("src/" + name)
}

func (m *machine) environ(more ...string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(m.vars)) {
		all = append(all, name+"="+m.vars[name])
	}
	return append(all, more...)
}

func (m *machine) command(dir string, argv ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	m.TB.Cleanup(cancel)
	program := argv[0]
	if found, err := exec.LookPath(program); err == nil {
		program = found
	}
	cmd := exec.CommandContext(ctx, program, argv[1:]...)
	cmd.Dir, cmd.Env = dir, m.environ("PWD="+dir)
	cmd.WaitDelay = time.Second // for what it left running
	return cmd
}

// devenv runs the program in a directory and returns what came of it.
func (m *machine) devenv(dir string, args ...string) *result {
	m.Helper()
	return m.run(dir, append([]string{m.program}, args...)...)
}

func (m *machine) run(dir string, argv ...string) *result {
	m.Helper()
	return m.finish(m.command(dir, argv...))
}

func (m *machine) finish(cmd *exec.Cmd) *result {
	m.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.Fatalf("%q: %v", cmd.Args, err)
	}
	return &result{TB: m.TB, argv: cmd.Args, code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// A result is what a command printed and how it ended.
type result struct {
	testing.TB
	argv           []string
	code           int
	stdout, stderr string
}

func (r *result) String() string {
	return fmt.Sprintf("%q: exit code %d\n%s%s", r.argv, r.code, r.stdout, r.stderr)
}

// ok demands success.
func (r *result) ok() *result {
	r.Helper()
	if r.code != 0 {
		r.Fatal(r)
	}
	return r
}

// fails demands an exit code, and no answer beside the error.
func (r *result) fails(code int) *result {
	r.Helper()
	if r.code != code || r.stdout != "" {
		r.Errorf("want exit code %d and no output; %v", code, r)
	}
	return r
}

// says demands that each pattern is found in a line of standard error.
func (r *result) says(patterns ...string) *result {
	r.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile("(?m)" + p).MatchString(r.stderr) {
			r.Errorf("nothing says %q; %v", p, r)
		}
	}
	return r
}

// prints demands that standard output matches.
func (r *result) prints(pattern string) *result {
	r.Helper()
	if !regexp.MustCompile(pattern).MatchString(r.stdout) {
		r.Errorf("want %q on standard output; %v", pattern, r)
	}
	return r
}

// silent demands that nothing was said.
func (r *result) silent() *result {
	r.Helper()
	if r.stderr != "" {
		r.Errorf("want silence; %v", r)
	}
	return r
}

// files lists what is below a directory, for "nothing is kept".
func (m *machine) files(name string) []string {
	m.Helper()
	var all []string
	err := filepath.WalkDir(m.path(name), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, strings.TrimPrefix(path, m.path(name)+"/"))
		}
		return nil
	})
	if err != nil {
		m.Fatal(err)
	}
	return all
}
