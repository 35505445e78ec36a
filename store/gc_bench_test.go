package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/db"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// registerMany makes a store of n one-file trees, all of which the first one
// keeps, and returns that one.
func registerMany(tb testing.TB, root string, n int) storepath.Path {
	tb.Helper()
	trees := filepath.Join(root, "nix/store")
	if err := os.MkdirAll(trees, 0o755); err != nil {
		tb.Fatal(err)
	}
	d, err := db.Open(tb.Context(), db.Options{Dir: filepath.Join(root, "nix/var/nix/db"), StoreDir: storepath.Default})
	if err != nil {
		tb.Fatal(err)
	}
	defer d.Close()
	hash := nixhash.NewHasher(nixhash.SHA256).Sum()
	infos := make([]db.Info, n)
	for i := range infos {
		p, err := storepath.Default.Source(fmt.Sprintf("path-%06d", i), hash, nil, false)
		if err != nil {
			tb.Fatal(err)
		}
		infos[i] = db.Info{Path: p, NarHash: hash, NarSize: 120, Registered: time.Unix(1, 0)}
		if i > 0 {
			infos[i/10].References = append(infos[i/10].References, p)
		}
		if err := os.WriteFile(filepath.Join(trees, p.Base()), []byte("x"), 0o444); err != nil {
			tb.Fatal(err)
		}
	}
	if err := d.Register(tb.Context(), nil, infos...); err != nil {
		tb.Fatal(err)
	}
	return infos[0].Path
}

func BenchmarkPlanGC(b *testing.B) {
	root := memoryRoot(b)
	s := open(b, root)
	top := registerMany(b, root, 100_000)
	if err := s.AddRoot(b.Context(), "all", top); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		plan, err := s.PlanGC(b.Context(), store.GCOptions{})
		if err != nil || len(plan.Dead) > 0 {
			b.Fatal(plan, err)
		}
	}
}
