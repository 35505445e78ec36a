package build

import (
	"context"
	"errors"
	"fmt"
	"io"

	"devenv/store/narinfo"
	"devenv/store/storepath"
	"golang.org/x/sync/errgroup"
)

// maxCopies is how many objects are copied at a time.
const maxCopies = 16

// offer is an object that a substituter has.
type offer struct {
	info narinfo.Info
	from Substituter
	done chan struct{} // closed when it is valid, or nothing will be
}

// substitute makes p, and all that it refers to, valid by copying. The error is
// narinfo.ErrInvalid if the substituters do not have all of it.
func (b *Builder) substitute(ctx context.Context, p storepath.Path) error {
	if len(b.Substituters) == 0 {
		return fmt.Errorf("%s: %w", p.Base(), narinfo.ErrInvalid)
	}
	offers, err := b.offers(ctx, p)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	slots := make(chan struct{}, maxCopies)
	for _, o := range offers {
		g.Go(func() error {
			defer close(o.done)
			for _, ref := range o.info.References {
				if other := offers[ref]; other != nil && other != o {
					<-other.done
				}
			}
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := context.Cause(ctx); err != nil {
				return err
			}
			return b.copy(ctx, o)
		})
	}
	return g.Wait()
}

// copy makes the object of an offer valid; what it refers to is.
func (b *Builder) copy(ctx context.Context, o *offer) error {
	err := o.from.Nar(ctx, o.info.Path, func(nar io.Reader) error { return b.Store.Import(ctx, o.info, nar) })
	if err != nil {
		return fmt.Errorf("getting %s: %w", o.info.Path.Base(), err)
	}
	info, err := b.Store.Lookup(ctx, o.info.Path)
	if err == nil {
		b.known.add(info)
	}
	return err
}

// offers returns who has p and what it refers to, as far as it is not valid.
func (b *Builder) offers(ctx context.Context, p storepath.Path) (map[storepath.Path]*offer, error) {
	found := map[storepath.Path]*offer{}
	var order []storepath.Path // each after what led to it
	todo := []storepath.Path{p}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if found[p] != nil {
			continue
		}
		if _, err := b.known.lookup(ctx, p); err == nil {
			continue
		} else if !errors.Is(err, narinfo.ErrInvalid) {
			return nil, err
		}
		if err := b.Store.HoldNew(ctx, p); err != nil {
			return nil, err
		}
		o, err := b.ask(ctx, p)
		if err != nil {
			return nil, err
		}
		found[p] = o
		order = append(order, p)
		todo = append(todo, o.info.References...)
	}
	return found, acyclic(found, order)
}

// ask returns the first offer of p.
func (b *Builder) ask(ctx context.Context, p storepath.Path) (*offer, error) {
	var failed error
	for _, s := range b.Substituters {
		info, err := s.Lookup(ctx, p)
		if err == nil && info.Path != p {
			err = fmt.Errorf("it was asked for %s and told of %s", p.Base(), info.Path.Base())
		}
		if err == nil {
			return &offer{info: info, from: s, done: make(chan struct{})}, nil
		}
		if !errors.Is(err, narinfo.ErrInvalid) && failed == nil {
			failed = err
		}
	}
	if failed != nil {
		return nil, fmt.Errorf("%s: %w", p.Base(), failed)
	}
	return nil, fmt.Errorf("%s: %w", p.Base(), narinfo.ErrInvalid)
}

// acyclic holds that no object refers to another that refers back to it, as no
// real ones do: copying them would never begin.
func acyclic(offers map[storepath.Path]*offer, order []storepath.Path) error {
	waiting := map[storepath.Path]int{}
	users := map[storepath.Path][]storepath.Path{}
	var ready []storepath.Path
	for _, p := range order {
		for _, ref := range offers[p].info.References {
			if ref != p && offers[ref] != nil {
				waiting[p]++
				users[ref] = append(users[ref], p)
			}
		}
		if waiting[p] == 0 {
			ready = append(ready, p)
		}
	}
	done := 0
	for ; len(ready) > 0; done++ {
		p := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		for _, user := range users[p] {
			if waiting[user]--; waiting[user] == 0 {
				ready = append(ready, user)
			}
		}
	}
	if done < len(order) {
		return fmt.Errorf("what %s refers to refers back to it, says who has it", order[0].Base())
	}
	return nil
}
