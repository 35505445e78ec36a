package store

import (
	"context"
	"fmt"

	"devenv/store/db"
)

// Realisation says which path an output of a content-addressed derivation has
// become.
type Realisation = db.Realisation

// RealisationID names an output of a derivation by what the derivation is.
type RealisationID = db.RealisationID

// Realisation returns what is known of an output. The error is ErrInvalid if
// nothing is.
func (s *Store) Realisation(ctx context.Context, id RealisationID) (Realisation, error) {
	d, err := s.existing(ctx)
	if err != nil {
		return Realisation{}, s.explain(err)
	}
	if d == nil {
		return Realisation{}, fmt.Errorf("%s: %w", id, ErrInvalid)
	}
	r, err := d.Realisation(ctx, id)
	return r, s.explain(err)
}

// RegisterRealisations notes what outputs have become, all of them or none.
// Their paths must be valid, and what they depend on known or among them.
func (s *Store) RegisterRealisations(ctx context.Context, list ...Realisation) error {
	if err := s.prepare(ctx); err != nil {
		return s.explain(err)
	}
	d, err := s.database(ctx)
	if err != nil {
		return s.explain(err)
	}
	return s.explain(d.RegisterRealisations(ctx, list...))
}
