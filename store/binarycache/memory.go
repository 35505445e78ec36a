package binarycache

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"devenv/store/storepath"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// MemoryOptions say how long answers are kept. The zero value of a duration means
// Nix's default; a negative one keeps nothing.
type MemoryOptions struct {
	Positive time.Duration // that a cache has a path: 30 days
	Negative time.Duration // that it has not: 1 hour
	Now      func() time.Time
}

// Memory keeps on disk what caches answered, for all processes of a user. It is
// a convenience: where its file cannot be used, is locked or broken, everything
// is asked anew. A nil Memory remembers nothing.
type Memory struct {
	file string
	o    MemoryOptions
	db   *sql.DB

	mu      sync.Mutex // guards what follows
	queue   []change   // not yet written
	writing bool       // somebody writes, and will write queue too
}

// change is an answer to be kept, or forgotten.
type change struct {
	query string
	args  []any
}

// infoKept is how long what a cache says of itself is believed, as by Nix.
const infoKept = 7 * 24 * time.Hour

// mostKept is how many answers are kept; the oldest go first.
const mostKept = 200_000

// memorySchema has its version in the file's name.
const memorySchema = `
create table if not exists infos (cache text primary key, text blob not null, time integer not null) without rowid;
create table if not exists paths (cache text not null, digest text not null, text blob, time integer not null, primary key (cache, digest)) without rowid;
create index if not exists pathsByTime on paths (time);
create table if not exists purged (id integer primary key check (id = 1), time integer not null);`

// OpenMemory opens the file binary-caches-1.sqlite in dir, which is made if it
// does not exist. It never fails: at worst nothing is remembered.
func OpenMemory(ctx context.Context, dir string, o MemoryOptions) *Memory {
	if o.Positive == 0 {
		o.Positive = 30 * 24 * time.Hour
	}
	if o.Negative == 0 {
		o.Negative = time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Memory{file: filepath.Join(dir, "binary-caches-1.sqlite"), o: o}
	if os.MkdirAll(dir, 0o700) != nil {
		return nil
	}
	if err := m.open(ctx); err != nil {
		return nil
	}
	m.purge(ctx)
	return m
}

func (m *Memory) open(ctx context.Context) error {
	err := m.connect(ctx)
	if err == nil || errors.Is(err, context.Canceled) || isBusy(err) {
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} { // it is damaged, and worth nothing
		os.Remove(m.file + suffix)
	}
	return m.connect(ctx)
}

func (m *Memory) connect(ctx context.Context) error {
	q := url.Values{"_busy_timeout": {"2000"}, "_journal_mode": {"wal"}, "_synchronous": {"0"}, "_txlock": {"immediate"}}
	dsn := &url.URL{Scheme: "file", OmitHost: true, Path: m.file, RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, memorySchema); err != nil {
		db.Close()
		return err
	}
	m.db = db
	return nil
}

// isBusy reports whether another process is in the way.
func isBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// Close closes the file.
func (m *Memory) Close() error {
	if m == nil {
		return nil
	}
	return m.db.Close()
}

// purge forgets what is too old or too much, once a day.
func (m *Memory) purge(ctx context.Context) {
	now := m.o.Now().Unix()
	var last int64
	err := m.db.QueryRowContext(ctx, "select time from purged").Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) || err == nil && now-last < 24*60*60 && now >= last {
		return
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{"delete from paths where text is not null and time < ?", []any{now - seconds(m.o.Positive)}},
		{"delete from paths where text is null and time < ?", []any{now - seconds(m.o.Negative)}},
		{"delete from paths where time < (select time from paths order by time desc limit 1 offset ?)", []any{mostKept}},
		{"delete from infos where time < ?", []any{now - seconds(infoKept)}},
		{"insert or replace into purged (id, time) values (1, ?)", []any{now}},
	} {
		if _, err := m.db.ExecContext(ctx, step.query, step.args...); err != nil {
			return
		}
	}
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// fresh reports whether an answer of that time still counts.
func (m *Memory) fresh(at int64, kept time.Duration) bool {
	age := m.o.Now().Unix() - at
	return age >= 0 && age < seconds(kept)
}

// info returns the nix-cache-info of a cache.
func (m *Memory) info(ctx context.Context, cache string) (text []byte, ok bool) {
	if m == nil {
		return nil, false
	}
	var at int64
	err := m.db.QueryRowContext(ctx, "select text, time from infos where cache = ?", cache).Scan(&text, &at)
	return text, err == nil && m.fresh(at, infoKept)
}

func (m *Memory) setInfo(ctx context.Context, cache string, text []byte) {
	if m != nil {
		m.db.ExecContext(ctx, "insert or replace into infos values (?, ?, ?)", cache, text, m.o.Now().Unix()) //nolint:errcheck // a convenience
	}
}

// lookup returns what a cache answered for p: the .narinfo, or that it has none.
func (m *Memory) lookup(ctx context.Context, cache string, p storepath.Path) (text []byte, present, ok bool) {
	if m == nil {
		return nil, false, false
	}
	var at int64
	err := m.db.QueryRowContext(ctx, "select text, time from paths where cache = ? and digest = ?", cache, p.Digest()).Scan(&text, &at)
	if err != nil {
		return nil, false, false
	}
	kept := m.o.Negative
	if text != nil {
		kept = m.o.Positive
	}
	return text, text != nil, m.fresh(at, kept)
}

// remember keeps an answer; a nil text says that the cache does not have p.
func (m *Memory) remember(ctx context.Context, cache string, p storepath.Path, text []byte) {
	if m == nil || text == nil && m.o.Negative < 0 || text != nil && m.o.Positive < 0 {
		return
	}
	m.change(ctx, "insert or replace into paths values (?, ?, ?, ?)", cache, p.Digest(), text, m.o.Now().Unix())
}

func (m *Memory) forget(ctx context.Context, cache string, p storepath.Path) {
	if m != nil {
		m.change(ctx, "delete from paths where cache = ? and digest = ?", cache, p.Digest())
	}
}

// change makes one change, and those of others that come while it does: hundreds
// of answers arrive at once, and a transaction costs more than what is in it.
func (m *Memory) change(ctx context.Context, query string, args ...any) {
	m.mu.Lock()
	m.queue = append(m.queue, change{query, args})
	if m.writing {
		m.mu.Unlock()
		return
	}
	m.writing = true
	for len(m.queue) > 0 {
		queue := m.queue
		m.queue = nil
		m.mu.Unlock()
		m.write(ctx, queue)
		m.mu.Lock()
	}
	m.writing = false
	m.mu.Unlock()
}

// write makes changes in one transaction, or none of them.
func (m *Memory) write(ctx context.Context, queue []change) {
	tx, err := m.db.BeginTx(ctx, nil)
	if err != nil {
		return
	}
	defer tx.Rollback() //nolint:errcheck // nothing is left to undo after a commit
	for _, c := range queue {
		if _, err := tx.ExecContext(ctx, c.query, c.args...); err != nil {
			return
		}
	}
	tx.Commit() //nolint:errcheck // a convenience
}
