package db

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Info is what the database knows of a valid path.
type Info = narinfo.Info

// Output is an output of a derivation, by the path that it will have or has.
type Output struct {
	Derivation storepath.Path
	Name       string // "out"
	Path       storepath.Path
}

// columns are those of ValidPaths that make an Info, in the order of [DB.scan].
const columns = "id, path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca"

// row is a row of ValidPaths.
type row struct {
	id         int64
	path, hash string
	registered int64
	deriver    sql.NullString
	narSize    sql.NullInt64
	ultimate   sql.NullInt64
	sigs, ca   sql.NullString
}

// scan reads a row's columns by scan, a method of sql.Row or sql.Rows.
func (d *DB) scan(scan func(...any) error) (id int64, info Info, err error) {
	var r row
	err = scan(&r.id, &r.path, &r.hash, &r.registered, &r.deriver, &r.narSize, &r.ultimate, &r.sigs, &r.ca)
	if err != nil {
		return 0, Info{}, err
	}
	info, err = d.info(r)
	if err != nil {
		err = &CorruptError{File: d.file(), Err: fmt.Errorf("row %d of ValidPaths: %w", r.id, err)}
	}
	return r.id, info, err
}

func (d *DB) info(r row) (info Info, err error) {
	info = Info{
		NarSize:    r.narSize.Int64,
		Ultimate:   r.ultimate.Int64 == 1,
		Signatures: strings.Fields(r.sigs.String),
		Registered: time.Unix(r.registered, 0),
	}
	if info.Path, err = d.store.Parse(r.path); err != nil {
		return Info{}, err
	}
	if info.NarHash, err = nixhash.Parse(r.hash); err != nil {
		return Info{}, err
	}
	if r.deriver.String != "" {
		if info.Deriver, err = d.store.Parse(r.deriver.String); err != nil {
			return Info{}, err
		}
	}
	if r.ca.String != "" {
		info.CA, err = storepath.ParseContentAddress(r.ca.String)
	}
	return info, err
}

// values returns the columns of info's row after id. Like Nix it stores null for
// what is not known.
func (d *DB) values(info Info) []any {
	deriver, ultimate := "", 0
	if !info.Deriver.IsZero() {
		deriver = d.store.Join(info.Deriver)
	}
	if info.Ultimate {
		ultimate = 1
	}
	return []any{
		d.store.Join(info.Path),
		info.NarHash.Algo().String() + ":" + info.NarHash.Base16(),
		info.Registered.Unix(),
		orNull(deriver),
		orNull(info.NarSize),
		orNull(ultimate),
		orNull(strings.Join(info.Signatures, " ")),
		orNull(info.CA.String()),
	}
}

// orNull returns v, or null for the zero value.
func orNull[T comparable](v T) any {
	if v == *new(T) {
		return nil
	}
	return v
}
