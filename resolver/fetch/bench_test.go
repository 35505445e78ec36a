package fetch

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

var bigRepo = flag.String("repo", "", "the work tree to measure; default: a small one that is made")

// BenchmarkWorkTree fetches a work tree with a change and asks for its hash:
// with nothing known, and when the same state was hashed before.
func BenchmarkWorkTree(b *testing.B) {
	s := newSite(b)
	repo := *bigRepo
	if repo == "" {
		files := basic()
		for i := range 500 {
			files[fmt.Sprintf("many/d%d/f%d", i%20, i)] = "content\n"
		}
		s.repo("repo", files)
		s.write("repo", map[string]string{"README": "dirty\n"})
		repo = s.path("repo")
	}
	later := func() time.Time { return time.Now().Add(time.Hour) } // so that files are not too young to be remembered
	for _, warm := range []bool{false, true} {
		b.Run(map[bool]string{false: "cold", true: "warm"}[warm], func(b *testing.B) {
			w := newWorld(b, s, func(o *Options) { o.Now = later })
			ref := w.ref("git+file://" + repo)
			fetch := func() {
				tree, err := w.Fetch(b.Context(), ref)
				if err == nil {
					_, err = tree.NarHash(b.Context())
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			fetch()
			for b.Loop() {
				if !warm {
					os.RemoveAll(w.opt.CacheDir)
				}
				fetch()
			}
		})
	}
}
