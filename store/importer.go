package store

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"devenv/store/db"
	"devenv/store/filelock"
	"devenv/store/storepath"
	"golang.org/x/sys/unix"
)

// The limits of an import of many. A batch ends when one of the first three is
// reached.
const (
	batchTime   = time.Second
	batchBytes  = 256 << 20 // of NARs
	batchTrees  = 256
	mostHeld    = 512 // trees that are not valid yet; each has a lock, which is an open file
	unpackedNow = 16  // trees that are unpacked at once
)

// importer unpacks trees and makes them valid. Its goroutines take paths in order,
// lock them, unpack them in their place and hand them to the one that registers
// them. That one never waits for a lock: whoever waits for one of ours, while we
// wait for one of his, gets it.
type importer struct {
	s        *Store
	d        *db.DB
	nar      narSource
	inherits bool // files made in the store directory have attributes of it

	held chan struct{} // has an element for every path that is being unpacked or is not yet valid
	full chan struct{} // says that there is enough for a batch

	mu      sync.Mutex // guards what follows
	todo    []Info
	taken   int       // of todo
	arrived []arrival // since the last batch
	bytes   int64     // of their NARs

	// Only of the goroutine that registers:
	waiting []arrival               // for what they refer to
	coming  map[storepath.Path]bool // paths that are not valid yet
}

// arrival is a tree that is whole and in its place.
type arrival struct {
	info  Info
	place int            // in todo
	lock  *filelock.Lock // nil if another process has made it valid
}

func newImporter(s *Store, d *db.DB, todo []Info, nar narSource) *importer {
	b := &importer{
		s: s, d: d, nar: nar, todo: todo,
		held:   make(chan struct{}, mostHeld),
		full:   make(chan struct{}, 1),
		coming: make(map[storepath.Path]bool, len(todo)),
	}
	for _, info := range todo {
		b.coming[info.Path] = true
	}
	n, _ := unix.Llistxattr(s.trees(), nil)
	b.inherits = n > 0
	return b
}

