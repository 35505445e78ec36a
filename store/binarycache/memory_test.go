package binarycache

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"devenv/store/narinfo"
)

func TestMemory(t *testing.T) {
	o, n := makeObject(t, "o", "o"), makeObject(t, "n", "n")
	dir, kept := t.TempDir(), t.TempDir()
	o.importTo(t, openCache(t, "file://"+dir))
	var asked atomic.Int32
	url := webCache(t, dir, func(http.ResponseWriter, *http.Request) bool { asked.Add(1); return false })
	now := time.Unix(1_700_000_000, 0)
	look := func(want int32) {
		t.Helper()
		m := OpenMemory(t.Context(), kept, MemoryOptions{Now: func() time.Time { return now }})
		defer m.Close()
		c := openCache(t, url, func(opt *Options) { opt.Memory = m })
		if info, err := c.Lookup(t.Context(), o.Path); err != nil || info.NarHash != o.NarHash {
			t.Error(err)
		}
		if _, err := c.Lookup(t.Context(), n.Path); !errors.Is(err, narinfo.ErrInvalid) {
			t.Error(err)
		}
		if got := asked.Swap(0); got != want {
			t.Errorf("%d requests, want %d", got, want)
		}
	}
	look(3)
	look(0)
	now = now.Add(2 * time.Hour) // what is missing is asked for again
	look(1)
	now = now.Add(31 * 24 * time.Hour)
	look(3)
	now = now.Add(-365 * 24 * time.Hour) // a clock that went back
	look(3)
	for _, file := range []string{"binary-caches-1.sqlite", "binary-caches-1.sqlite-wal"} {
		os.WriteFile(filepath.Join(kept, file), []byte("this is no database, but long enough to look like one: "+text(5000)), 0o600)
	}
	look(3)
	look(0)
	os.RemoveAll(kept)
	writeFile(t, kept, "a file in the way")
	if m := OpenMemory(t.Context(), kept, MemoryOptions{}); m != nil {
		t.Error("a file is a directory")
	}
	look(3)
}

// TestMemoryForgetsArchives: an archive that is gone makes the cache be asked
// again.
func TestMemoryForgetsArchives(t *testing.T) {
	o := makeObject(t, "o", "o")
	dir := t.TempDir()
	o.importTo(t, openCache(t, "file://"+dir+"?compression=none"))
	m := OpenMemory(t.Context(), t.TempDir(), MemoryOptions{})
	defer m.Close()
	url := webCache(t, dir, nil)
	with := func(opt *Options) { opt.Memory = m }
	if _, err := openCache(t, url, with).Lookup(t.Context(), o.Path); err != nil {
		t.Fatal(err)
	}
	os.RemoveAll(dir)
	var got []byte
	if err := openCache(t, url, with).Nar(t.Context(), o.Path, read(&got)); err == nil {
		t.Error("the archive is gone")
	}
	if _, err := openCache(t, url, with).Lookup(t.Context(), o.Path); !errors.Is(err, narinfo.ErrInvalid) {
		t.Errorf("after that: %v", err)
	}
}

func TestMemoryIsShared(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			m := OpenMemory(t.Context(), dir, MemoryOptions{})
			defer m.Close()
			for j := range 50 {
				p := makeObject(t, "x", text(i*100+j)).Path
				m.remember(t.Context(), "cache", p, []byte("text"))
				if text, present, ok := m.lookup(t.Context(), "cache", p); !ok || !present || string(text) != "text" {
					t.Errorf("%d, %d: %q, %v, %v", i, j, text, present, ok)
				}
			}
		})
	}
	wg.Wait()
}
