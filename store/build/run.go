package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"devenv/store/derivation"
	"devenv/store/namespace"
)

// workplace is where a job runs.
type workplace struct {
	dir     string // of this job alone, on the store's file system
	remove  func() error
	build   string // the builder's directory on disk
	inside  string // and as the builder sees it
	who     account
	confine *confinement // nil: the builder sees the whole machine
}

// newWorkplace makes the place for a job.
func (j *job) newWorkplace(confined bool) (w *workplace, err error) {
	w = &workplace{}
	if w.dir, w.remove, err = j.b.Store.Workplace(j.ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	w.build = filepath.Join(w.dir, "build")
	w.inside = w.build
	if err := os.Mkdir(w.build, 0o700); err != nil {
		return nil, err
	}
	if confined {
		w.inside = j.b.BuildDir
		if w.who, err = j.b.account(); err != nil {
			return nil, err
		}
		if w.confine, err = j.newSandbox(filepath.Join(w.dir, "root"), w.build, w.who); err != nil {
			return nil, err
		}
	}
	return w, w.who.own(w.build)
}

func (w *workplace) close() error {
	w.who.release()
	return w.remove()
}

// spec says what the helper is to do.
func (j *job) spec(w *workplace) (*spec, error) {
	env, err := j.environmentOf(j.ctx, w.inside)
	if err != nil {
		return nil, err
	}
	replace := j.rewriter()
	for name, text := range env.files {
		file := filepath.Join(w.build, name)
		if err := os.WriteFile(file, []byte(replace.Replace(text)), 0o644); err != nil {
			return nil, err
		}
		if err := errors.Join(os.Chmod(file, 0o644), w.who.own(file)); err != nil {
			return nil, err
		}
	}
	s := &spec{
		Confine: w.confine, Dir: w.inside, System: j.drv.System, Filter: !j.b.NoFilter, NoPrivs: !j.b.NewPrivileges,
		Program: j.drv.Builder, Args: []string{path.Base(j.drv.Builder)},
	}
	for _, arg := range j.drv.Args {
		s.Args = append(s.Args, replace.Replace(arg))
	}
	for _, v := range env.list() {
		s.Env = append(s.Env, replace.Replace(v))
	}
	if isBuiltin(j.drv) {
		s.Builtin, err = j.builtin()
	}
	return s, err
}

// isBuiltin reports whether d is built by this program itself.
func isBuiltin(d *derivation.Derivation) bool { return strings.HasPrefix(d.Builder, "builtin:") }

// run runs the builder to its end. The error says how it failed.
func (j *job) run(w *workplace, log *log) error {
	s, err := j.spec(w)
	if err != nil {
		return err
	}
	master, slave, err := openTerminal(w.who)
	if err != nil {
		return err
	}
	defer master.Close()
	ended := make(chan error, 1)
	var helper *os.Process
	started := make(chan error, 1)
	go func() {
		// The builder dies with the thread that started it: keep it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		cmd, err := j.b.launch(s, w.who, slave)
		slave.Close()
		if err != nil {
			started <- err
			return
		}
		helper = cmd.Process
		started <- nil
		ended <- cmd.Wait()
	}()
	if err := <-started; err != nil {
		return j.explainStart(err)
	}
	watch := newWatch(j.ctx, j.b, func() { stop(helper, s) })
	go func() {
		defer watch.quiet()
		buf := make([]byte, 32<<10)
		for {
			n, err := master.Read(buf)
			if n > 0 && log.write(buf[:n]) {
				watch.printed()
			} else if n > 0 {
				watch.stop(&tooMuch{j.b.MaxLog})
			}
			if err != nil {
				return // EIO: nobody holds the other end any more
			}
		}
	}()
	err = <-ended
	cause := watch.end()
	if cause != nil {
		return cause
	}
	return err
}

// launch starts the helper and returns when it has become the builder, or the
// error for which it could not.
func (b *Builder) launch(s *spec, who account, out *os.File) (*exec.Cmd, error) {
	specR, specW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer specR.Close()
	statusR, statusW, err := os.Pipe()
	if err != nil {
		specW.Close()
		return nil, err
	}
	defer statusR.Close()
	cmd := b.command(s, who)
	cmd.Stdout, cmd.Stderr = out, out // and nothing to read
	cmd.ExtraFiles = []*os.File{specR, statusW}
	err = cmd.Start()
	statusW.Close()
	if err != nil {
		specW.Close()
		return nil, namespace.Explain(err)
	}
	specR.Close()
	go func() {
		s.write(specW) //nolint:errcheck // a helper that died says so itself
		specW.Close()
	}()
	if text, _ := io.ReadAll(statusR); len(text) > 0 {
		cmd.Wait() //nolint:errcheck // text says it
		return nil, &setupError{string(text)}
	}
	return cmd, nil
}

// setupError is what kept a helper from becoming the builder.
type setupError struct{ text string }

func (e *setupError) Error() string { return e.text }

// tooMuch ends a build that prints too much.
type tooMuch struct{ limit int64 }

func (e *tooMuch) Error() string { return fmt.Sprintf("it printed more than %d bytes", e.limit) }

// tooLong ends a build that takes too long, or prints nothing for too long.
type tooLong struct {
	what  string
	limit time.Duration
}

func (e *tooLong) Error() string { return fmt.Sprintf("it %s %v", e.what, e.limit) }

// describeEnd says how a builder ended that did not end well.
func describeEnd(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err.Error()
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return fmt.Sprintf("the builder was ended by signal %d (%v)", status.Signal(), status.Signal())
	}
	return fmt.Sprintf("the builder failed with exit code %d", exit.ExitCode())
}

// watch stops a builder when its time is up or nobody wants it any more.
type watch struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	silence *time.Timer
	limit   time.Duration
	total   *time.Timer
	done    chan struct{}
	unhook  func() bool
}

// newWatch begins to watch; kill ends the builder.
func newWatch(ctx context.Context, b *Builder, kill func()) *watch {
	w := &watch{limit: b.Silence, done: make(chan struct{})}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.unhook = context.AfterFunc(w.ctx, kill)
	if b.Silence > 0 {
		w.silence = time.AfterFunc(b.Silence, func() { w.cancel(&tooLong{"printed nothing for", b.Silence}) })
	}
	if b.Timeout > 0 {
		w.total = time.AfterFunc(b.Timeout, func() { w.cancel(&tooLong{"took longer than", b.Timeout}) })
	}
	return w
}

func (w *watch) stop(err error) { w.cancel(err) }

// printed notes that the builder printed something.
func (w *watch) printed() {
	if w.silence != nil {
		w.silence.Reset(w.limit)
	}
}

// quiet notes that the builder will print nothing more.
func (w *watch) quiet() { close(w.done) }

// end waits for the last of the log and returns why the builder was stopped, nil
// if it was not.
func (w *watch) end() error {
	<-w.done
	for _, timer := range []*time.Timer{w.silence, w.total} {
		if timer != nil {
			timer.Stop()
		}
	}
	stopped := !w.unhook()
	cause := context.Cause(w.ctx)
	w.cancel(nil)
	if stopped {
		return cause
	}
	return nil
}
