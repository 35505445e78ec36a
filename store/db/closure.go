package db

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

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
// once and after what it refers to; apart from that by base name, in the order in
// which Nix lists closures.
func (d *DB) Closure(ctx context.Context, paths []storepath.Path) ([]Info, error) {
	var found map[storepath.Path]Info
	err := d.read(ctx, func(tx *sql.Tx) error {
		found = map[storepath.Path]Info{}
		lookup, err := d.newLookup(ctx, tx)
		if err != nil {
			return err
		}
		defer lookup.close()
		for todo := slices.Clone(paths); len(todo) > 0; {
			p := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if _, done := found[p]; done {
				continue
			}
			info, err := lookup.info(ctx, p)
			if err != nil {
				return err
			}
			found[p] = info
			todo = append(todo, info.References...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return referencesFirst(found), nil
}

// referencesFirst sorts a closure.
func referencesFirst(closure map[storepath.Path]Info) []Info {
	var list []Info
	done := map[storepath.Path]bool{}
	var visit func(p storepath.Path)
	visit = func(p storepath.Path) {
		if done[p] {
			return
		}
		done[p] = true
		for _, ref := range closure[p].References {
			visit(ref)
		}
		list = append(list, closure[p])
	}
	for _, p := range slices.SortedFunc(maps.Keys(closure), storepath.Compare) {
		visit(p)
	}
	return list
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
