package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// schemaVersion is the version of Nix's tables that this package reads and
// writes. It has been the current one since Nix 1.11.
const schemaVersion = 10

// tables is version 10 of the schema, in the order Nix creates it.
const tables = `
create table if not exists ValidPaths (
    id               integer primary key autoincrement not null,
    path             text unique not null,
    hash             text not null,
    registrationTime integer not null,
    deriver          text,
    narSize          integer,
    ultimate         integer,
    sigs             text,
    ca               text
);
create table if not exists Refs (
    referrer  integer not null,
    reference integer not null,
    primary key (referrer, reference),
    foreign key (referrer) references ValidPaths(id) on delete cascade,
    foreign key (reference) references ValidPaths(id) on delete restrict
);
create index if not exists IndexReferrer on Refs(referrer);
create index if not exists IndexReference on Refs(reference);
create trigger if not exists DeleteSelfRefs before delete on ValidPaths
  begin
    delete from Refs where referrer = old.id and reference = old.id;
  end;
create table if not exists DerivationOutputs (
    drv  integer not null,
    id   text not null,
    path text not null,
    primary key (drv, id),
    foreign key (drv) references ValidPaths(id) on delete cascade
);
create index if not exists IndexDerivationOutputs on DerivationOutputs(path);
`

// readSchema returns the version in the file "schema" of dir, 0 if there is none.
func readSchema(dir string) (int, error) {
	file := filepath.Join(dir, "schema")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	version, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || version <= 0 {
		return 0, &CorruptError{File: file, Err: fmt.Errorf("%q is not a version number", text)}
	}
	if version != schemaVersion {
		return 0, &SchemaError{File: file, Version: version}
	}
	return version, nil
}

// createSchema makes the tables and then says so in the file "schema".
// Processes that do this at once do not disturb each other.
func (d *DB) createSchema(ctx context.Context) error {
	err := d.retry(ctx, func() error {
		_, err := d.sql.ExecContext(ctx, "begin immediate;"+tables+"commit;")
		if err != nil {
			d.sql.ExecContext(context.WithoutCancel(ctx), "rollback") //nolint:errcheck // err says what matters
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(d.dir, "schema"), strconv.Itoa(schemaVersion))
}

// writeFile replaces a file by one that is on disk.
func writeFile(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
