package main

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

//go:embed turns.bash
var turnsBash string

//go:embed turns.zsh
var turnsZsh string

//go:embed turns.fish
var turnsFish string

// shells are those with a hook, each with the script that turns in it.
var shells = []struct{ name, turns string }{{"bash", turnsBash}, {"zsh", turnsZsh}, {"fish", turnsFish}}

// done is what a session writes when it has answered.
const done = "turns-done"

// patience is how long an answer may take.
const patience = 30 * time.Second

// Session is an interactive shell that has read its rc file and takes turns on
// demand: what it runs at a prompt, and cd. It speaks over pipes; a turn is what the shell's prompt functions do, without the drawing.
type Session struct {
	cmd *exec.Cmd
	in  *os.File
	out *os.File
	buf *bufio.Reader
}

// startSession starts a shell in a directory. Prefix runs the shell: strace and
// its flags, or nothing.
func (s *site) startSession(ctx context.Context, c *Contender, shell, turns string, prefix ...string) (*Session, error) {
	script := s.path("turns." + shell)
	if err := write(script, turns); err != nil {
		return nil, err
	}
	askOut, askIn, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	answerOut, answerIn, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	argv := append(prefix, shell, "-i", script)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = c.environ(), s.elsewhere()
	cmd.Stdin, cmd.Stdout = askOut, answerIn
	err = cmd.Start()
	askOut.Close()
	answerIn.Close()
	if err != nil {
		return nil, err
	}
	session := &Session{cmd, askIn, answerOut, bufio.NewReader(answerOut)}
	if err := session.check(c, s.elsewhere()); err != nil {
		session.Close()
		return nil, fmt.Errorf("%s with %s: %w", shell, c.Name, err)
	}
	return session, nil
}

// check goes in and out once: the contender has to work before it is measured.
func (s *Session) check(c *Contender, elsewhere string) error {
	for _, place := range []struct{ dir, want string }{{elsewhere, ""}, {c.project, "inside"}, {elsewhere, ""}} {
		if c.Name == none {
			place.want = ""
		}
		if _, err := s.ask("cd " + place.dir); err != nil {
			return err
		}
		got, err := s.ask("show")
		if err != nil {
			return err
		}
		if !strings.Contains(got, "<"+place.want+">") {
			return fmt.Errorf("in %s %s is %q, not %q", place.dir, witness, got, place.want)
		}
	}
	return nil
}

// ask has one question answered. Before its words fish may write sequences for a
// terminal.
func (s *Session) ask(question string) (string, error) {
	if _, err := io.WriteString(s.in, question+"\n"); err != nil {
		return "", err
	}
	if err := s.out.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	var answer strings.Builder
	for {
		line, err := s.buf.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("%q is not answered: %w", question, err)
		}
		if strings.HasSuffix(line, done+"\n") {
			return answer.String(), nil
		}
		answer.WriteString(line)
	}
}

// time has a question with n turns answered and returns what one takes.
func (s *Session) time(n int, question string) (time.Duration, error) {
	start := time.Now()
	_, err := s.ask(question)
	return time.Since(start) / time.Duration(n), err
}

// Close ends the shell.
func (s *Session) Close() {
	s.in.Close()
	s.out.Close()
	s.cmd.Wait() //nolint:errcheck // how it ended does not matter
}
