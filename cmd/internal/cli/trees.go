package cli

import (
	"path/filepath"

	"devenv/env"
	"devenv/resolver/nixlang/astcache"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// treesOf returns what remembers parsed files for an evaluation; nothing where
// there is no place for a cache.
func (a *app) treesOf(world *host.Host) eval.Trees {
	if a.trees == nil {
		layout, err := env.NewLayout(a.getenv)
		if err != nil {
			return nil
		}
		a.trees = astcache.New(astcache.Options{Dir: filepath.Join(layout.Cache, "nix-trees"), Version: eval.TreeVersion})
	}
	return world.Trees(a.trees)
}
