package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"devenv/env"
	"devenv/shellhooks"
)

// A session is an interactive shell on a terminal, on a machine whose rc files
// `devenv setup` has written.
type session struct {
	*machine
	shell env.Shell
	tty   *os.File
	pid   int
	mu    sync.Mutex
	out   bytes.Buffer
	n     int
}

// everywhere runs a scenario in each shell.
func everywhere(t *testing.T, scenario func(t *testing.T, shell env.Shell)) {
	for _, shell := range env.Shells() {
		t.Run(string(shell), func(t *testing.T) {
			t.Parallel()
			need(t, string(shell))
			scenario(t, shell)
		})
	}
}

// rc is what a user has in the rc file of a shell: a plain prompt, and lines.
func (m *machine) rc(shell env.Shell, lines string) {
	m.Helper()
	switch shell {
	case env.Bash:
		m.write("home/.bashrc", "PS1='> '\n"+lines)
	case env.Zsh:
		m.write("home/.zshrc", "PS1='> '; unsetopt zle\n"+lines)
	case env.Fish:
		m.mkdir("home/.local/share/fish/generated_completions") // else fish reads all manual pages first
		m.write("home/.config/fish/config.fish", "function fish_prompt; echo '> '; end; function fish_greeting; end\n"+lines)
	}
}

// open starts a shell as a terminal window does, after `devenv setup`.
func (m *machine) open(shell env.Shell) *session {
	m.Helper()
	m.rc(shell, "")
	m.devenv(m.path("src"), "setup", string(shell)).ok()
	return m.openWith(shell, need(m.TB, string(shell)), "-i")
}

func (m *machine) openWith(shell env.Shell, argv ...string) *session {
	m.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = m.path("src"), m.environ("PWD="+m.path("src"))
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 80})
	if err != nil {
		m.Fatal(err)
	}
	s := &session{machine: m, shell: shell, tty: tty, pid: cmd.Process.Pid}
	done := make(chan struct{})
	go func() {
		defer close(done)
		copyTo(s, tty)
	}()
	m.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		tty.Close()
		<-done
	})
	s.run()
	return s
}

// copyTo keeps what a terminal gets, until it is closed.
func copyTo(s *session, tty io.Reader) { io.Copy(lockedWriter{s}, tty) }

type lockedWriter struct{ s *session }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.s.out.Write(p)
}

// output is what the terminal got, without its escape sequences.
func (s *session) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return escapes.ReplaceAllString(s.out.String(), "")
}

var escapes = regexp.MustCompile("\x1b(?:\\[[0-9;?<>=]*[a-zA-Z]|[\\]P][^\x07\x1b]*(?:\x07|\x1b\\\\)|\\(B|.)")

// tail is the end of that, for messages.
func (s *session) tail() string {
	all := s.output()
	return "…" + all[max(0, len(all)-600):]
}

func (s *session) send(text string) {
	if _, err := io.WriteString(s.tty, text); err != nil {
		s.Fatal(err)
	}
}

// run types lines, each at a prompt of its own, and waits for the last prompt.
func (s *session) run(lines ...string) {
	s.Helper()
	for _, line := range append(lines, "") {
		s.n++
		mark := s.path(fmt.Sprintf("out/%s-%d-%d", s.shell, s.pid, s.n))
		if line != "" {
			s.send(line + "\n")
		}
		s.send("true >" + mark + "\n")
		s.until("an answer after "+line, time.Minute, func() bool {
			_, err := os.Stat(mark)
			return err == nil
		})
	}
}

func (s *session) until(what string, patience time.Duration, done func() bool) {
	s.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("%s: still waiting for %s:\n%s", s.shell, what, strings.Join(s.said(), "\n"))
		}
	}
}

// ask runs a command in the shell and returns what it prints.
func (s *session) ask(command string) string {
	s.Helper()
	s.n++
	file := s.path(fmt.Sprintf("out/%s-%d-%d.txt", s.shell, s.pid, s.n))
	s.run(command + " >" + file + " 2>&1")
	data, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	return strings.TrimSuffix(string(data), "\n")
}

