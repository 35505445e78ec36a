package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"devenv/resolver/flakeref"
)

// git runs the git program. It is asked in plumbing commands, whose output is
// made for programs.
type git struct{ environ []string }

// gitEnviron is the environment of git: the user's, so that their keys, helpers
// and proxies serve, without what a hook that calls us has set for its own
// repository, in English, and without questions on the terminal.
func gitEnviron(environ []string) []string {
	var kept []string
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
			"GIT_COMMON_DIR", "GIT_ALLOW_PROTOCOL", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_CEILING_DIRECTORIES", "GIT_TERMINAL_PROMPT", "GIT_OPTIONAL_LOCKS",
			"GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE", "LC_ALL", "LANGUAGE":
			continue
		}
		kept = append(kept, v)
	}
	return append(kept, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_ALLOW_PROTOCOL=file:git:http:https:ssh")
}

// quiet are settings of every call: a repository that is only looked at starts
// neither a monitor nor hooks nor a repacking of its own.
var quiet = [...]string{"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "-c", "gc.auto=0", "-c", "maintenance.auto=false"}

func (g *git) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append(append(quiet[:len(quiet):len(quiet)], "-C", dir), args...)...)
	cmd.Env = g.environ
	cmd.WaitDelay = time.Second // what git started may outlive it, and hold its output open
	return cmd
}

// output runs git in dir and returns what it prints.
func (g *git) output(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return g.feed(ctx, dir, nil, args...)
}

// feed is output with standard input.
func (g *git) feed(ctx context.Context, dir string, in io.Reader, args ...string) ([]byte, error) {
	cmd := g.command(ctx, dir, args...)
	cmd.Stdin = in
	var said tail
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return out, gitError(ctx, dir, args, said.String(), err)
	}
	return out, nil
}

// line is output without the newline at its end.
func (g *git) line(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := g.output(ctx, dir, args...)
	return strings.TrimRight(string(out), "\n"), err
}

// failed reports whether err is that git ended with this exit code.
func failed(err error, code int) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == code
}

// A GitError is a git that failed.
type GitError struct {
	Dir  string // where it ran
	Args []string
	Said string // the last of what it printed to standard error
	Err  error
}

func gitError(ctx context.Context, dir string, args []string, said string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	shownArgs := make([]string, len(args))
	for i, arg := range args {
		shownArgs[i] = flakeref.Redact(arg)
	}
	return &GitError{Dir: dir, Args: shownArgs, Said: flakeref.Redact(said), Err: err}
}

func (e *GitError) Error() string {
	if errors.Is(e.Err, exec.ErrNotFound) {
		return "there is no git program on PATH, and a Git repository has to be read"
	}
	if e.Said == "" {
		return fmt.Sprintf("git %s in %s: %v", strings.Join(e.Args, " "), e.Dir, e.Err)
	}
	return fmt.Sprintf("git %s in %s: %s", e.Args[0], e.Dir, e.Said)
}

func (e *GitError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *GitError) Hint() string {
	said := e.Said
	has := func(texts ...string) bool {
		for _, text := range texts {
			if strings.Contains(said, text) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(e.Err, exec.ErrNotFound):
		return "install git (apt install git, dnf install git, brew install git, …), or use an archive: tarball+https://…"
	case has("dubious ownership"):
		return "the repository belongs to another user; if you trust it: git config --global --add safe.directory " + quote(e.Dir)
	case has("could not read Username", "Authentication failed", "terminal prompts disabled", "returned error: 401", "returned error: 403"):
		return "git needs a login: put it into ~/.netrc, or configure a credential helper (git help credentials)"
	case has("Permission denied (publickey", "Host key verification failed"):
		return "let ssh in first: ssh-add your key, and connect to the host once by hand to accept its key"
	case has("not found", "does not exist", "does not appear to be a git repository", "returned error: 404", "couldn't find remote ref"):
		return "check the address and the branch; a private repository that nobody may see looks the same"
	case has("Could not resolve host", "Failed to connect", "Connection refused", "Connection timed out", "unable to access"):
		return "check the network; what the store or the cache already has needs none"
	}
	return "run it by hand to see more: git -C " + quote(e.Dir) + " " + strings.Join(e.Args, " ")
}

// tail keeps the end of what is written to it.
type tail struct{ b bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const most = 4 << 10
	t.b.Write(p)
	if t.b.Len() > 2*most {
		t.b.Next(t.b.Len() - most)
	}
	return len(p), nil
}

func (t *tail) String() string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(t.b.String()), "fatal: "))
}
