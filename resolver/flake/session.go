package flake

import (
	"context"
	"encoding/json"
	"sync"

	"devenv/resolver/fetch"
	"devenv/resolver/flakeref"
)

// Options say what a Session works with.
type Options struct {
	Fetcher *fetch.Fetcher
	// Registries are where names are looked up. Limited ones are those that count
	// for the inputs of flakes: the flags' and the global one. It is called when
	// a name has to be looked up, and not before.
	Registries func(ctx context.Context, limited bool) ([]flakeref.Layer, error)
	// Notice hears what a person may want to know. It may be called by several
	// goroutines at once, and be nil.
	Notice func(text string)
	// Git runs the git program in a directory, for --commit-lock-file.
	Git func(ctx context.Context, dir string, args ...string) error
}

// A Session works on flakes. It fetches each tree once, and what it has fetched
// stays what it is. It is for one goroutine, and calls flakes in one world.
type Session struct {
	o       Options
	reader  *reader
	mounted map[string]*fetch.Tree // by their places in the store

	mu    sync.Mutex
	trees map[string]*pending
}

// New makes a Session.
func New(o Options) *Session {
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	return &Session{o: o, reader: newReader(), trees: map[string]*pending{}, mounted: map[string]*fetch.Tree{}}
}

// lookup says which registries a name may be looked up in.
type lookup int

const (
	lookupNowhere lookup = iota
	lookupLimited
	lookupEverywhere
)

// pending is a tree that is being fetched, or has been.
type pending struct {
	done     chan struct{}
	tree     *fetch.Tree
	resolved flakeref.Ref
	err      error
}

// start begins to fetch what ref names, unless that has been begun. Final is
// whether ref is a lock's entry. It does not wait.
func (s *Session) start(ctx context.Context, ref flakeref.Ref, final bool, where lookup) *pending {
	key := keyOf(ref, final)
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.trees[key]; p != nil {
		return p
	}
	p := &pending{done: make(chan struct{})}
	s.trees[key] = p
	go func() {
		defer close(p.done)
		p.tree, p.resolved, p.err = s.fetch(ctx, ref, final, where)
	}()
	return p
}

// forget drops a tree that has changed.
func (s *Session) forget(ref flakeref.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.trees, keyOf(ref, false))
}

// tree is what ref names, fetched once; resolved is what a name stands for.
func (s *Session) tree(ctx context.Context, ref flakeref.Ref, final bool, where lookup) (t *fetch.Tree, resolved flakeref.Ref, err error) {
	p := s.start(ctx, ref, final, where)
	select {
	case <-p.done:
		if ref.Direct() {
			return p.tree, ref, p.err // the same tree may have been fetched for another directory of it
		}
		return p.tree, p.resolved, p.err
	case <-ctx.Done():
		return nil, ref, context.Cause(ctx)
	}
}

func (s *Session) fetch(ctx context.Context, ref flakeref.Ref, final bool, where lookup) (*fetch.Tree, flakeref.Ref, error) {
	if final {
		ref.Dir = ""
		t, err := s.o.Fetcher.FetchLocked(ctx, ref)
		return t, ref, err
	}
	resolved, err := s.resolve(ctx, ref, where)
	if err != nil {
		return nil, ref, err
	}
	place := resolved
	place.Dir = ""
	t, err := s.o.Fetcher.Fetch(ctx, place)
	return t, resolved, err
}

// Resolve looks a name up in all registries. What is no name stays what it is.
func (s *Session) Resolve(ctx context.Context, ref flakeref.Ref) (flakeref.Ref, error) {
	return s.resolve(ctx, ref, lookupEverywhere)
}

// resolve looks a name up. What is no name stays what it is.
func (s *Session) resolve(ctx context.Context, ref flakeref.Ref, where lookup) (flakeref.Ref, error) {
	if ref.Direct() {
		return ref, nil
	}
	if where == lookupNowhere || s.o.Registries == nil {
		return ref, &Error{
			Fact: "'" + ref.String() + "' is a name, and names are not looked up here",
			Next: "write what it stands for, such as github:OWNER/REPO",
		}
	}
	layers, err := s.o.Registries(ctx, where == lookupLimited)
	if err != nil {
		return ref, err
	}
	return flakeref.Resolve(ref, layers)
}

// keyOf is what says that two references are one. The directory does not
// matter, except for names, which may stand for one.
func keyOf(ref flakeref.Ref, final bool) string {
	if ref.Direct() {
		ref.Dir = ""
	}
	text, _ := json.Marshal(ref.Attrs()) // strings, numbers and booleans: it cannot fail
	if final {
		return "final " + string(text)
	}
	return string(text)
}
