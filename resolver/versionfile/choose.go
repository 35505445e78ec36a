package versionfile

import (
	"path/filepath"
	"slices"
)

// Choose decides between the files of one directory: for every tool the entries
// of one place win, and all the others are overruled. Both lists are in the
// order of precedence; the winners of one tool stand together, default first.
// See the package comment for the order.
func Choose(files []File) (chosen, overruled []Entry) {
	var all []Entry
	for _, f := range files {
		all = append(all, f.Entries...)
	}
	slices.SortStableFunc(all, func(a, b Entry) int {
		if a.Soft != b.Soft {
			if b.Soft {
				return -1
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	winner := map[string]Entry{}
	for _, e := range all {
		if _, ok := winner[e.Tool]; !ok {
			winner[e.Tool] = e
		}
		if w := winner[e.Tool]; w.At.File == e.At.File && w.Key == e.Key {
			chosen = append(chosen, e)
		} else {
			overruled = append(overruled, e)
		}
	}
	return chosen, overruled
}

// rank is the place of an entry's file in the order of precedence. A file of
// any other name is one that a package.json extends.
func rank(e Entry) int {
	names := Names()
	if i := slices.Index(names, filepath.Base(e.At.File)); i >= 0 {
		return i
	}
	return slices.Index(names, "package.json")
}
