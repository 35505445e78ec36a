package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Realisation says which path an output of a derivation has become.
type Realisation struct {
	ID         RealisationID
	Path       storepath.Path
	Signatures []string // "<key name>:<base64>"
	// DependsOn are the realisations that the output refers to, with their paths.
	DependsOn map[RealisationID]storepath.Path
}

// RealisationID names an output by the hash of its derivation modulo how its
// inputs are made.
type RealisationID struct {
	Derivation nixhash.Hash // SHA-256
	Output     string       // "out"
}

// String returns id as Nix writes it, "sha256:<base16>!out".
func (id RealisationID) String() string { return id.derivation() + "!" + id.Output }

func (id RealisationID) derivation() string {
	return id.Derivation.Algo().String() + ":" + id.Derivation.Base16()
}

// realisationTables are those that Nix adds for content-addressed derivations,
// an experimental feature, in the order in which it creates them. That they are
// there it notes in SchemaMigrations; before 2.34 in the file "ca-schema", and
// then it makes the tables only if there are none.
const realisationTables = `
create table if not exists SchemaMigrations (migration text primary key not null);
create table if not exists Realisations (
    id integer primary key autoincrement not null,
    drvPath text not null,
    outputName text not null,
    outputPath integer not null,
    signatures text,
    foreign key (outputPath) references ValidPaths(id) on delete cascade
);
create index if not exists IndexRealisations on Realisations(drvPath, outputName);
create trigger if not exists DeleteSelfRefsViaRealisations before delete on ValidPaths
  begin
    delete from RealisationsRefs where realisationReference in (
      select id from Realisations where outputPath = old.id
    );
  end;
create table if not exists RealisationsRefs (
    referrer integer not null,
    realisationReference integer,
    foreign key (referrer) references Realisations(id) on delete cascade,
    foreign key (realisationReference) references Realisations(id) on delete restrict
);
create index if not exists IndexRealisationsRefsRealisationReference on RealisationsRefs(realisationReference);
create index if not exists IndexRealisationsRefs on RealisationsRefs(referrer);
create index if not exists IndexRealisationsRefsOnOutputPath on Realisations(outputPath);
insert or ignore into SchemaMigrations values ('20220326-ca-derivations');
`

// hasRealisations reports whether the tables are there.
func hasRealisations(ctx context.Context, tx *sql.Tx) (found bool, err error) {
	err = tx.QueryRowContext(ctx, "select exists (select 1 from sqlite_master where name = 'RealisationsRefs')").Scan(&found)
	return found, err
}

// Realisation returns what is known of an output. The error is ErrInvalid if
// nothing is.
func (d *DB) Realisation(ctx context.Context, id RealisationID) (Realisation, error) {
	r := Realisation{ID: id}
	err := d.read(ctx, func(tx *sql.Tx) error {
		if ok, err := hasRealisations(ctx, tx); err != nil || !ok {
			return errors.Join(err, fmt.Errorf("%s: %w", id, ErrInvalid))
		}
		var row int64
		var path string
		var sigs sql.NullString
		err := tx.QueryRowContext(ctx, `select r.id, v.path, r.signatures from Realisations r join ValidPaths v on v.id = r.outputPath
			where r.drvPath = ? and r.outputName = ?`, id.derivation(), id.Output).Scan(&row, &path, &sigs)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%s: %w", id, ErrInvalid)
		}
		if err != nil {
			return err
		}
		r.Signatures = strings.Fields(sigs.String)
		if r.Path, err = d.store.Parse(path); err != nil {
			return &CorruptError{File: d.file(), Err: err}
		}
		r.DependsOn, err = d.dependencies(ctx, tx, row)
		return err
	})
	return r, err
}

