package binarycache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// SetOptions say how several caches are used.
type SetOptions struct {
	// Trust returns nil for what may be unpacked; it is not asked about caches
	// whose URL says that they are trusted. Nil trusts everything.
	Trust func(narinfo.Info) error
	// Warn hears, once for each cache, why it is not asked any more. It may be nil.
	Warn func(error)
}

// Set is several caches that are used as one. It may be used by many goroutines
// at once.
type Set struct {
	caches []*Cache
	o      SetOptions

	mu     sync.Mutex // guards what follows
	order  []*Cache   // those that answer, by priority; nil until they were asked
	broken map[*Cache]bool
	spoilt map[promise]bool
}

// promise is what a cache's .narinfo says of a path.
type promise struct {
	cache *Cache
	path  storepath.Path
}

// NewSet returns the set of caches. Those with equal priorities are asked in the
// order given.
func NewSet(caches []*Cache, o SetOptions) *Set {
	if o.Trust == nil {
		o.Trust = func(narinfo.Info) error { return nil }
	}
	if o.Warn == nil {
		o.Warn = func(error) {}
	}
	return &Set{caches: caches, o: o, broken: map[*Cache]bool{}, spoilt: map[promise]bool{}}
}

// Dir returns the store directory that the paths are of.
func (s *Set) Dir() storepath.Dir {
	if len(s.caches) == 0 {
		return storepath.Default
	}
	return s.caches[0].Dir()
}

// ordered returns the caches that work, by priority.
func (s *Set) ordered(ctx context.Context) ([]*Cache, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.order == nil {
		infos := make([]Info, len(s.caches))
		errs := make([]error, len(s.caches))
		var g errgroup.Group
		for i, c := range s.caches {
			g.Go(func() error { infos[i], errs[i] = c.Info(ctx); return nil })
		}
		g.Wait() //nolint:errcheck // errs has them
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		s.order = []*Cache{}
		rank := map[*Cache]int{}
		for i, c := range s.caches {
			if errs[i] != nil {
				s.broken[c] = true
				s.o.Warn(errs[i])
				continue
			}
			rank[c] = infos[i].Priority
			s.order = append(s.order, c)
		}
		slices.SortStableFunc(s.order, func(a, b *Cache) int { return cmp.Compare(rank[a], rank[b]) })
	}
	return slices.DeleteFunc(slices.Clone(s.order), func(c *Cache) bool { return s.broken[c] }), nil
}

// fail notes that a cache does not answer, and says so once.
func (s *Set) fail(c *Cache, err error) {
	s.mu.Lock()
	first := !s.broken[c]
	s.broken[c] = true
	s.mu.Unlock()
	if first {
		s.o.Warn(err)
	}
}

// Lookup returns what the first cache says of p that has it and is believed. If
// none is, the error is that of the first that was not; narinfo.ErrInvalid if no
// cache has p.
func (s *Set) Lookup(ctx context.Context, p storepath.Path) (narinfo.Info, error) {
	offers, err := s.offers(ctx, p, 1)
	if err != nil {
		return narinfo.Info{}, err
	}
	return offers[0].info, nil
}

// offer is a cache that has a path.
type offer struct {
	cache *Cache
	info  narinfo.Info
}

// offers returns the first most caches that have p and are believed; at least
// one, or else an error.
func (s *Set) offers(ctx context.Context, p storepath.Path, most int) ([]offer, error) {
	caches, err := s.ordered(ctx)
	if err != nil {
		return nil, err
	}
	var found []offer
	var refused error
	for _, c := range caches {
		if len(found) == most || s.isSpoilt(c, p) {
			continue
		}
		info, err := c.Lookup(ctx, p)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(err, narinfo.ErrInvalid):
			continue
		case err == nil && !c.Trusted():
			err = c.named(s.o.Trust(info))
		case err != nil && !isBad(err):
			s.fail(c, err)
		}
		if err == nil {
			found = append(found, offer{c, info})
		} else if refused == nil {
			refused = err
		}
	}
	switch {
	case len(found) > 0:
		return found, nil
	case refused != nil:
		return nil, refused
	}
	return nil, fmt.Errorf("%s: no binary cache has it: %w", p.Base(), narinfo.ErrInvalid)
}

// isBad reports whether a cache answered, but with nonsense: that says nothing of
// its other answers.
func isBad(err error) bool {
	var format *narinfo.FormatError
	return errors.As(err, &format)
}

func (s *Set) isSpoilt(c *Cache, p storepath.Path) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spoilt[promise{c, p}]
}

// Nar gives the archive of p that Lookup spoke of to sink, from the first cache
// that has the same and gives it; see [Cache.Nar]. After an error Lookup speaks
// of the archives of other caches.
func (s *Set) Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error {
	offers, err := s.offers(ctx, p, len(s.caches))
	if err != nil {
		return err
	}
	want := offers[0].info
	var failed []error
	for _, o := range offers {
		if o.info.NarHash != want.NarHash || o.info.NarSize != want.NarSize {
			continue
		}
		var mine error // of sink, which another cache does not help
		err := o.cache.Nar(ctx, p, func(nar io.Reader) error {
			watched := &failureReader{r: nar}
			mine = sink(watched)
			if watched.err != nil {
				err := mine
				mine = nil
				return err
			}
			return mine
		})
		if err == nil || mine != nil || ctx.Err() != nil {
			return err
		}
		s.mu.Lock()
		s.spoilt[promise{o.cache, p}] = true
		s.mu.Unlock()
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// failureReader notes whether r failed.
type failureReader struct {
	r   io.Reader
	err error
}

func (f *failureReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// Missing returns those of paths that no cache has and is believed, in the same
// order. Caches that do not like to be asked for many are asked too, as Nix asks
// them for what it needs.
func (s *Set) Missing(ctx context.Context, paths []storepath.Path) ([]storepath.Path, error) {
	absent := make([]bool, len(paths))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(lookupsAtOnce)
	for i, p := range paths {
		g.Go(func() error {
			_, err := s.Lookup(ctx, p)
			absent[i] = err != nil
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var missing []storepath.Path
	for i, p := range paths {
		if absent[i] {
			missing = append(missing, p)
		}
	}
	return missing, nil
}
