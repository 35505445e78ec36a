package host

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"devenv/resolver/nixlang/eval"
	"devenv/store/storepath"
)

// Realiser builds, fetches and finds store paths.
type Realiser interface {
	// Realise builds outputs, whose derivations are in the store, and makes other
	// paths valid.
	Realise(ctx context.Context, elems []eval.ContextElem) (Realised, error)
	// References returns what a valid path refers to.
	References(ctx context.Context, p storepath.Path) ([]storepath.Path, error)
}

// Realised is what there is after a build.
type Realised struct {
	// Paths may be read now, also in Pure mode.
	Paths []storepath.Path
	// Rewrites says what has taken the place of placeholders.
	Rewrites map[string]string
}

// NotBuilt is the error for what would have to be built, where nothing is.
type NotBuilt struct {
	Path   string // of the derivation, or another store path
	Output string
}

func (e *NotBuilt) Error() string {
	if e.Output == "" {
		return fmt.Sprintf("path '%s' is not valid", e.Path)
	}
	return fmt.Sprintf("cannot build '%s^%s' during evaluation because the option 'allow-import-from-derivation' is disabled", e.Path, e.Output)
}

// Hint says what would help.
func (e *NotBuilt) Hint() string {
	if e.Output == "" {
		return "it is not in the store: add it, or take the path from what makes it"
	}
	return "the expression reads what has to be built first (import from derivation); this command builds nothing"
}

// StorePath makes a store path readable that a program names.
func (h *Host) StorePath(ctx context.Context, p storepath.Path) error {
	_, err := h.Realise(ctx, []eval.ContextElem{{Kind: eval.OpaquePath, Path: h.opts.StoreDir.Join(p)}})
	return err
}

// Realise makes all that a string depends on readable. What evaluations made
// themselves, and what is there, needs no Realiser.
func (h *Host) Realise(ctx context.Context, elems []eval.ContextElem) (map[string]string, error) {
	var needed []eval.ContextElem
	var drvs []storepath.Path
	for _, e := range elems {
		if e.Kind != eval.BuiltOutput && h.present(e.Path) {
			continue
		}
		needed = append(needed, e)
		if p, err := h.opts.StoreDir.Parse(e.Path); err == nil {
			drvs = append(drvs, p)
		}
	}
	if len(needed) == 0 {
		return nil, nil
	}
	if h.opts.Realiser == nil {
		return nil, &NotBuilt{needed[0].Path, needed[0].Output}
	}
	if h.opts.Store != nil {
		if err := h.Flush(ctx, h.opts.Store, drvs...); err != nil {
			return nil, err
		}
	}
	done, err := h.opts.Realiser.Realise(ctx, needed)
	if err != nil {
		return nil, err
	}
	for _, p := range done.Paths {
		h.Allow(h.opts.StoreDir.Join(p))
		if h.reads != nil {
			h.object(p)
		}
	}
	return done.Rewrites, nil
}

// present tells whether a store path can be read.
func (h *Host) present(full string) bool {
	p, err := h.opts.StoreDir.Parse(full)
	if err != nil {
		return false
	}
	if h.made(p) != nil {
		return true
	}
	if _, err := os.Lstat(h.mounts.disk(path.Clean(full))); err != nil {
		return strings.HasSuffix(full, ".drv") && !h.opts.Keep
	}
	if h.reads != nil {
		h.object(p)
	}
	h.Allow(full)
	return true
}
