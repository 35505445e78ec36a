package db

import (
	"context"
	"database/sql"
	"errors"

	"devenv/store/storepath"
)

// Valid returns which of paths have a row.
func (d *DB) Valid(ctx context.Context, paths []storepath.Path) (map[storepath.Path]bool, error) {
	valid := make(map[storepath.Path]bool, len(paths))
	err := d.read(ctx, func(tx *sql.Tx) error {
		query, err := tx.PrepareContext(ctx, "select 1 from ValidPaths where path = ?")
		if err != nil {
			return err
		}
		defer query.Close()
		for _, p := range paths {
			var one int
			err := query.QueryRowContext(ctx, d.store.Join(p)).Scan(&one)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			valid[p] = err == nil
		}
		return nil
	})
	return valid, err
}

// Closure returns paths, which must be valid, and all that they refer to, each
// once and after what it refers to.
func (d *DB) Closure(ctx context.Context, paths []storepath.Path) ([]Info, error) {
	var list []Info
	err := d.read(ctx, func(tx *sql.Tx) error {
		list = nil
		done := map[storepath.Path]bool{}
		var visit func(p storepath.Path) error
		visit = func(p storepath.Path) error {
			if done[p] {
				return nil
			}
			done[p] = true
			info, err := d.lookup(ctx, tx, p)
			if err != nil {
				return err
			}
			for _, ref := range info.References {
				if err := visit(ref); err != nil {
					return err
				}
			}
			list = append(list, info)
			return nil
		}
		for _, p := range paths {
			if err := visit(p); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// Derivers returns the valid derivations of which p is an output.
func (d *DB) Derivers(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	var found []storepath.Path
	err := d.read(ctx, func(tx *sql.Tx) (err error) {
		found, err = d.paths(ctx, tx, `select v.path from DerivationOutputs o join ValidPaths v on v.id = o.drv
			where o.path = ? order by v.path`, d.store.Join(p))
		return err
	})
	return found, err
}