// run is the whole story. Of several errors it returns the first.
func (b *importer) run(ctx context.Context) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var workers sync.WaitGroup
	for range min(unpackedNow, len(b.todo)) {
		workers.Go(func() {
			if err := b.unpackSome(ctx); err != nil {
				fail(err)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		workers.Wait()
		close(done)
	}()
	tick := time.NewTicker(batchTime)
	defer tick.Stop()
	for working := true; working; {
		select {
		case <-tick.C:
		case <-b.full:
		case <-done:
			working = false
		}
		if err := b.commit(); err != nil {
			fail(err)
		}
	}
	return errors.Join(context.Cause(ctx), b.giveUp(b.waiting))
}

// unpackSome unpacks trees until all are taken.
func (b *importer) unpackSome(ctx context.Context) error {
	buf := bufio.NewReaderSize(nil, unpackBuffer)
	for {
		select {
		case b.held <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		b.mu.Lock()
		place := b.taken
		b.taken++
		b.mu.Unlock()
		if place >= len(b.todo) {
			<-b.held
			return nil
		}
		one, err := b.fetch(ctx, arrival{info: b.todo[place], place: place}, buf)
		if err != nil {
			<-b.held
			return err
		}
		b.add(one)
	}
}

func (b *importer) add(one arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.arrived = append(b.arrived, one)
	b.bytes += one.info.NarSize
	if len(b.arrived) >= batchTrees || b.bytes >= batchBytes {
		select {
		case b.full <- struct{}{}:
		default:
		}
	}
}

// fetch has the tree in its place, and its lock.
func (b *importer) fetch(ctx context.Context, one arrival, buf *bufio.Reader) (_ arrival, err error) {
	p := one.info.Path
	real := b.s.Real(p)
	lock, err := filelock.Acquire(ctx, real+".lock", filelock.Exclusive, func() { b.s.waiting("another process that adds " + p.Name()) })
	if err != nil {
		return one, err
	}
	if _, err = os.Lstat(real); err == nil { // of another process: one that we waited for, or a killed one
		if one.info, err = b.s.Lookup(ctx, p); err == nil {
			return one, lock.Remove()
		}
		one.info = b.todo[one.place]
		if errors.Is(err, ErrInvalid) {
			_, err = removeTree(real)
		}
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	one.lock = lock
	if err == nil {
		one.info, err = b.fill(ctx, one.info, buf)
	}
	if err != nil {
		_, rerr := removeTree(real)
		lock.Remove() //nolint:errcheck // the lock ends in any case
		return one, errors.Join(err, rerr)
	}
	return one, nil
}

// fill makes the tree in its place, where nothing is.
func (b *importer) fill(ctx context.Context, info Info, buf *bufio.Reader) (Info, error) {
	real := b.s.Real(info.Path)
	info.Ultimate = false // another one built it
	calls, size := 0, int64(0)
	unpacked := fmt.Errorf("no NAR of %s was given", info.Path.Base())
	err := b.nar(ctx, info.Path, func(r io.Reader) error {
		if calls++; calls > 1 {
			if _, err := removeTree(real); err != nil {
				return err
			}
		}
		size, unpacked = unpackAs(ctx, info, r, real, buf)
		return unpacked
	})
	if err == nil {
		err = unpacked // whatever nar made of it
	}
	if err == nil && b.inherits {
		err = canonicalise(ctx, real)
	}
	if err == nil {
		err = b.s.checkAddress(ctx, real, info)
	}
	if err == nil {
		err = b.s.optimiseNew(ctx, real)
	}
	info.NarSize = size
	return info, err
}

// commit makes valid what is whole and refers to nothing that is not.
func (b *importer) commit() error {
	b.mu.Lock()
	b.waiting = append(b.waiting, b.arrived...)
	b.arrived, b.bytes = nil, 0
	b.mu.Unlock()
	slices.SortFunc(b.waiting, func(x, y arrival) int { return cmp.Compare(x.place, y.place) })
	ready, c, err := b.split()
	if len(c.infos) > 0 {
		if rerr := b.s.commits.add(b.d, c); rerr != nil {
			for _, info := range c.infos {
				b.coming[info.Path] = true // and so does nothing that refers to it
			}
			return errors.Join(rerr, b.giveUp(ready))
		}
	}
	for _, one := range ready {
		if one.lock != nil {
			one.lock.Remove() //nolint:errcheck // the lock ends in any case
		}
		<-b.held
	}
	return err
}

// split takes out of waiting what can be registered now. The error is that of a
// path which cannot be, ever.
func (b *importer) split() (ready []arrival, c commit, err error) {
	var rest []arrival
	for _, one := range b.waiting {
		lacks := func(ref storepath.Path) bool { return ref != one.info.Path && b.coming[ref] }
		if one.lock != nil && slices.ContainsFunc(one.info.References, lacks) {
			rest = append(rest, one)
			continue
		}
		if one.lock != nil {
			outputs, oerr := b.s.knownOutputs(context.Background(), one.info.Path)
			if oerr != nil {
				err = errors.Join(err, oerr)
				rest = append(rest, one)
				continue
			}
			one.info.Registered = b.s.now()
			c.infos = append(c.infos, one.info)
			c.outputs = append(c.outputs, outputs...)
			c.reals = append(c.reals, b.s.Real(one.info.Path))
		}
		delete(b.coming, one.info.Path)
		ready = append(ready, one)
	}
	b.waiting = rest
	return ready, c, err
}

// giveUp removes trees that do not become valid.
func (b *importer) giveUp(list []arrival) (err error) {
	for _, one := range list {
		if one.lock != nil {
			// A registration that was cut off may have happened all the same.
			err = errors.Join(err, b.s.takeBack(b.d, []Info{one.info}))
			one.lock.Remove() //nolint:errcheck // the lock ends in any case
		}
		<-b.held
	}
	return err
}
