package store

import (
	"context"
	"fmt"

	"devenv/store/storepath"
)

// ByDigest returns the valid path with the digest, the 32 characters that begin
// its name: what a binary cache is asked for. The error is ErrInvalid if there is
// none.
func (s *Store) ByDigest(ctx context.Context, digest string) (storepath.Path, error) {
	d, err := s.existing(ctx)
	if err != nil {
		return storepath.Path{}, s.explain(err)
	}
	if d == nil {
		return storepath.Path{}, fmt.Errorf("a path with the digest %s: %w", digest, ErrInvalid)
	}
	p, err := d.ByDigest(ctx, digest)
	return p, s.explain(err)
}
