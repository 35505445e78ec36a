package env

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/sys/unix"
)

// A Builder is the one process that may change a project's state. Others read
// on meanwhile: at every moment, and after a crash at any moment, they find the
// old generation or the new one.
type Builder struct {
	tree *Tree
	root Root
	lock *os.File
}

// Close lets the next builder in.
func (b *Builder) Close() error { return b.lock.Close() }

// Root is the project's place in the state tree.
func (b *Builder) Root() Root { return b.root }

// A Result is the outcome of one build.
type Result struct {
	// Snapshot is the environment; nil unless Status is OK. A project that is
	// Failed or Untrusted keeps the last good one.
	Snapshot *Snapshot
	Status   Status
	Message  string // one line for people; empty when there is nothing to say
	Why      []Reason
	Root     bool
	Tools    []Tool
	Lock     string
	Inputs   Inputs
}

// Publish makes the result the project's current generation:
//
//  1. the store paths get a root, then the snapshot is saved (envs/<key>);
//  2. ref/<N>, with the times of what was looked at, and gen-<N>, for a new N;
//  3. the pointers, one rename each: shells that arrive now get generation N;
//  4. state.json, one rename: programs get generation N; then, if others, the tools;
//  5. gen-<N-1> and ref/<N-1> go: shells that are inside source their pointer.
//
// N is larger than any number that is in use or left over, so that a number
// never means two things. A crash after any step leaves shells with files that
// exist; the next event publishes again, see [Builder.Settle].
func (b *Builder) Publish(ctx context.Context, r Result) (State, error) {
	previous, err := b.root.ReadState()
	if err != nil {
		previous = State{}
	}
	state := State{
		Dir: b.root.Dir, Status: r.Status, Message: oneLine(r.Message), Why: r.Why, Root: r.Root,
		Tools: r.Tools, Lock: r.Lock, Inputs: r.Inputs, Built: b.tree.Now().UTC(),
	}
	if r.Snapshot == nil && (r.Status == Failed || r.Status == Untrusted) {
		state.keep(b.tree.Layout, previous)
	}
	return b.publish(ctx, state, r.Snapshot)
}

// keep takes over the last good environment, if it is still there.
func (st *State) keep(l Layout, previous State) {
	if _, err := l.ReadLayer(previous.Key); err != nil {
		return
	}
	st.Key, st.Label, st.Tools = previous.Key, previous.Label, previous.Tools
}

func (b *Builder) publish(ctx context.Context, state State, snapshot *Snapshot) (State, error) {
	sweep, err := flock(ctx, b.tree.Layout.sweepLock(), unix.LOCK_SH)
	if err != nil {
		return State{}, err
	}
	defer sweep.Close()
	if snapshot != nil {
		layer, err := b.tree.saveLayer(ctx, *snapshot)
		if err != nil {
			return State{}, err
		}
		state.Key, state.Label = layer.Key, layer.Label
	}
	if state.Generation, err = b.root.nextGeneration(); err != nil {
		return State{}, err
	}
	if err := b.write(&state); err != nil {
		return State{}, err
	}
	return state, b.root.removeOthers(state.Generation)
}

// write is steps 2 to 4. Everything that needs room on the disk is written
// before the first shell can see any of it.
func (b *Builder) write(state *State) error {
	var files batch
	defer files.discard()
	if err := b.stage(state, &files); err != nil {
		b.root.removeGeneration(state.Generation)
		return err
	}
	if err := files.commit(); err != nil {
		return err
	}
	return syncDir(b.root.path)
}

func (b *Builder) stage(state *State, files *batch) error {
	pointer, err := b.root.writeRefs(state)
	if err != nil {
		return err
	}
	if err := createFile(pointer.GenFile, nil, 0o600); err != nil {
		return err
	}
	for _, shell := range Shells() {
		if pointer.Key != "" {
			pointer.Script = b.tree.Layout.Script(pointer.Key, shell)
		}
		body, err := b.tree.Renderer.Pointer(shell, pointer)
		if err != nil {
			return err
		}
		if err := files.add(b.root.Pointer(shell), body, 0o600); err != nil {
			return err
		}
	}
	data, err := state.encode()
	if err != nil {
		return err
	}
	if err := files.add(b.root.StateFile(), data, 0o600); err != nil {
		return err
	}
	tools := toolsText(state.Tools)
	if old, err := os.ReadFile(b.root.ToolsFile()); err == nil && bytes.Equal(old, tools) {
		return nil
	}
	return files.add(b.root.ToolsFile(), tools, 0o600) // after the state: who sees it changed finds what it is now
}

func toolsText(tools []Tool) []byte {
	var text bytes.Buffer
	for _, t := range tools {
		fmt.Fprintf(&text, "%s %s\n", t.Name, t.Version)
	}
	return text.Bytes()
}

// Refresh publishes the same environment with the present times of its inputs,
// after [Decide] said so. An input that changes meanwhile keeps looking changed.
func (b *Builder) Refresh(ctx context.Context) (State, error) {
	state, err := b.root.ReadState()
	if err != nil {
		return State{}, err
	}
	if state.Key != "" {
		if _, err := b.tree.Layout.ReadLayer(state.Key); err != nil {
			return State{}, err
		}
	}
	state.Inputs = state.Inputs.again(b.tree.Now().UTC())
	if state.Status == OK {
		state.Message = "" // it has been shown
	}
	return b.publish(ctx, state, nil)
}

// Settle is for an event about a project in which nothing has changed: it
// finishes what a crash has left half done, or publishes again where the files
// that shells look at are not those of the state.
func (b *Builder) Settle(ctx context.Context) (State, error) {
	state, err := b.root.ReadState()
	if err != nil {
		return State{}, err
	}
	if b.root.sound(&state) {
		return state, b.root.removeOthers(state.Generation)
	}
	return b.Refresh(ctx)
}

// Remove forgets the project: for a directory in which nothing is declared any
// more. Shells inside find their generation and then their pointer gone, and
// leave. It is also for a directory that turned out to have no project: the lock
// alone has made its place. As long as the directory is there its pins stay: the
// declaration may come back, as it does with another branch. The builder must
// still be closed.
func (b *Builder) Remove() error {
	_, err := os.Lstat(b.root.Dir)
	keepPins := !errors.Is(err, os.ErrNotExist)
	for _, shell := range Shells() {
		if err := removeFile(b.root.Pointer(shell)); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(b.root.path)
	if err != nil {
		return diskError("remove", b.root.path, err)
	}
	for _, entry := range entries {
		path := filepath.Join(b.root.path, entry.Name())
		if path == b.root.lock() || keepPins && path == b.root.Lockfile() {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return diskError("remove", path, err)
		}
	}
	if err := removeFile(b.root.lock()); err != nil {
		return err
	}
	b.tree.Layout.removeEmpty(b.root.path)
	return nil
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return diskError("remove", path, err)
	}
	return nil
}

// oneLine is a message for a terminal: what does not print becomes a space, so
// that no name of a file can move the cursor or turn the text around.
func oneLine(s string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return ' '
	}, s)
	return strings.Join(strings.Fields(clean), " ")
}
