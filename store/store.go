package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"devenv/store/db"
	"devenv/store/derivation"
	"devenv/store/filelock"
	"devenv/store/storepath"
)

// Options say which store to open.
type Options struct {
	// URL is one of the kind Auto or Local, see ParseURL. If it is empty the
	// variable DEVENV_STORE decides, and without that "auto": the machine's /nix
	// if it has one that this process may write, else DataDir.
	URL string
	// Getenv returns variables: DEVENV_STORE and those that say where Nix's
	// configuration lies. It may be nil.
	Getenv func(string) string
	// DataDir is the root of a private store, an absolute path.
	DataDir string
	// Now is the clock of registration times and of roots. It may be nil.
	Now func() time.Time
	// Waiting is called when an operation has to wait for another process, with
	// what it waits for: "another process that adds …". It may be nil.
	Waiting func(what string)
}

// Info is what the store knows of a valid path.
type Info = db.Info

// ErrInvalid is the error for a path that is not in the store.
var ErrInvalid = db.ErrInvalid

// Store is an open store. It may be used by many goroutines at once.
type Store struct {
	place   Place
	getenv  func(string) string
	now     func() time.Time
	waiting func(what string)
	// settings reads Nix's, once.
	settings func() (settings, error)

	mu        sync.Mutex // guards what follows
	db        *db.DB     // nil until it is needed
	tempRoots *filelock.Lock
	optimiser *optimiser // nil until a new tree is optimised

	preparing sync.Mutex // guards what follows
	swept     bool

	memoMu sync.Mutex // guards what follows
	memo   *derivation.Memo

	commits commits
}

// Open finds the store. It reads no database yet, and makes no directory: that is
// done by the first operation that needs it.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{getenv: o.Getenv, now: o.Now, waiting: o.Waiting}
	if s.getenv == nil {
		s.getenv = func(string) string { return "" }
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.waiting == nil {
		s.waiting = func(string) {}
	}
	s.settings = sync.OnceValues(func() (settings, error) { return readSettings(s.getenv) })
	u := o.URL
	if u == "" {
		u = s.getenv("DEVENV_STORE")
	}
	if u == "" {
		u = "auto"
	}
	parsed, err := ParseURL(u)
	if err != nil {
		return nil, err
	}
	if s.place, err = locate(parsed, o.DataDir, "/", s.getenv); err != nil {
		return nil, err
	}
	return s, context.Cause(ctx)
}

// Close closes the database and ends this process's temporary roots.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.db != nil {
		err = s.db.Close()
		s.db = nil
	}
	if s.optimiser != nil {
		_, rerr := s.optimiser.temp.remove()
		err = errors.Join(err, rerr)
		s.optimiser = nil
	}
	if s.tempRoots != nil {
		err = errors.Join(err, s.tempRoots.Remove())
		s.tempRoots = nil
	}
	return err
}

// Dir returns the logical store directory.
func (s *Store) Dir() storepath.Dir { return s.place.Dir }

// Real returns the path at which p lies on disk, whether it is valid or not.
func (s *Store) Real(p storepath.Path) string { return filepath.Join(s.trees(), p.Base()) }

// Describe returns where the store lies.
func (s *Store) Describe() Place { return s.place }

// trees returns the directory with the trees, on disk.
func (s *Store) trees() string { return s.place.Trees }

// state returns the path of a file or directory of the store's state.
func (s *Store) state(elem ...string) string {
	return filepath.Join(append([]string{s.place.State}, elem...)...)
}

// prepare makes the store ready to be written: the directories are there, and
// what killed processes left in their way is not. Once in the life of s is
// enough.
func (s *Store) prepare(ctx context.Context) error {
	s.preparing.Lock()
	defer s.preparing.Unlock()
	if s.swept {
		return nil
	}
	if err := s.create(); err != nil {
		return err
	}
	s.swept = true
	return errors.Join(s.sweep(), context.Cause(ctx))
}

// Create makes the store, with an empty database, unless it is there.
func (s *Store) Create(ctx context.Context) error {
	err := s.prepare(ctx)
	if err == nil {
		_, err = s.database(ctx)
	}
	return s.explain(err)
}

// create makes the directories that Nix expects of a store.
func (s *Store) create() error {
	for _, dir := range []string{s.trees(), s.state("db"), s.state("temproots"), s.state("gcroots"), s.state("profiles")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	link := s.state("gcroots/profiles") // profiles are roots, also to an older Nix
	if err := os.Symlink(s.state("profiles"), link); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// database opens the database, which is made if it does not exist.
func (s *Store) database(ctx context.Context) (*db.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != nil {
		return s.db, nil
	}
	settings, err := s.settings()
	if err != nil {
		return nil, err
	}
	s.db, err = db.Open(ctx, db.Options{
		Dir:      s.state("db"),
		StoreDir: s.Dir(),
		NoWAL:    settings.noWAL,
		Waiting:  func() { s.waiting("a Nix that upgrades the store's database") },
	})
	return s.db, err
}

// existing opens the database if there is one. In a store that was never written
// nothing is valid; asking makes no store.
func (s *Store) existing(ctx context.Context) (*db.DB, error) {
	if _, err := os.Stat(s.state("db/db.sqlite")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return s.database(ctx)
}