func (d *DB) dependencies(ctx context.Context, tx *sql.Tx, row int64) (map[RealisationID]storepath.Path, error) {
	rows, err := tx.QueryContext(ctx, `select r.drvPath, r.outputName, v.path from RealisationsRefs
		join Realisations r on r.id = realisationReference join ValidPaths v on v.id = r.outputPath where referrer = ?`, row)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[RealisationID]storepath.Path{}
	for rows.Next() {
		var drv, output, full string
		if err := rows.Scan(&drv, &output, &full); err != nil {
			return nil, err
		}
		hash, herr := nixhash.Parse(drv)
		p, perr := d.store.Parse(full)
		if err := errors.Join(herr, perr); err != nil {
			return nil, &CorruptError{File: d.file(), Err: err}
		}
		found[RealisationID{hash, output}] = p
	}
	return found, rows.Err()
}

// RegisterRealisations notes what outputs have become, all of them or none.
// Their paths must be valid, and what they depend on known or among them. Of one
// that is known already only the signatures are added.
func (d *DB) RegisterRealisations(ctx context.Context, list ...Realisation) error {
	return d.update(ctx, func(tx *sql.Tx) error {
		if ok, err := hasRealisations(ctx, tx); err != nil {
			return err
		} else if !ok {
			if _, err := tx.ExecContext(ctx, realisationTables); err != nil {
				return err
			}
		}
		for _, r := range list {
			if err := d.registerRealisation(ctx, tx, r); err != nil {
				return err
			}
		}
		for _, r := range list {
			if err := d.registerDependencies(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *DB) registerRealisation(ctx context.Context, tx *sql.Tx, r Realisation) error {
	var row int64
	var sigs sql.NullString
	var path string
	err := tx.QueryRowContext(ctx, `select r.id, r.signatures, v.path from Realisations r join ValidPaths v on v.id = r.outputPath
		where drvPath = ? and outputName = ?`, r.ID.derivation(), r.ID.Output).Scan(&row, &sigs, &path)
	switch {
	case err == nil && path != d.store.Join(r.Path):
		return fmt.Errorf("%s is %s already, and cannot be %s as well", r.ID, path, d.store.Join(r.Path))
	case err == nil:
		all := slices.Compact(slices.Sorted(slices.Values(append(strings.Fields(sigs.String), r.Signatures...))))
		_, err = tx.ExecContext(ctx, "update Realisations set signatures = ? where id = ?", strings.Join(all, " "), row)
		return err
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	res, err := tx.ExecContext(ctx, `insert into Realisations (drvPath, outputName, outputPath, signatures)
		select ?, ?, id, ? from ValidPaths where path = ?`, r.ID.derivation(), r.ID.Output, strings.Join(r.Signatures, " "), d.store.Join(r.Path))
	return mustChange(res, err, fmt.Errorf("%s: %w", r.Path.Base(), ErrInvalid))
}

func (d *DB) registerDependencies(ctx context.Context, tx *sql.Tx, r Realisation) error {
	for _, id := range slices.SortedFunc(maps.Keys(r.DependsOn), func(a, b RealisationID) int { return strings.Compare(a.String(), b.String()) }) {
		res, err := tx.ExecContext(ctx, `insert into RealisationsRefs (referrer, realisationReference)
			select a.id, b.id from Realisations a, Realisations b
			where a.drvPath = ? and a.outputName = ? and b.drvPath = ? and b.outputName = ?
			and not exists (select 1 from RealisationsRefs where referrer = a.id and realisationReference = b.id)`, r.ID.derivation(), r.ID.Output, id.derivation(), id.Output)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			continue
		}
		var known bool
		err = tx.QueryRowContext(ctx, "select exists (select 1 from Realisations where drvPath = ? and outputName = ?)", id.derivation(), id.Output).Scan(&known)
		if err != nil {
			return err
		}
		if !known {
			return fmt.Errorf("%s depends on %s: %w", r.ID, id, ErrInvalid)
		}
	}
	return nil
}

// mustChange returns none if a statement that gave res and err changed no row.
func mustChange(res sql.Result, err, none error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return none
}
