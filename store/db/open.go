package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"devenv/store/filelock"
	"devenv/store/storepath"
	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite" // the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Options say where a database lies and how its file is used.
type Options struct {
	Dir      string        // the directory with db.sqlite; created if it does not exist
	StoreDir storepath.Dir // the logical store directory that the paths in it have
	// NoWAL is Nix's setting use-sqlite-wal = false: a rollback journal and lock
	// files instead of a write-ahead log and locks on the database file. All
	// processes that use one database must agree on it.
	NoWAL bool
	// Waiting, if set, is called when Open has to wait for an upgrade by Nix.
	Waiting func()
}

// DB is an open database. It may be used by many goroutines at once.
type DB struct {
	dir      string
	store    storepath.Dir
	sql      *sql.DB
	lock     *filelock.Lock // of big-lock; nil if opened for reading only
	readOnly bool
}

// Open opens the database in o.Dir, or makes an empty one. Where the directory
// can be read but not written, the database can be read only.
//
// Errors with a type of their own: *SchemaError, *CorruptError, *BusyError.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{dir: o.Dir, store: o.StoreDir}
	if err := d.prepare(ctx, o); err != nil {
		return nil, err
	}
	version, err := readSchema(o.Dir)
	if err == nil {
		err = d.connect(ctx, o)
	}
	if errors.Is(err, unix.ENOSPC) { // even reading needs some room, for the index of the log
		d.Release()
		d.sql.Close()
		err = d.connect(ctx, o)
	}
	if err == nil && version == 0 && !d.readOnly {
		err = d.createSchema(ctx)
	}
	if err != nil {
		d.Close()
		return nil, d.explain(err)
	}
	return d, nil
}

// prepare makes the directory and takes the lock that keeps Nix from upgrading
// the tables under us.
func (d *DB) prepare(ctx context.Context, o Options) (err error) {
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return err
	}
	if unix.Faccessat(unix.AT_FDCWD, o.Dir, unix.W_OK, unix.AT_EACCESS) != nil {
		d.readOnly = true
		if _, err := os.Stat(d.file()); err != nil {
			return &ReadOnlyError{Dir: o.Dir}
		}
		return nil
	}
	d.lock, err = filelock.Acquire(ctx, filepath.Join(o.Dir, "big-lock"), filelock.Shared, o.Waiting)
	if err == nil {
		d.reserve()
	}
	return err
}

func (d *DB) connect(ctx context.Context, o Options) (err error) {
	if d.sql, err = sql.Open("sqlite", d.dsn(o)); err != nil {
		return err
	}
	// One connection: SQLite has one writer at a time anyway, and the readers
	// here are short.
	d.sql.SetMaxOpenConns(1)
	return d.retry(ctx, func() error { return d.setJournal(ctx, o) })
}

// dsn returns the driver's name of the database. The settings in it are Nix's.
func (d *DB) dsn(o Options) string {
	q := url.Values{}
	q.Set("_busy_timeout", "200") // then our own loop goes on, which a context can end
	q.Set("_foreign_keys", "1")
	q.Set("_synchronous", "NORMAL")
	q.Set("_txlock", "immediate")
	if o.NoWAL {
		q.Set("vfs", "unix-dotfile")
	}
	if d.readOnly {
		q.Set("mode", "ro")
		// Without write access there can be no new writer's log to read.
		if wal, err := os.Stat(d.file() + "-wal"); err != nil || wal.Size() == 0 {
			q.Set("immutable", "1")
		}
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: d.file(), RawQuery: q.Encode()}).String()
}

// setJournal sets the journal mode where it is not the wanted one already:
// setting it needs the database for itself.
func (d *DB) setJournal(ctx context.Context, o Options) error {
	want, have := "wal", ""
	if o.NoWAL {
		want = "truncate"
	}
	if err := d.sql.QueryRowContext(ctx, "pragma main.journal_mode").Scan(&have); err != nil || d.readOnly || have == want {
		return err
	}
	_, err := d.sql.ExecContext(ctx, "pragma main.journal_mode = "+want)
	return err
}

// Close closes the database.
func (d *DB) Close() error {
	var err error
	if d.sql != nil {
		err = d.sql.Close()
	}
	if d.lock != nil {
		err = errors.Join(err, d.lock.Release())
	}
	return err
}

func (d *DB) file() string { return filepath.Join(d.dir, "db.sqlite") }

// busyLimit is how long other processes may keep the database to themselves.
// Transactions here take milliseconds; Nix's largest take seconds.
const busyLimit = 2 * time.Minute

// retry runs f until it meets no lock of another process.
func (d *DB) retry(ctx context.Context, f func() error) error {
	for start := time.Now(); ; {
		err := f()
		if c := code(err); c != sqlite3.SQLITE_BUSY && c != sqlite3.SQLITE_PROTOCOL {
			if err != nil && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return d.explain(err)
		}
		if time.Since(start) > busyLimit {
			return &BusyError{File: d.file()}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
