package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"devenv/resolver/tools/toolstest"
)

// TestReadme does what README.md shows being done: the session of its first
// block is typed into a bash with the hook, the commands of the others are run
// in a clone.
func TestReadme(t *testing.T) {
	sessions, commands := consoleBlocks(t, filepath.Join(moduleRoot(t), "README.md"))
	if len(sessions) != 1 || len(commands) < 3 {
		t.Fatalf("%d sessions and %d commands are shown", len(sessions), len(commands))
	}
	dir := t.TempDir()
	t.Cleanup(func() { makeWritable(dir) })
	environ := readmeEnviron(t, dir)
	for _, command := range commands {
		if command == "go test ./..." { // this is it
			continue
		}
		t.Run(command, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
			cmd.Dir, cmd.Env = moduleRoot(t), environ
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
	t.Run("session", func(t *testing.T) { typeSession(t, filepath.Join(dir, "home"), environ, sessions[0]) })
}

// A typed line and what is printed before the next one.
type typed struct {
	where, command string
	output         []string
}

var promptLine = regexp.MustCompile(`^(~\S*) \$ (.*?)(?:\s+#.*)?$`)

// consoleBlocks are the console blocks of a text: those with prompts that name
// a directory, and the commands of all others.
func consoleBlocks(t *testing.T, file string) (sessions [][]typed, commands []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllSubmatch(text, -1) {
		var session []typed
		for line := range strings.Lines(string(block[1])) {
			line = strings.TrimSuffix(line, "\n")
			if m := promptLine.FindStringSubmatch(line); m != nil {
				session = append(session, typed{where: m[1], command: m[2]})
			} else if command, ok := strings.CutPrefix(line, "$ "); ok {
				commands = append(commands, command)
			} else if len(session) > 0 {
				last := &session[len(session)-1]
				last.output = append(last.output, line)
			}
		}
		if session != nil {
			sessions = append(sessions, session)
		}
	}
	return sessions, commands
}

// readmeEnviron is a newcomer's: a home with two repos, and a Node of the
// system's that is none of theirs.
func readmeEnviron(t *testing.T, dir string) []string {
	home, bin := filepath.Join(dir, "home"), filepath.Join(dir, "bin")
	for name, text := range map[string]string{
		"home/shop/.nvmrc":     "20\n",
		"home/api/devenv.toml": "[tools]\nnode = \"24\"\n",
		"home/.bashrc":         "PS1='\\w \\$ '\n",
		"system/node":          "#!/bin/sh\necho v18.19.1\n",
		"bin/.keep":            "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return []string{
		"HOME=" + home, "TERM=dumb", "SHELL=/bin/bash", "LANG=C.UTF-8", "GOFLAGS=",
		"PATH=" + strings.Join([]string{bin, filepath.Join(dir, "system"), os.Getenv("PATH")}, ":"),
		"GOBIN=" + bin, "GOCACHE=" + strings.TrimSpace(output(t, "go", "env", "GOCACHE")), "GOMODCACHE=" + strings.TrimSpace(output(t, "go", "env", "GOMODCACHE")),
		"XDG_CACHE_HOME=" + filepath.Join(dir, "cache"), "DEVENV_STORE=" + filepath.Join(dir, "store"),
		"NPM_CONFIG_REGISTRY=" + toolstest.NpmRegistry(t), "GOPROXY=" + toolstest.GoProxy(t),
	}
}

// typeSession types a session as it is shown, and compares what is printed. Of
// versions the first number has to be the same; a home is anybody's.
func typeSession(t *testing.T, home string, environ []string, session []typed) {
	visit := exec.CommandContext(t.Context(), "devenv", "wait", "-C", filepath.Join(home, "api")) // "entered before"
	visit.Env = environ
	if out, err := visit.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-i")
	cmd.Dir, cmd.Env = home, environ
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	screen := make(chan string, 1<<10)
	go readRunes(tty, screen)
	waitFor(t, screen, regexp.MustCompile(`~ [$#] $`))
	for i, step := range session {
		next := "~"
		if i+1 < len(session) {
			next = session[i+1].where
		}
		fmt.Fprintf(tty, "%s\n", step.command)
		want := regexp.QuoteMeta(step.command) + `\r?\n`
		for _, line := range step.output {
			want += `(?s:.*?)` + pattern(line) + `\r?\n`
		}
		waitFor(t, screen, regexp.MustCompile(want+`(?s:.*)`+regexp.QuoteMeta(next)+` [$#] $`))
	}
}

// pattern matches a shown line, with another home and other releases.
func pattern(line string) string {
	p := regexp.QuoteMeta(strings.ReplaceAll(line, "/home/ada/", "HOME/"))
	p = strings.ReplaceAll(p, "HOME/", `/\S*/`)
	return regexp.MustCompile(`(\d+)\\\.\d+\\\.\d+`).ReplaceAllString(p, `$1\.\d+\.\d+`)
}

func readRunes(from io.Reader, to chan<- string) {
	defer close(to)
	r := bufio.NewReader(from)
	for {
		c, _, err := r.ReadRune()
		if err != nil {
			return
		}
		to <- string(c)
	}
}

// waitFor reads until the text since the last call ends as wanted.
func waitFor(t *testing.T, screen <-chan string, want *regexp.Regexp) {
	t.Helper()
	late := time.After(10 * time.Second)
	var seen strings.Builder
	for !want.MatchString(seen.String()) {
		select {
		case c, ok := <-screen:
			if !ok {
				t.Fatalf("the shell has ended; it printed %q, not %q", seen.String(), want)
			}
			seen.WriteString(c)
		case <-late:
			t.Fatalf("printed %q, and not %q", seen.String(), want)
		}
	}
}
