package workspace

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"devenv/env"
	"devenv/resolver"
	"devenv/resolver/constraint"
	"devenv/resolver/tools"
	"devenv/shellhooks"
	"devenv/store"
	"devenv/store/namespace"
	"devenv/transfer"
)

// Options are what the process around a workspace knows.
type Options struct {
	Getenv   func(string) string
	Environ  []string
	Self     string // the program's own absolute path, for hooks
	Version  string
	Offline  bool // touch no network
	Progress transfer.Progress
	Notice   func(format string, args ...any) // one line for people
}

// Workspace is the user's projects, tools and store. It is for one command's
// life and one goroutine.
type Workspace struct {
	o         Options
	layout    env.Layout
	catalogue func() (*tools.Catalogue, error) // read on first use
	files     *resolver.Reader

	opened   *store.Store
	machine  *tools.Machine
	resolver *tools.Resolver
}

// New finds the places of devenv's files; it opens none of them.
func New(o Options) (*Workspace, error) {
	layout, err := env.NewLayout(o.Getenv)
	if err != nil {
		return nil, err
	}
	return &Workspace{
		o: o, layout: layout,
		catalogue: sync.OnceValues(func() (*tools.Catalogue, error) { return readCatalogue(o.Getenv) }),
	}, nil
}

// readCatalogue gives the program's own and the user's: a TOML file for each tool in
// $XDG_CONFIG_HOME/devenv/catalogue.
func readCatalogue(getenv func(string) string) (*tools.Catalogue, error) {
	builtin, err := tools.Builtin()
	if err != nil {
		return nil, err
	}
	config := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		config = filepath.Join(getenv("HOME"), ".config")
	}
	dir := filepath.Join(config, "devenv", "catalogue")
	if _, err := os.Stat(dir); err != nil {
		return builtin, nil
	}
	own, err := tools.Load(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return builtin.With(own), nil
}

// Close gives back what was opened.
func (w *Workspace) Close() {
	if w.opened != nil {
		w.opened.Close()
		w.opened = nil
	}
}

// Layout says where devenv's files are.
func (w *Workspace) Layout() env.Layout { return w.layout }

// Apply puts layers on an environment in place of those that are active there.
func (w *Workspace) Apply(environ []string, layers []env.Layer) []string {
	after, _ := env.Switch(environ, layers, w.layout.ReadLayer)
	return after
}

// reader reads every file once for the whole command.
func (w *Workspace) reader() *resolver.Reader {
	if w.files == nil {
		w.files = w.newReader()
	}
	return w.files
}

func (w *Workspace) newReader() *resolver.Reader {
	return resolver.NewReader(resolver.Options{
		Tools: w.grammars,
		StateLock: func(dir string) string {
			root, err := w.layout.Root(dir)
			if err != nil {
				return ""
			}
			return root.Lockfile()
		},
	})
}

// tool is one of the catalogue.
func (w *Workspace) tool(name string) (*tools.Tool, error) {
	catalogue, err := w.catalogue()
	if err != nil {
		return nil, err
	}
	return catalogue.Tool(name)
}

// grammars are those of the tools that there are.
func (w *Workspace) grammars() (map[string]constraint.Grammar, error) {
	catalogue, err := w.catalogue()
	if err != nil {
		return nil, err
	}
	grammars := map[string]constraint.Grammar{}
	for _, name := range catalogue.Names() {
		if t, err := catalogue.Tool(name); err == nil {
			grammars[name] = t.Grammar
		}
	}
	return grammars, nil
}

// layers are the directories at and above dir that declare something,
// outermost first.
func (w *Workspace) layers(dir string) ([]string, error) {
	return w.reader().Find(dir, filepath.SplitList(w.o.Getenv("DEVENV_CEILING_DIRECTORIES")))
}

// tree is the state on disk.
func (w *Workspace) tree() *env.Tree {
	return &env.Tree{Layout: w.layout, Rooter: rooter{w}, Renderer: shellhooks.Renderer{}, Now: time.Now}
}

// Store opens the store.
func (w *Workspace) Store(ctx context.Context) (*store.Store, error) { return w.store(ctx) }

// store opens the store.
func (w *Workspace) store(ctx context.Context) (*store.Store, error) {
	if w.opened != nil {
		return w.opened, nil
	}
	s, err := store.Open(ctx, store.Options{
		URL:     w.toolStore(),
		Getenv:  w.o.Getenv,
		DataDir: w.layout.Data,
		Now:     time.Now,
		Waiting: func(what string) { w.o.Notice("waiting for %s", what) },
	})
	if err != nil {
		return nil, err
	}
	w.opened = s
	return s, nil
}

// toolStore is the store that toolchains are in: DEVENV_STORE's, and the user's
// own where that has no files that tools could run from, as a daemon's on
// another machine has none. Empty means what package store chooses.
func (w *Workspace) toolStore() string {
	u, err := store.ParseURL(w.o.Getenv("DEVENV_STORE"))
	shown := namespace.There(filepath.Join(w.layout.Data, "nix"), "/nix") // and only here: paths are kept for all
	if err != nil || u.Kind == store.Local || u.Kind == store.Auto && !shown {
		return ""
	}
	return store.URL{Kind: store.Local, Target: w.layout.Data}.String()
}

// engine names what makes environments: another one has to look again. The
// places of data and store are part of it, since snapshots hold real paths.
func (w *Workspace) engine() string {
	return strings.Join([]string{"1", shellhooks.ABI, w.o.Version, w.layout.Data, w.o.Getenv("DEVENV_STORE")}, "\n")
}
