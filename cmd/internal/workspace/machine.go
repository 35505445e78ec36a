package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"devenv/lockfile"
	"devenv/resolver"
	"devenv/resolver/tools"
	"devenv/store"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"devenv/transfer"
)

// host finds out what the machine is and is configured for.
func (w *Workspace) host() (*tools.Machine, error) {
	if w.machine != nil {
		return w.machine, nil
	}
	m, err := tools.DetectMachine(tools.Host{
		GOOS: runtime.GOOS, GOARCH: runtime.GOARCH,
		Getenv: w.o.Getenv,
		Home:   w.o.Getenv("HOME"),
		Root:   os.DirFS("/"),
		Run:    w.run,
	})
	if err != nil {
		return nil, err
	}
	w.machine = m
	return m, nil
}

// run runs a program of PATH outside of any project and gives its standard
// output.
func (w *Workspace) run(ctx context.Context, argv ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = "/"
	return cmd.Output()
}

// system is this machine's, in Nix's words.
func (w *Workspace) system() (string, error) {
	m, err := w.host()
	if err != nil {
		return "", err
	}
	return m.System, nil
}

// tools gets toolchains.
func (w *Workspace) tools() (*tools.Resolver, error) {
	if w.resolver != nil {
		return w.resolver, nil
	}
	m, err := w.host()
	if err != nil {
		return nil, err
	}
	catalogue, err := w.catalogue()
	if err != nil {
		return nil, err
	}
	client, err := transfer.New(transfer.Options{
		Getenv:    w.o.Getenv,
		CacheDir:  w.layout.Cache,
		UserAgent: "devenv/" + w.o.Version,
	})
	if err != nil {
		return nil, err
	}
	w.resolver = tools.New(tools.Options{
		Catalogue: catalogue, Machine: m, Client: client,
		CacheDir: filepath.Join(w.layout.Cache, "tools"),
		Progress: w.o.Progress,
	})
	return w.resolver, nil
}

// offlineError is the answer of --offline to what would need the network.
type offlineError struct{ what string }

func (e *offlineError) Error() string {
	return e.what + " needs the network, and --offline was asked for"
}
func (e *offlineError) Hint() string {
	return "run it once without --offline; from then on it is in the store"
}

// Lock satisfies resolver.Locker.
func (w *Workspace) lockTool(ctx context.Context, tool, constraint string) (lockfile.Tool, error) {
	if w.o.Offline {
		return lockfile.Tool{}, &offlineError{fmt.Sprintf("choosing a version for %s %s", tool, constraint)}
	}
	r, err := w.tools()
	if err != nil {
		return lockfile.Tool{}, err
	}
	return r.Lock(ctx, tools.Request{Tool: tool, Constraint: constraint})
}

// locker gives resolver what it needs of tools.
type locker struct{ w *Workspace }

func (l locker) Lock(ctx context.Context, tool, constraint string) (lockfile.Tool, error) {
	return l.w.lockTool(ctx, tool, constraint)
}

// toolbox gives resolver the trees.
type toolbox struct{ w *Workspace }

func (b toolbox) Realise(ctx context.Context, tool lockfile.Tool, system string) (resolver.Tree, error) {
	s, err := b.w.store(ctx)
	if err != nil {
		return resolver.Tree{}, err
	}
	tool = b.w.recall(tool, system)
	if found, ok := b.w.inStore(ctx, tool, system); ok && hold(ctx, s, found.Path) == nil {
		return found, nil
	}
	if b.w.o.Offline {
		return resolver.Tree{}, &offlineError{"getting " + tool.Name + " " + tool.Version}
	}
	r, err := b.w.tools()
	if err != nil {
		return resolver.Tree{}, err
	}
	tree, err := r.Realise(ctx, trees{s}, tool, system)
	if err != nil {
		return resolver.Tree{}, err
	}
	b.w.remember(tool, system, tree.NarHash.SRI())
	return resolver.Tree{Path: s.Dir().Join(tree.Path), Real: s.Real(tree.Path), NarHash: tree.NarHash.SRI()}, nil
}

// hold keeps a tree that was found until this process ends: its root is made
// only after all others are there, and a collection may run meanwhile.
func hold(ctx context.Context, s *store.Store, path string) error {
	p, err := s.Dir().Parse(path)
	if err == nil {
		_, err = s.Hold(ctx, p)
	}
	return err
}

func (b toolbox) Contribution(tool, version, real, place string) (resolver.Contribution, error) {
	catalogue, err := b.w.catalogue()
	if err != nil {
		return resolver.Contribution{}, err
	}
	c, err := catalogue.Contribution(tool, version, real, place)
	return resolver.Contribution(c), err
}

func (b toolbox) Additional(tool, version, real, place string) (resolver.Contribution, error) {
	catalogue, err := b.w.catalogue()
	if err != nil {
		return resolver.Contribution{}, err
	}
	c, err := catalogue.Additional(tool, version, real, place)
	return resolver.Contribution(c), err
}

// trees gives tools the store.
type trees struct{ s *store.Store }

func (t trees) LookupNar(ctx context.Context, name string, hash nixhash.Hash) (tools.Tree, bool, error) {
	info, err := t.s.LookupNar(ctx, name, hash)
	if err == nil {
		info, err = t.s.Hold(ctx, info.Path)
	}
	if errors.Is(err, store.ErrInvalid) {
		return tools.Tree{}, false, nil
	}
	return tools.Tree{Path: info.Path, NarHash: info.NarHash}, err == nil, err
}

func (t trees) AddTree(ctx context.Context, name string, want nixhash.Hash, fill func(context.Context, string) error) (tools.Tree, error) {
	info, err := t.s.AddTree(ctx, name, want, fill)
	return tools.Tree{Path: info.Path, NarHash: info.NarHash}, err
}

// rooter keeps store paths for package env.
type rooter struct{ w *Workspace }

// rootName names a root after the state that it belongs to: a store is shared
// by users, and by homes, who know nothing of each other's environments.
func (w *Workspace) rootName(name string) string {
	sum := sha256.Sum256([]byte(w.layout.State))
	return "state-" + hex.EncodeToString(sum[:8]) + "/" + name
}

func (r rooter) AddRoot(ctx context.Context, name string, paths ...string) error {
	s, err := r.w.store(ctx)
	if err != nil {
		return err
	}
	parsed := make([]storepath.Path, 0, len(paths))
	for _, text := range paths {
		p, err := s.Dir().Parse(text)
		if err != nil {
			return err
		}
		parsed = append(parsed, p)
	}
	return s.AddRoot(ctx, r.w.rootName(name), parsed...)
}

func (r rooter) RemoveRoot(ctx context.Context, name string) error {
	s, err := r.w.store(ctx)
	if err != nil {
		return err
	}
	return s.RemoveRoot(ctx, r.w.rootName(name))
}
