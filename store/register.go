package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"devenv/store/db"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

// register makes the tree valid that is in its place, once it is on disk. Trees
// that are registered at the same time reach the disk together.
func (s *Store) register(ctx context.Context, info Info) (Info, error) {
	if err := context.Cause(ctx); err != nil {
		return Info{}, err
	}
	if info.Registered.IsZero() {
		info.Registered = s.now()
	}
	outputs, err := s.knownOutputs(ctx, info.Path)
	if err != nil {
		return Info{}, err
	}
	d, err := s.database(ctx)
	if err != nil {
		return Info{}, err
	}
	if err := s.commits.add(d, commit{[]Info{info}, outputs, []string{s.Real(info.Path)}}); err != nil {
		return Info{}, err
	}
	return d.Lookup(ctx, info.Path)
}

// commit is trees that wait to become valid together.
type commit struct {
	infos   []Info
	outputs []db.Output
	reals   []string
}

// commits gathers trees that goroutines register at the same time: while one
// batch is written to the disk, the next one fills.
type commits struct {
	mu   sync.Mutex
	next *batch
	turn sync.Mutex // held by who writes a batch
}

type batch struct {
	list []commit
	done chan struct{}
	errs []error // by place in list
}

// add makes c valid and returns once it is.
func (c *commits) add(d *db.DB, one commit) error { return c.enqueue(d, one)() }

// enqueue has c become valid, after all that was enqueued before it. Wait returns
// once it is; it must be called, and soon, and cannot be interrupted: others wait
// for the same batch.
func (c *commits) enqueue(d *db.DB, one commit) (wait func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = &batch{done: make(chan struct{})}
	}
	b, place := c.next, len(c.next.list)
	b.list = append(b.list, one)
	return func() error {
		if place == 0 {
			c.write(d, b)
		}
		<-b.done
		return b.errs[place]
	}
}

// write makes the next batch valid when it is its turn.
func (c *commits) write(d *db.DB, b *batch) {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.mu.Lock()
	c.next = nil
	c.mu.Unlock()
	b.write(d)
	close(b.done)
}

// write makes all of a batch valid, or each of it that can be.
func (b *batch) write(d *db.DB) {
	b.errs = make([]error, len(b.list))
	var reals []string
	var infos []Info
	var outputs []db.Output
	for _, c := range b.list {
		reals = append(reals, c.reals...)
		infos = append(infos, c.infos...)
		outputs = append(outputs, c.outputs...)
	}
	ctx := context.Background()
	err := syncTrees(reals)
	synced := err == nil
	if synced {
		err = d.Register(ctx, outputs, infos...)
	}
	for i, c := range b.list {
		if b.errs[i] = err; err != nil && synced && len(b.list) > 1 {
			b.errs[i] = d.Register(ctx, c.outputs, c.infos...)
		}
	}
}

// knownOutputs returns the outputs of p with known paths if p is a derivation,
// whose text is in its place, and holds that those paths are right.
func (s *Store) knownOutputs(ctx context.Context, p storepath.Path) ([]db.Output, error) {
	if !strings.HasSuffix(p.Name(), derivation.Extension) {
		return nil, nil
	}
	drv, err := s.parseDerivation(p)
	if err != nil {
		return nil, err
	}
	s.memoMu.Lock()
	defer s.memoMu.Unlock()
	if s.memo == nil {
		s.memo = derivation.NewMemo(s.Dir(), s.parseDerivation)
	}
	if err := derivation.NewHasher(s.Dir(), s.memo).Check(drv); err != nil {
		return nil, &DerivationError{p, err}
	}
	var known []db.Output
	for i := range drv.Outputs {
		o := &drv.Outputs[i]
		path, err := o.KnownPath(s.Dir(), drv.Name)
		if err != nil {
			return nil, &DerivationError{p, err}
		}
		if !path.IsZero() {
			known = append(known, db.Output{Derivation: p, Name: o.Name, Path: path})
		}
	}
	return known, nil
}

// Derivation reads the derivation at p, which must be valid.
func (s *Store) Derivation(ctx context.Context, p storepath.Path) (*derivation.Derivation, error) {
	if _, err := s.Lookup(ctx, p); err != nil {
		return nil, err
	}
	return s.parseDerivation(p)
}

// maxDerivation is how long a .drv file may be that is read. Real ones have
// kilobytes.
const maxDerivation = 64 << 20

// parseDerivation reads the derivation at p, valid or not.
func (s *Store) parseDerivation(p storepath.Path) (*derivation.Derivation, error) {
	name, ok := strings.CutSuffix(p.Name(), derivation.Extension)
	if !ok {
		return nil, &DerivationError{p, errors.New("its name does not end in " + derivation.Extension)}
	}
	text, err := readSmall(s.Real(p), maxDerivation)
	if err != nil {
		return nil, &DerivationError{p, err}
	}
	drv, err := derivation.Parse(s.Dir(), name, string(text))
	if err != nil {
		return nil, &DerivationError{p, err}
	}
	return drv, nil
}

// readSmall reads a regular file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, and %d are the most", path, info.Size(), limit)
	}
	return os.ReadFile(path)
}

// A DerivationError says that a path is no derivation, or a wrong one.
type DerivationError struct {
	Path storepath.Path
	Err  error
}

func (e *DerivationError) Error() string {
	return e.Path.Base() + " is no derivation: " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *DerivationError) Unwrap() error { return e.Err }
