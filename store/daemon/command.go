package daemon

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Command dials a daemon that is a program's standard input and output:
// "nix-daemon --stdio". Lines that it prints to its standard error are told to
// say, one at a time. Cleanup is called when the program has ended. Both may be
// nil.
func Command(argv []string, say func(line string), cleanup func()) Dial {
	return func(ctx context.Context) (Stream, error) {
		c, err := start(argv, say, cleanup)
		if err != nil && cleanup != nil {
			cleanup()
		}
		if err != nil {
			return nil, err
		}
		return c, nil
	}
}

// patience is how long a program may take to end after its input has.
const patience = 2 * time.Second

// command is a stream of a program.
type command struct {
	io.Reader
	io.Writer
	name      string
	in, out   *os.File
	cmd       *exec.Cmd
	said      *lines
	ended     chan struct{} // closed when the program has ended
	closeOnce sync.Once
}

func start(argv []string, say func(string), cleanup func()) (_ *command, err error) {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		theirIn.Close()
		in.Close()
		return nil, err
	}
	defer theirIn.Close()
	defer theirOut.Close()
	c := &command{Reader: out, Writer: in, name: argv[0], in: in, out: out, said: &lines{say: say}, ended: make(chan struct{})}
	c.cmd = exec.Command(argv[0], argv[1:]...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = theirIn, theirOut, c.said
	c.cmd.WaitDelay = patience // for whoever inherited its standard error
	if err := c.cmd.Start(); err != nil {
		in.Close()
		out.Close()
		return nil, err
	}
	go func() {
		defer close(c.ended)
		c.cmd.Wait() // its state tells what there is to tell
		c.said.end()
		if cleanup != nil {
			cleanup()
		}
	}()
	return c, nil
}

// Close ends the program's input, and the program if it does not end by itself.
func (c *command) Close() error {
	c.closeOnce.Do(func() {
		c.in.Close()
		c.out.Close()
		time.AfterFunc(patience, func() {
			select {
			case <-c.ended:
			default:
				c.cmd.Process.Kill()
			}
		})
	})
	return nil
}

func (c *command) Alive() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// End waits a little for the program to end, which is why err came.
func (c *command) End(err error) error {
	select {
	case <-c.ended:
		return &endError{c.name, c.cmd.ProcessState.String(), c.said.last(), err}
	case <-time.After(patience):
		return err
	}
}

// endError says how a program ended that was a daemon's stream.
type endError struct {
	name, state, said string
	err               error
}

func (e *endError) Error() string {
	text := fmt.Sprintf("%s ended (%s)", e.name, e.state)
	if e.said != "" {
		text += ", saying: " + e.said
	}
	return text
}

func (e *endError) Unwrap() error { return e.err }

// lines passes what is written to it on by lines, and keeps the last ones.
type lines struct {
	say func(string)

	mu   sync.Mutex
	part []byte
	kept []string
}

const (
	keptLines   = 5
	longestLine = 4 << 10
)

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range p {
		if b != '\n' && len(l.part) < longestLine {
			l.part = append(l.part, b)
			continue
		}
		l.flush()
		if b != '\n' {
			l.part = append(l.part, b)
		}
	}
	return len(p), nil
}

// end passes on a line without an end.
func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
}

func (l *lines) flush() {
	line := plain(string(l.part))
	l.part = l.part[:0]
	if line == "" {
		return
	}
	l.kept = append(l.kept, line)
	l.kept = l.kept[max(0, len(l.kept)-keptLines):]
	if l.say != nil {
		l.say(line)
	}
}

// last returns the last lines, as one.
func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.kept, "; ")
}
