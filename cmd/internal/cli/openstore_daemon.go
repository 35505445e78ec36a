package cli

import (
	"context"
	"errors"
	"io"
	"slices"

	"devenv/cmd/internal/ui"
	"devenv/store"
	"devenv/store/daemon"
	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// daemonStore gives a daemon's store the methods of one on disk.
type daemonStore struct{ *daemon.Client }

// AddIndirectRoot is store.Store's: the link is made here, and the daemon told
// of it.
func (d *daemonStore) AddIndirectRoot(ctx context.Context, link string, p storepath.Path) error {
	if _, err := d.Hold(ctx, p); err != nil {
		return err
	}
	if err := store.Link(d.Dir(), link, p); err != nil {
		return err
	}
	return d.Client.AddIndirectRoot(ctx, link)
}

// List is store.Store's.
func (d *daemonStore) List(ctx context.Context) (infos []store.Info, err error) {
	paths, err := d.All(ctx)
	slices.SortFunc(paths, storepath.Compare)
	for _, p := range paths {
		info, lerr := d.Lookup(ctx, p)
		switch {
		case lerr == nil:
			infos = append(infos, info)
		case !errors.Is(lerr, narinfo.ErrInvalid): // else it went away meanwhile
			err = errors.Join(err, lerr)
		}
	}
	return infos, err
}

// Keepers is store.Store's, with the roots that the daemon tells this user of.
func (d *daemonStore) Keepers(ctx context.Context, p storepath.Path) (keepers []store.Keeper, err error) {
	roots, err := d.Roots(ctx)
	for _, r := range roots {
		closure, cerr := d.Closure(ctx, r.Path)
		if errors.Is(cerr, narinfo.ErrInvalid) {
			continue
		}
		err = errors.Join(err, cerr)
		if slices.ContainsFunc(closure, func(info store.Info) bool { return info.Path == p }) {
			keepers = append(keepers, store.Keeper{Root: r.Link, Way: []storepath.Path{r.Path}})
		}
	}
	return keepers, err
}

// Delete is store.Store's.
func (d *daemonStore) Delete(ctx context.Context, paths ...storepath.Path) (freed int64, err error) {
	done, err := d.Collect(ctx, daemon.CollectOptions{Action: daemon.DeleteSpecific, Paths: paths})
	return done.Freed, err
}

// collect has the daemon collect garbage, and tells.
func (d *daemonStore) collect(ctx context.Context, a *app, dryRun bool, maxFreed int64) error {
	o := daemon.CollectOptions{Action: daemon.DeleteDead, MaxFreed: maxFreed}
	if dryRun {
		o.Action = daemon.ReturnDead
	}
	done, err := d.Collect(ctx, o)
	if err != nil {
		return err
	}
	for _, path := range done.Paths {
		a.streams.Printf("%s\n", ui.Clean(path))
	}
	if dryRun {
		a.streams.Notice("%s would go; without --dry-run they do", storePaths(len(done.Paths)))
		return nil
	}
	a.streams.Notice("%s deleted, %s freed", storePaths(len(done.Paths)), ui.Bytes(done.Freed))
	return nil
}

// verify has the daemon check its store; it says itself what is wrong.
func (d *daemonStore) verify(ctx context.Context, a *app, o storeVerifyOptions) error {
	said := d.WithEvents(func(e daemon.Event) {
		if e.Kind == daemon.Message && e.Level <= daemon.LevelWarn {
			a.streams.Printf("%s\n", ui.Clean(uncoloured(e.Text)))
		}
	})
	bad, err := said.Verify(ctx, o.contents, o.repair)
	if err == nil && bad {
		err = &silentExit{exitIntegrity}
	}
	return err
}

// dummyStore has nothing and takes nothing: Nix's dummy://.
type dummyStore struct{}

func (dummyStore) Dir() storepath.Dir { return storepath.Default }

func (dummyStore) Lookup(context.Context, storepath.Path) (narinfo.Info, error) {
	return narinfo.Info{}, narinfo.ErrInvalid
}

func (dummyStore) Missing(_ context.Context, paths []storepath.Path) ([]storepath.Path, error) {
	return paths, nil
}

func (dummyStore) Nar(context.Context, storepath.Path, func(io.Reader) error) error {
	return narinfo.ErrInvalid
}

func (dummyStore) Import(context.Context, narinfo.Info, io.Reader) error {
	return withHint(errors.New("nothing can be added to dummy://"), "name a store that keeps things: --store DIR")
}
