package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"devenv/store/derivation"
)

// workplace is where a job runs.
type workplace struct {
	dir     string // of this job alone, on the store's file system
	remove  func() error
	build   string       // the builder's directory on disk
	inside  string       // and as the builder sees it
	helper  *helper      // that becomes the builder; nil if none is needed
	who     account      // the builder outside
	confine *confinement // nil: the builder sees the whole machine
}

// newWorkplace makes the place for a job.
func (j *job) newWorkplace(confined bool) (*workplace, error) {
	w := &workplace{}
	var err error
	if w.dir, w.remove, err = j.b.Store.Workplace(j.ctx); err != nil {
		return nil, err
	}
	if err := j.furnish(w, confined); err != nil {
		if cerr := w.close(); cerr != nil {
			err = errors.Join(err, cerr)
		}
		return nil, err
	}
	return w, nil
}

// furnish makes what is in a workplace.
func (j *job) furnish(w *workplace, confined bool) (err error) {
	w.build = filepath.Join(w.dir, "build")
	w.inside = w.build
	if err := os.Mkdir(w.build, 0o700); err != nil || j.drv.Builder == fetchurl {
		return err
	}
	if w.helper, err = j.b.helper(shape{confined: confined, loopback: confined && !j.networked()}); err != nil {
		return j.explainStart(err)
	}
	w.who = w.helper.who
	if confined {
		w.inside = j.b.BuildDir
		if w.confine, err = j.newSandbox(filepath.Join(w.dir, "root"), w.build, w.who); err != nil {
			return err
		}
	}
	return w.who.own(w.build)
}

// close removes the place. Nothing runs there any more.
func (w *workplace) close() error {
	if w.helper != nil {
		w.helper.close()
	}
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
	h := w.helper
	if err := h.become(s); err != nil {
		return j.explainStart(err)
	}
	watch := newWatch(j.ctx, j.b, h.stop)
	go func() {
		defer watch.quiet()
		buf := make([]byte, 32<<10)
		for {
			n, err := h.out.Read(buf)
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
	err = <-h.ended
	if cause := watch.end(); cause != nil {
		return cause
	}
	return err
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
