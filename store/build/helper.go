package build

import (
	"io"
	"os"
	"runtime"
	"sync"

	"devenv/store/namespace"
)

// shape is what must be known of a build to start its helper.
type shape struct {
	confined bool
	loopback bool // the network is its own
}

// helper is a process of this program in the namespaces of a build. It waits to
// be told what to become.
type helper struct {
	shape
	who     account // the builder outside
	process *os.Process
	out     *os.File   // what the builder prints can be read here
	spec    *os.File   // it is told here
	status  *os.File   // it says here why it cannot become that
	ended   chan error // how the process ended
}

// newHelper starts a helper.
func (b *Builder) newHelper(s shape) (h *helper, err error) {
	h = &helper{shape: s, ended: make(chan error, 1)}
	if s.confined {
		if h.who, err = b.account(); err != nil {
			return nil, err
		}
	}
	var slave, specR, statusW *os.File
	defer func() {
		for _, f := range []*os.File{slave, specR, statusW} { // the process has them
			f.Close()
		}
		if err != nil {
			h.close()
			h.who.release()
			h = nil
		}
	}()
	if h.out, slave, err = openTerminal(h.who); err != nil {
		return h, err
	}
	if specR, h.spec, err = os.Pipe(); err != nil {
		return h, err
	}
	if h.status, statusW, err = os.Pipe(); err != nil {
		return h, err
	}
	cmd := b.command(s, h.who)
	cmd.Stdout, cmd.Stderr = slave, slave // and nothing to read
	cmd.ExtraFiles = []*os.File{specR, statusW}
	started := make(chan error, 1)
	go func() {
		// The process dies with the thread that started it: keep that.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			h.ended <- cmd.Wait()
		}
	}()
	if err = <-started; err != nil {
		return h, namespace.Explain(err)
	}
	h.process = cmd.Process
	return h, nil
}

// become tells the helper what to become, and returns when it has, or the error
// for which it could not: its own is a *setupError.
func (h *helper) become(s *spec) error {
	go func() {
		s.write(h.spec) //nolint:errcheck // a helper that died says so itself
		h.spec.Close()
	}()
	if text, _ := io.ReadAll(h.status); len(text) > 0 {
		<-h.ended
		return &setupError{string(text)}
	}
	return nil
}

// close gives back the descriptors. A helper that was not told anything ends.
func (h *helper) close() {
	for _, f := range []*os.File{h.spec, h.status, h.out} {
		f.Close() // nil and closed ones are fine
	}
}

// helpers keeps helpers that were started before anybody needs them: it takes as
// long as a small build.
type helpers struct {
	mu       sync.Mutex
	spare    []*helper
	starting bool // one is being started
}

// helper returns a helper, which may be a spare one.
func (b *Builder) helper(s shape) (*helper, error) {
	b.helpers.mu.Lock()
	for i, h := range b.helpers.spare {
		if h.shape == s {
			b.helpers.spare = append(b.helpers.spare[:i], b.helpers.spare[i+1:]...)
			b.helpers.mu.Unlock()
			return h, nil
		}
	}
	b.helpers.mu.Unlock()
	return b.newHelper(s)
}

// prepare starts a helper for a build to come, unless there is one.
func (b *Builder) prepare(s shape) {
	b.helpers.mu.Lock()
	enough := b.helpers.starting || len(b.helpers.spare) > 0
	b.helpers.starting = b.helpers.starting || !enough
	b.helpers.mu.Unlock()
	if enough {
		return
	}
	h, err := b.newHelper(s)
	b.helpers.mu.Lock()
	defer b.helpers.mu.Unlock()
	b.helpers.starting = false
	if err == nil { // who needs it will see the error
		b.helpers.spare = append(b.helpers.spare, h)
	}
}

// dismiss ends spare helpers.
func (b *Builder) dismiss() {
	b.helpers.mu.Lock()
	defer b.helpers.mu.Unlock()
	for _, h := range b.helpers.spare {
		h.close()
		<-h.ended
		h.who.release()
	}
	b.helpers.spare = nil
}