// expect compares what a command prints.
func (s *session) expect(command, pattern string) {
	s.Helper()
	if got := s.ask(command); !regexp.MustCompile("^(?:" + pattern + ")$").MatchString(got) {
		s.Errorf("%s: %s prints %q, want %s\n%s", s.shell, command, got, pattern, s.tail())
	}
}

// eventually shows prompts until a command prints what is expected.
func (s *session) eventually(command, pattern string) {
	s.Helper()
	re := regexp.MustCompile("^(?:" + pattern + ")$")
	s.prompts(command+" to print "+pattern, func() bool { return re.MatchString(s.ask(command)) })
}

// prompts shows prompts until what happens in the background has happened.
func (s *session) prompts(what string, done func() bool) {
	s.Helper()
	s.until(what, 30*time.Second, func() bool {
		time.Sleep(50 * time.Millisecond)
		s.run()
		return done()
	})
}

func (s *session) cd(dir string) {
	s.Helper()
	s.run("cd " + s.quote(dir))
}

// wait is what a user types who does not want to look at a background job.
func (s *session) wait() {
	s.Helper()
	s.run("devenv wait")
}

func (s *session) quote(word string) string {
	q, err := shellhooks.Quote(s.shell, word)
	if err != nil {
		s.Fatal(err)
	}
	return q
}

// said are the lines of devenv on the terminal so far, without those that the
// terminal echoes.
func (s *session) said() []string {
	var all []string
	for line := range strings.SplitSeq(s.output(), "\n") {
		line = strings.TrimRight(line, "\r ")
		line = line[strings.LastIndex(line, "\r")+1:]
		for strings.HasPrefix(line, "> ") { // what was typed before the prompt was there is echoed before it too
			line = line[2:]
		}
		if strings.HasPrefix(line, "devenv: ") {
			all = append(all, line)
		}
	}
	return all
}

// count is the number of those lines that match.
func (s *session) count(pattern string) int {
	n := 0
	for _, line := range s.said() {
		if regexp.MustCompile(pattern).MatchString(line) {
			n++
		}
	}
	return n
}

// once demands that exactly one line matches.
func (s *session) once(pattern string) {
	s.Helper()
	if n := s.count(pattern); n != 1 {
		s.Errorf("%s: %d lines say %q, want one: %q", s.shell, n, pattern, s.said())
	}
}

// everything is the state that must be as before when all projects are left:
// every variable, exported or not, and what a child gets, without what changes
// by itself and without the hook's own notes.
func (s *session) everything() string {
	s.Helper()
	s.n++
	file := s.path(fmt.Sprintf("out/%s-%d-%d.dump", s.shell, s.pid, s.n))
	dump := map[env.Shell]string{env.Bash: "declare -p", env.Zsh: "typeset -p", env.Fish: "set --show"}[s.shell]
	s.run(dump+" >"+file, "/usr/bin/env | /usr/bin/sort >>"+file)
	data, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	restless := regexp.MustCompile(`^(?:(?:declare|typeset|export) (?:-\S+ )*|\$)?` +
		`(?:__devenv_|(?:PWD|OLDPWD|SHLVL|_|RANDOM|SRANDOM|SECONDS|EPOCHREALTIME|EPOCHSECONDS|LINENO|HISTCMD|TTYIDLE|BASHPID|` +
		`BASH_[A-Z]+|PIPESTATUS|FUNCNAME|status|pipestatus|CMD_DURATION|history|status_generation|dirstack|dirprev|dirnext|epochtime|` +
		`__fish_last_bind_mode|__fish_cd_direction|__cd_[a-z]+|zsh_eval_context|ZSH_EVAL_CONTEXT|__zsh_[a-z]+)\b)`)
	var kept []string
	for line := range strings.Lines(string(data)) {
		if !restless.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// unchanged compares two such states line by line.
func (s *session) unchanged(before, after string) {
	s.Helper()
	if before == after {
		return
	}
	a, b := s.path("out/before-"+string(s.shell)), s.path("out/after-"+string(s.shell))
	os.WriteFile(a, []byte(before), 0o644)
	os.WriteFile(b, []byte(after), 0o644)
	diff, _ := exec.Command("diff", a, b).CombinedOutput()
	s.Errorf("%s: the shell is not as it was in %s:\n%s", s.shell, filepath.Base(s.base), diff)
}
