package db

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"

	"devenv/store/narinfo"
	"devenv/store/storepath"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrInvalid is the error for a path that the database has no row for.
var ErrInvalid = narinfo.ErrInvalid

// A SchemaError says that the tables are of a version this program does not know.
type SchemaError struct {
	File    string // the file that names the version
	Version int
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("the store's database has schema version %d, this devenv knows version %d (%s)", e.Version, schemaVersion, e.File)
}

// Hint returns what to do next.
func (e *SchemaError) Hint() string {
	if e.Version < schemaVersion {
		return "An old Nix wrote it. Run `nix-store --verify` with a newer Nix once: it upgrades the database."
	}
	return "A newer Nix or devenv wrote it. Update devenv, or use another store: `export DEVENV_STORE=DIRECTORY`."
}

// A CorruptError says that a file of the database does not hold what it must.
type CorruptError struct {
	File string
	Err  error
}

func (e *CorruptError) Error() string { return fmt.Sprintf("%s is corrupt: %v", e.File, e.Err) }

// Unwrap returns what was found.
func (e *CorruptError) Unwrap() error { return e.Err }

// Hint returns what to do next.
func (e *CorruptError) Hint() string {
	dir := filepath.Dir(e.File)
	return fmt.Sprintf("Move the database aside, devenv then starts an empty one and fetches again what is used:\n"+
		"  mv '%s' '%s.corrupt'\n"+
		"If Nix uses this store too, rescue its rows first: sqlite3 '%s' .recover", dir, dir, filepath.Join(dir, "db.sqlite"))
}

// A BusyError says that other processes kept the database locked for too long.
type BusyError struct{ File string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("another process has kept %s locked for more than %v", e.File, busyLimit)
}

// Hint returns what to do next.
func (e *BusyError) Hint() string {
	return fmt.Sprintf("See which one it is with `fuser -v '%s'`; end it if it hangs.", e.File)
}

// A ReadOnlyError says that the database was opened for reading only, because
// its directory cannot be written.
type ReadOnlyError struct{ Dir string }

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("the store's database directory %s is not writable", e.Dir)
}

// Unwrap makes the error one of permissions.
func (e *ReadOnlyError) Unwrap() error { return syscall.EACCES }

// An InUseError says that a path cannot be invalidated, because valid paths
// refer to it.
type InUseError struct {
	Path      storepath.Path
	Referrers []storepath.Path
}

func (e *InUseError) Error() string {
	names := make([]string, len(e.Referrers))
	for i, r := range e.Referrers {
		names[i] = r.Base()
	}
	return fmt.Sprintf("%s is in use by %s", e.Path.Base(), strings.Join(names, ", "))
}

// isFull reports whether err says that there is no room left on the disk.
func isFull(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_FULL || e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE)
}

// code returns SQLite's primary result code of err, SQLITE_OK if it has none.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return sqlite3.SQLITE_OK
}

// explain gives SQLite's errors the types of this package.
func (d *DB) explain(err error) error {
	if isFull(err) {
		return fmt.Errorf("%s: %w (%w)", d.file(), syscall.ENOSPC, err)
	}
	switch code(err) {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &CorruptError{File: d.file(), Err: err}
	case sqlite3.SQLITE_ERROR:
		if strings.Contains(err.Error(), "no such table") || strings.Contains(err.Error(), "no such column") {
			return &CorruptError{File: d.file(), Err: err}
		}
	case sqlite3.SQLITE_READONLY:
		return &ReadOnlyError{Dir: d.dir}
	}
	return err
}
