package workspace

import (
	"testing"
	"time"

	"devenv/env"
	"devenv/store"
)

// Users share a store: what one does not know may be another's.
func TestGCLeavesRootsOfOthers(t *testing.T) {
	mine, theirs := offline(t), offline(t)
	long, now := time.Now().AddDate(0, -2, 0), time.Now()
	const key = "0123456789abcdfg"
	for _, x := range []struct {
		name string
		used time.Time
		want bool
	}{
		{mine.rootName("envs/" + key), long, true},
		{mine.rootName("envs/" + key), now, false},
		{theirs.rootName("envs/" + key), long, false},
		{"flakes/x", long, false},
	} {
		if got := mine.dropsRoot(store.Root{Name: x.name, Used: x.used}, env.Sweep{}, now.Add(-time.Hour)); got != x.want {
			t.Errorf("%s used at %s: %v", x.name, x.used, got)
		}
	}
}
