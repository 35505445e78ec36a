package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/daemon"
	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/store/transport"
)

// anyStore is an open store of any kind: this machine's disk, a daemon, a binary
// cache, or nothing at all. What all of them do is in both; for the rest see able.
type anyStore struct {
	both
	kind store.Kind
	url  string // as Nix prints it
	cwd  string // that paths of files are relative to
}

// both is a store that one can copy from and to.
type both interface {
	transport.Source
	transport.Destination
}

// storeWords say for people what kind of store a command has before it.
var storeWords = map[store.Kind]string{
	store.Local: "a store on this machine's disk", store.Daemon: "a Nix daemon's store", store.SSH: "a Nix daemon's store on another machine",
	store.File: "a binary cache", store.HTTP: "a binary cache", store.S3: "a binary cache", store.Dummy: "an empty store",
}

// able returns s as one that can do more than all stores can: doing says what, as
// in "collect garbage", and instead what to do when it cannot.
func able[T any](s *anyStore, doing, instead string) (T, error) {
	t, ok := s.both.(T)
	if !ok {
		return t, withHint(fmt.Errorf("%s is %s, which cannot %s", s.url, storeWords[s.kind], doing), instead)
	}
	return t, nil
}

// written is a store as evaluations write to it.
type written struct{ *anyStore }

// ImportAll adds trees, each after what it refers to: in batches, where the store
// takes batches.
func (s written) ImportAll(ctx context.Context, infos []narinfo.Info, nar func(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error) error {
	if to, ok := s.both.(transport.Batch); ok {
		return to.ImportAll(ctx, infos, nar)
	}
	for _, info := range infos {
		err := nar(ctx, info.Path, func(content io.Reader) error { return s.Import(ctx, info, content) })
		if err != nil {
			return err
		}
	}
	return nil
}

// isCache reports whether s is a binary cache.
func (s *anyStore) isCache() bool {
	return s.kind == store.File || s.kind == store.HTTP || s.kind == store.S3
}

// onDisk returns the store whose files this process may read and change.
func (s *anyStore) onDisk(doing string) (*store.Store, error) {
	return able[*store.Store](s, doing, "name a store on a disk: --store local, or --store DIR")
}

// storeURL is the store that is meant where url is written: what it says, else
// DEVENV_STORE, and where that leaves it to the machine what Nix's settings and
// NIX_REMOTE say, and then what there is: a /nix that may be written, a daemon, a
// store in the user's data.
func (s *stores) storeURL(url string) (store.URL, error) {
	cwd, err := s.a.dir("")
	if err != nil {
		return store.URL{}, err
	}
	if url == "." || url == ".." || strings.HasPrefix(url, "./") || strings.HasPrefix(url, "../") {
		url = absolute(url, cwd)
	}
	for _, more := range []string{s.a.getenv("DEVENV_STORE"), s.settings.String("store", s.a.getenv("NIX_REMOTE"))} {
		if url == "" || url == string(store.Auto) {
			url = more
		}
	}
	u, err := store.ParseURL(url)
	if err != nil {
		return store.URL{}, &usageError{err}
	}
	return u.Resolve(s.ws.Layout().Data), nil
}

// open opens a store by its URL. An empty URL is the machine's own.
func (s *stores) open(ctx context.Context, url string) (*anyStore, error) {
	u, err := s.storeURL(url)
	if err != nil {
		return nil, err
	}
	opened := &anyStore{kind: u.Kind, url: u.String()}
	if opened.cwd, err = s.a.dir(""); err != nil {
		return nil, err
	}
	switch u.Kind {
	case store.Local:
		disk, err := s.disk(ctx, u)
		if err != nil {
			return nil, err
		}
		opened.both, opened.url = disk, disk.Describe().URL()
	case store.Daemon, store.SSH:
		d, err := s.daemon(ctx, u, daemon.Options{})
		if err != nil {
			return nil, err
		}
		opened.both, opened.url = d, d.URL()
	case store.Dummy:
		opened.both = dummyStore{}
	default:
		c, err := s.cache(ctx, u.String())
		if err != nil {
			return nil, err
		}
		opened.both, opened.url = c, c.String()
	}
	return opened, nil
}

// disk opens a store on this machine's disk.
func (s *stores) disk(ctx context.Context, u store.URL) (*store.Store, error) {
	o, err := store.Open(ctx, store.Options{
		URL: u.String(), Getenv: s.a.getenv, DataDir: s.ws.Layout().Data, Now: time.Now,
		Waiting: func(what string) { s.a.streams.Notice("waiting for %s", what) },
	})
	if err == nil {
		s.opened = append(s.opened, o)
	}
	return o, err
}

// daemon connects to a daemon; o says what is special about it.
func (s *stores) daemon(ctx context.Context, u store.URL, o daemon.Options) (*daemonStore, error) {
	if s.a.offline && u.Kind == store.SSH {
		return nil, s.noNetwork(u.String())
	}
	var err error
	names := []string{"timeout", "connect-timeout"} // daemons follow these for every user
	for _, pair := range s.said {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	if o.Settings, err = daemon.SettingsFrom(s.settings, names...); err != nil {
		return nil, &usageError{err}
	}
	o.URL, o.Getenv, o.Unsigned = u.String(), s.a.getenv, s.unsigned
	c, err := daemon.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	s.opened = append(s.opened, c)
	return &daemonStore{c}, nil
}

func (s *stores) noNetwork(url string) error {
	return withHint(fmt.Errorf("%s needs the network, and --offline was asked for", url), "run it without --offline")
}

// withStore opens the store of the flags for the time of use.
func (a *app) withStore(ctx context.Context, f *storeFlags, use func(*anyStore) error) error {
	st, err := a.stores(ctx, nil)
	if err != nil {
		return err
	}
	defer st.close()
	s, err := st.open(ctx, f.url)
	if err != nil {
		return err
	}
	return use(s)
}

var (
	_ both = (*store.Store)(nil)
	_ both = (*daemonStore)(nil)
	_ both = (*binarycache.Cache)(nil)
)
