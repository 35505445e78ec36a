package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"

	"devenv/lockfile"
	"devenv/resolver"
	"devenv/store/nixhash"
)

// A lock made on another machine does not know the hash of this system's tree.
// Once a tree was made from the same parts here, its hash is remembered below
// Cache/trees, so that a second clone finds it without a download. A wrong or
// missing note costs nothing but the look: trees are verified by their hash.

// recall fills in the hash of a tree that was made here before.
func (w *Workspace) recall(tool lockfile.Tool, system string) lockfile.Tool {
	platform, ok := tool.Platforms[system]
	if !ok || platform.NarHash != "" {
		return tool
	}
	text, err := os.ReadFile(w.note(tool, system))
	if err != nil {
		return tool
	}
	if _, err := nixhash.Parse(string(text)); err != nil {
		return tool
	}
	platform.NarHash = string(text)
	tool.Platforms = maps.Clone(tool.Platforms)
	tool.Platforms[system] = platform
	return tool
}

// remember notes the hash of a tree. That it cannot be noted is no error.
func (w *Workspace) remember(tool lockfile.Tool, system, narHash string) {
	path := w.note(tool, system)
	if os.MkdirAll(filepath.Dir(path), 0o700) != nil || os.WriteFile(path+".new", []byte(narHash), 0o600) != nil {
		return
	}
	os.Rename(path+".new", path) //nolint:errcheck // see above
}

// note is named by all that decides what is in the tree.
func (w *Workspace) note(tool lockfile.Tool, system string) string {
	key, _ := json.Marshal([]any{tool.Name, tool.Version, system, tool.Platforms[system].Parts})
	sum := sha256.Sum256(key)
	return filepath.Join(w.layout.Cache, "trees", hex.EncodeToString(sum[:16]))
}

// inStore finds the tree of a pin whose hash is known, without the machinery
// that would download it.
func (w *Workspace) inStore(ctx context.Context, tool lockfile.Tool, system string) (resolver.Tree, bool) {
	hash, err := nixhash.Parse(tool.Platforms[system].NarHash)
	if err != nil {
		return resolver.Tree{}, false
	}
	s, err := w.store(ctx)
	if err != nil {
		return resolver.Tree{}, false
	}
	info, err := s.LookupNar(ctx, tool.Name+"-"+tool.Version, hash)
	if err != nil {
		return resolver.Tree{}, false
	}
	return resolver.Tree{Path: s.Dir().Join(info.Path), Real: s.Real(info.Path), NarHash: hash.SRI()}, true
}
