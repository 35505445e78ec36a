package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// conversation is a program on a terminal.
type conversation struct {
	testing.TB
	tty *os.File
	mu  sync.Mutex
	out strings.Builder
	at  int // what has been expected so far
}

func converse(t *testing.T, dir string, environ []string, argv ...string) (*conversation, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, environ
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	c := &conversation{TB: t, tty: tty}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, err := tty.Read(buf)
			c.mu.Lock()
			c.out.Write(buf[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may be over
		_ = cmd.Wait()
		_ = tty.Close()
		<-done
	})
	return c, cmd
}

func (c *conversation) send(text string) {
	c.Helper()
	if _, err := c.tty.WriteString(text); err != nil {
		c.Fatal(err)
	}
}

// expect waits until the terminal shows a text, behind what was expected before.
func (c *conversation) expect(text string) {
	c.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		rest := c.out.String()[c.at:]
		i := strings.Index(rest, text)
		if i >= 0 {
			c.at += i + len(text)
		}
		c.mu.Unlock()
		if i >= 0 {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Fatalf("no %q behind %q", text, c.out.String()[c.at:])
}

// TestReplOnATerminal is what a person does: statements over several lines,
// completion, errors, an evaluation that never ends, and the history of the last
// session.
func TestReplOnATerminal(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "file-to-load.nix"), []byte("{ n ? 1 }: { loaded = n + 41; }"), 0o644); err != nil {
		t.Fatal(err)
	}
	environ := append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home+"/state", "TERM=xterm", "NO_COLOR=1", "EDITOR=")
	c, cmd := converse(t, home, environ, "devenv", "repl")
	c.expect("nix> ")
	c.send("value-of-mine = 6\n")
	c.expect("nix> ")
	c.send("value-of\t * 7\n") // completes to a variable
	c.expect("value-of-mine * 7")
	c.expect("42")
	c.send("builtins.hashStr\t \"md5\" \"\"\n") // to an attribute
	c.expect("d41d8cd98f00b204e9800998ecf8427e")
	c.send(":l ./file-to\t\n") // to a file
	c.expect("1 variables added")
	c.send(":p { a = [\n")
	c.expect("   > ")
	c.send("loaded ]; }\n")
	c.expect("42")
	c.send("{ a = 1\x03") // thrown away
	c.expect("nix> ")
	c.send("nonsense\n")
	c.expect("undefined variable 'nonsense'")
	c.expect("nix> ")
	c.send("let f = x: f (x + 1); in builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: builtins.length (builtins.genList (y: y) 1000000)) 1000000)\n")
	time.Sleep(300 * time.Millisecond)
	c.send("\x03")
	c.expect("interrupted")
	c.expect("nix> ")
	c.send("1 + 1000\n")
	c.expect("1001")
	c.expect("nix> ")
	c.send("\x04")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, c.out.String())
	}

	c, cmd = converse(t, home, environ, "devenv", "repl")
	c.expect("nix> ")
	c.send("\x1b[A\n") // up: the last line of the last session
	c.expect("1001")
	c.send(":q\n")
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}
