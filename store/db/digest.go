package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"devenv/store/storepath"
)

// ByDigest returns the valid path with the digest, 32 characters of nix32. The
// error is ErrInvalid if there is none.
func (d *DB) ByDigest(ctx context.Context, digest string) (storepath.Path, error) {
	prefix := string(d.store) + "/" + digest
	var full string
	err := d.retry(ctx, func() error {
		return d.view(ctx, func(tx *sql.Tx) error {
			// The index of paths is in order; "." is what follows "-".
			return tx.QueryRowContext(ctx, "select path from ValidPaths where path >= ? and path < ? limit 1", prefix+"-", prefix+".").Scan(&full)
		})
	})
	if errors.Is(err, sql.ErrNoRows) {
		return storepath.Path{}, fmt.Errorf("a path with the digest %s: %w", digest, ErrInvalid)
	}
	if err != nil {
		return storepath.Path{}, err
	}
	p, err := d.store.Parse(full)
	if err != nil {
		return storepath.Path{}, &CorruptError{File: d.file(), Err: err}
	}
	return p, nil
}
