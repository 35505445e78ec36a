package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
	sqlite3 "modernc.org/sqlite/lib"
)

// Register makes paths valid, all of them or none. What a path refers to must be
// valid already or among them. The row of a path that is valid already is
// brought up to date; its registration time stays.
//
// Outputs are those of the derivations among them whose paths are known.
//
// The trees must be in place, and on disk, before.
func (d *DB) Register(ctx context.Context, outputs []Output, infos ...Info) error {
	return d.update(ctx, func(tx *sql.Tx) error {
		err := d.registerRows(ctx, tx, infos)
		if err == nil {
			err = d.registerRefs(ctx, tx, infos)
		}
		if err == nil {
			err = d.registerOutputs(ctx, tx, outputs)
		}
		return err
	})
}

func (d *DB) registerRows(ctx context.Context, tx *sql.Tx, infos []Info) error {
	insert, err := tx.PrepareContext(ctx, `insert into ValidPaths (path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca)
		values (?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (path) do update set hash = excluded.hash, deriver = coalesce(excluded.deriver, deriver),
			narSize = excluded.narSize, ultimate = excluded.ultimate, sigs = excluded.sigs, ca = excluded.ca`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, info := range infos {
		if info.NarHash.Algo() != nixhash.SHA256 {
			return fmt.Errorf("%s: the database keeps SHA-256 hashes of NARs, not %q", info.Path.Base(), info.NarHash)
		}
		if _, err := insert.ExecContext(ctx, d.values(info)...); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) registerRefs(ctx context.Context, tx *sql.Tx, infos []Info) error {
	insert, err := tx.PrepareContext(ctx, `insert or replace into Refs (referrer, reference)
		select a.id, b.id from ValidPaths a, ValidPaths b where a.path = ? and b.path = ?`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, info := range infos {
		for _, ref := range info.References {
			res, err := insert.ExecContext(ctx, d.store.Join(info.Path), d.store.Join(ref))
			if err := mustChange(res, err, fmt.Errorf("%s refers to %s: %w", info.Path.Base(), ref.Base(), ErrInvalid)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *DB) registerOutputs(ctx context.Context, tx *sql.Tx, outputs []Output) error {
	for _, o := range outputs {
		_, err := tx.ExecContext(ctx, `insert or replace into DerivationOutputs (drv, id, path)
			select id, ?, ? from ValidPaths where path = ?`, o.Name, d.store.Join(o.Path), d.store.Join(o.Derivation))
		if err != nil {
			return err
		}
	}
	return nil
}

// Invalidate makes paths invalid, all of them or none. Those that are not valid
// are passed over. The error is an *InUseError if a path that stays refers to
// one of them.
func (d *DB) Invalidate(ctx context.Context, paths []storepath.Path) error {
	return d.update(ctx, func(tx *sql.Tx) error {
		// What they refer to goes first, so that they go in any order.
		err := d.forMany(ctx, tx, "delete from Refs where referrer in (select id from ValidPaths where path in (%s))", paths)
		if err != nil {
			return err
		}
		err = d.forMany(ctx, tx, "delete from ValidPaths where path in (%s)", paths)
		if code(err) == sqlite3.SQLITE_CONSTRAINT { // a row of Refs leads to one of them
			if inUse := d.used(ctx, tx, paths); inUse != nil {
				return inUse
			}
		}
		return err
	})
}

// used returns the *InUseError of the first of paths that another path refers to,
// nil if there is none.
func (d *DB) used(ctx context.Context, tx *sql.Tx, paths []storepath.Path) error {
	for _, p := range paths {
		referrers, err := d.referrers(ctx, tx, p)
		if err != nil {
			return err
		}
		if len(referrers) > 0 {
			return &InUseError{Path: p, Referrers: referrers}
		}
	}
	return nil
}

// manyPaths is how many paths one statement is given.
const manyPaths = 250

// forMany executes a statement for paths, many at a time; %s in it becomes their
// list.
func (d *DB) forMany(ctx context.Context, tx *sql.Tx, statement string, paths []storepath.Path) error {
	var prepared *sql.Stmt
	size := 0
	for part := range slices.Chunk(paths, manyPaths) {
		if len(part) != size {
			size = len(part)
			next, err := tx.PrepareContext(ctx, fmt.Sprintf(statement, strings.Repeat("?,", size-1)+"?"))
			if err != nil {
				return err
			}
			defer next.Close() // of at most two
			prepared = next
		}
		args := make([]any, size)
		for i, p := range part {
			args[i] = d.store.Join(p)
		}
		if _, err := prepared.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// update runs f in a transaction that may write.
func (d *DB) update(ctx context.Context, f func(*sql.Tx) error) error {
	if d.readOnly {
		return &ReadOnlyError{Dir: d.dir}
	}
	return d.retry(ctx, func() error { return d.transact(ctx, nil, f) })
}

// Check has SQLite look for damage in the database, row by row and index by
// index. The error is a *CorruptError if it finds some.
func (d *DB) Check(ctx context.Context) error {
	return d.retry(ctx, func() error {
		rows, err := d.sql.QueryContext(ctx, "pragma integrity_check(5)")
		if err != nil {
			return err
		}
		defer rows.Close()
		var found []string
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			found = append(found, line)
		}
		if err := rows.Err(); err != nil || len(found) == 1 && found[0] == "ok" {
			return err
		}
		return &CorruptError{File: d.file(), Err: errors.New(strings.Join(found, "; "))}
	})
}
