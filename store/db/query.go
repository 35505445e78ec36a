package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"devenv/store/storepath"
)

// Lookup returns what is known of p. The error is ErrInvalid if p has no row.
func (d *DB) Lookup(ctx context.Context, p storepath.Path) (Info, error) {
	var info Info
	err := d.read(ctx, func(tx *sql.Tx) (err error) {
		l, err := d.newLookup(ctx, tx)
		if err != nil {
			return err
		}
		defer l.close()
		info, err = l.info(ctx, p)
		return err
	})
	return info, err
}

// lookup are the statements that find what is known of paths.
type lookup struct {
	d         *DB
	row, refs *sql.Stmt
}

// newLookup prepares the statements, which is most of the work for one path.
func (d *DB) newLookup(ctx context.Context, tx *sql.Tx) (*lookup, error) {
	row, err := tx.PrepareContext(ctx, "select "+columns+" from ValidPaths where path = ?")
	if err != nil {
		return nil, err
	}
	refs, err := tx.PrepareContext(ctx, "select path from Refs join ValidPaths on reference = id where referrer = ? order by path")
	if err != nil {
		row.Close()
		return nil, err
	}
	return &lookup{d, row, refs}, nil
}

func (l *lookup) close() {
	l.row.Close()
	l.refs.Close()
}

func (l *lookup) info(ctx context.Context, p storepath.Path) (Info, error) {
	id, info, err := l.d.scan(l.row.QueryRowContext(ctx, l.d.store.Join(p)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Info{}, fmt.Errorf("%s: %w", p.Base(), ErrInvalid)
	}
	if err != nil {
		return Info{}, err
	}
	rows, err := l.refs.QueryContext(ctx, id)
	if err == nil {
		info.References, err = l.d.scanPaths(rows)
	}
	return info, err
}

// Referrers returns the valid paths that refer to p, without p itself.
func (d *DB) Referrers(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	var found []storepath.Path
	err := d.read(ctx, func(tx *sql.Tx) (err error) { found, err = d.referrers(ctx, tx, p); return })
	return found, err
}

func (d *DB) referrers(ctx context.Context, tx *sql.Tx, p storepath.Path) ([]storepath.Path, error) {
	found, err := d.paths(ctx, tx, `select path from Refs join ValidPaths on referrer = id
		where reference = (select id from ValidPaths where path = ?) order by path`, d.store.Join(p))
	return slices.DeleteFunc(found, func(r storepath.Path) bool { return r == p }), err
}

// All returns every valid path, by base name.
func (d *DB) All(ctx context.Context) ([]Info, error) {
	var all []Info
	err := d.read(ctx, func(tx *sql.Tx) (err error) { all, err = d.all(ctx, tx); return })
	return all, err
}

func (d *DB) all(ctx context.Context, tx *sql.Tx) ([]Info, error) {
	rows, err := tx.QueryContext(ctx, "select "+columns+" from ValidPaths order by path")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Info
	index := map[int64]int{} // row id to place in all
	for rows.Next() {
		id, info, err := d.scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		index[id] = len(all)
		all = append(all, info)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	err = d.edges(ctx, tx, index, func(from, to int) {
		all[from].References = append(all[from].References, all[to].Path)
	})
	for _, info := range all {
		slices.SortFunc(info.References, storepath.Compare)
	}
	return all, err
}

// paths returns the full paths that a query yields.
func (d *DB) paths(ctx context.Context, tx *sql.Tx, query string, arg any) ([]storepath.Path, error) {
	rows, err := tx.QueryContext(ctx, query, arg)
	if err != nil {
		return nil, err
	}
	return d.scanPaths(rows)
}

// scanPaths reads rows of full paths, and closes them.
func (d *DB) scanPaths(rows *sql.Rows) ([]storepath.Path, error) {
	defer rows.Close()
	var paths []storepath.Path
	for rows.Next() {
		var full string
		if err := rows.Scan(&full); err != nil {
			return nil, err
		}
		p, err := d.store.Parse(full)
		if err != nil {
			return nil, &CorruptError{File: d.file(), Err: err}
		}
		paths = append(paths, p)
	}
	return paths, rows.Err()
}

// read runs f in a transaction that only reads, again as long as others lock the
// database.
func (d *DB) read(ctx context.Context, f func(*sql.Tx) error) error {
	return d.retry(ctx, func() error { return d.view(ctx, f) })
}

// view runs f in a transaction that only reads.
func (d *DB) view(ctx context.Context, f func(*sql.Tx) error) error {
	return d.transact(ctx, &sql.TxOptions{ReadOnly: true}, f)
}

// transact runs f in a transaction, which is rolled back if f fails.
func (d *DB) transact(ctx context.Context, o *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := d.sql.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

// Outputs returns the valid outputs of each valid derivation whose outputs are
// known.
func (d *DB) Outputs(ctx context.Context) (map[storepath.Path][]storepath.Path, error) {
	var outputs map[storepath.Path][]storepath.Path
	err := d.read(ctx, func(tx *sql.Tx) (err error) { outputs, err = d.outputs(ctx, tx); return })
	return outputs, err
}

func (d *DB) outputs(ctx context.Context, tx *sql.Tx) (map[storepath.Path][]storepath.Path, error) {
	rows, err := tx.QueryContext(ctx, `select v.path, o.path from DerivationOutputs o
		join ValidPaths v on v.id = o.drv join ValidPaths w on w.path = o.path order by v.path, o.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	outputs := map[storepath.Path][]storepath.Path{}
	for rows.Next() {
		var drv, out string
		if err := rows.Scan(&drv, &out); err != nil {
			return nil, err
		}
		p, perr := d.store.Parse(drv)
		q, qerr := d.store.Parse(out)
		if err := errors.Join(perr, qerr); err != nil {
			return nil, &CorruptError{File: d.file(), Err: err}
		}
		outputs[p] = append(outputs[p], q)
	}
	return outputs, rows.Err()
}
