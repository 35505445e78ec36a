package transfer

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	keepAge   = 7 * 24 * time.Hour
	keepBytes = 2 << 30
)

type leftover struct {
	stem string
	size int64
	age  time.Duration
}

// sweep deletes what downloads left that nobody came back for: all that is
// old, then the oldest until the rest is within bounds. Files that a process
// holds are passed over.
func sweep(dir string, now time.Time) {
	all := leftovers(dir, now)
	slices.SortFunc(all, func(a, b leftover) int { return cmp.Compare(a.age, b.age) })
	var kept int64
	for _, l := range all {
		kept += l.size
		if l.age < keepAge && kept <= keepBytes {
			continue
		}
		p := &partial{path: l.stem}
		if locked, _, _ := p.lock(); !locked {
			continue
		}
		p.wanted()
		for _, suffix := range []string{".json", ".part"} {
			os.Remove(l.stem + suffix)
		}
		p.file.Close()
		kept -= l.size
	}
}

func leftovers(dir string, now time.Time) []leftover {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	found := map[string]leftover{}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			continue
		}
		stem := filepath.Join(dir, strings.TrimSuffix(f.Name(), filepath.Ext(f.Name())))
		l, seen := found[stem]
		age := now.Sub(info.ModTime())
		if !seen || age < l.age {
			l.age = age
		}
		l.stem = stem
		l.size += info.Size()
		found[stem] = l
	}
	all := make([]leftover, 0, len(found))
	for _, l := range found {
		all = append(all, l)
	}
	return all
}
