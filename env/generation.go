package env

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// unknownTime is the time of a reference whose file could not be seen or has
// changed already: no file has it, so the next look asks.
var unknownTime = time.Unix(0, 1)

// writeRefs makes the reference files of the state's generation and returns the
// pointer that names them. A time that the state's file system cannot hold to
// the nanosecond would look like a change at every prompt: what has such a time
// is not watched by shells, only by [Decide].
func (r Root) writeRefs(st *State) (Pointer, error) {
	p := Pointer{
		Dir: st.Dir, Generation: st.Generation, GenFile: r.Gen(st.Generation), Key: st.Key,
		Label: oneLine(st.Label), Root: st.Root, Status: st.Status, Message: st.Message,
	}
	if err := makeDir(filepath.Dir(r.Ref(st.Generation, 0))); err != nil {
		return Pointer{}, err
	}
	for i, watched := range st.Inputs.watched() {
		ref := r.Ref(st.Generation, i)
		exact, err := makeRef(ref, watched.stat)
		switch {
		case err != nil:
			return Pointer{}, err
		case !exact:
		case watched.candidates == nil:
			p.Watches = append(p.Watches, Watch{watched.path, ref})
		default:
			p.Absences = append(p.Absences, Absence{watched.path, ref, watched.candidates})
		}
	}
	return p, nil
}

// makeRef makes an empty file with a modification time. exact is false if the
// file system rounds it.
func makeRef(path string, st Stat) (exact bool, err error) {
	if err := createFile(path, nil, 0o600); err != nil {
		return false, err
	}
	want := time.Unix(0, st.Mtime)
	if st == (Stat{}) {
		want = unknownTime
	}
	if err := os.Chtimes(path, want, want); err != nil {
		return false, diskError("write", path, err)
	}
	return statOf(path).target.Mtime == want.UnixNano() || st == (Stat{}), nil
}

// A watchable is one reference file to be made.
type watchable struct {
	path       string
	stat       Stat
	candidates []string // not nil: only their appearance in path counts
}

// watched lists what shells watch, in the order of the reference files.
func (in Inputs) watched() []watchable {
	var all []watchable
	absent := map[string][]string{}
	for _, f := range in.Files {
		if f.Kind != Absent {
			all = append(all, watchable{f.Path, f.Stat, nil})
			continue
		}
		dir := filepath.Dir(f.Missing)
		if !slices.Contains(absent[dir], f.Missing) {
			absent[dir] = append(absent[dir], f.Missing)
		}
	}
	for _, p := range in.Parents {
		if p.Whole {
			all = append(all, watchable{p.Dir, p.Stat, nil})
		}
		if candidates := absent[p.Dir]; candidates != nil {
			all = append(all, watchable{p.Dir, p.Stat, candidates})
		}
	}
	return all
}

// sound reports whether shells find what the state says: its generation and no
// other, all pointers, its tools, references with the right times.
func (r Root) sound(st *State) bool {
	generations, err := r.generations()
	if err != nil || !slices.Equal(generations, []uint64{st.Generation}) {
		return false
	}
	for _, shell := range Shells() {
		if _, err := os.Stat(r.Pointer(shell)); err != nil {
			return false
		}
	}
	if tools, err := os.ReadFile(r.ToolsFile()); err != nil || !bytes.Equal(tools, toolsText(st.Tools)) {
		return false
	}
	for i, w := range st.Inputs.watched() {
		ref := statOf(r.Ref(st.Generation, i))
		if !ref.exists() || w.stat == (Stat{}) || ref.target.Mtime != w.stat.Mtime {
			return false
		}
	}
	return true
}

// generations returns the numbers of all gen files, sorted.
func (r Root) generations() ([]uint64, error) {
	var all []uint64
	err := r.eachGeneration(func(n uint64, path string) error {
		if filepath.Dir(path) == r.path {
			all = append(all, n)
		}
		return nil
	})
	slices.Sort(all)
	return all, err
}

// nextGeneration returns a number above every one that left a trace.
func (r Root) nextGeneration() (uint64, error) {
	last := uint64(0)
	if st, err := r.ReadState(); err == nil {
		last = st.Generation
	}
	err := r.eachGeneration(func(n uint64, _ string) error {
		last = max(last, n)
		return nil
	})
	return last + 1, err
}

// eachGeneration calls f for every gen file and every directory of references.
func (r Root) eachGeneration(f func(n uint64, path string) error) error {
	for _, dir := range []string{r.path, r.refs()} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return diskError("read", dir, err)
		}
		for _, entry := range entries {
			digits := entry.Name()
			if dir == r.path {
				var isGen bool
				if digits, isGen = strings.CutPrefix(digits, genPrefix); !isGen {
					continue
				}
			}
			n, err := strconv.ParseUint(digits, 10, 64)
			if err != nil {
				continue
			}
			if err := f(n, filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeOthers leaves only the generation n, and no unfinished files.
func (r Root) removeOthers(n uint64) error {
	err := r.eachGeneration(func(other uint64, path string) error {
		if other == n {
			return nil
		}
		return diskError("remove", path, os.RemoveAll(path))
	})
	return errors.Join(err, removeTemps(r.path))
}

// removeGeneration takes back a generation that could not be finished. What
// stays is removed by the next builder.
func (r Root) removeGeneration(n uint64) {
	os.Remove(r.Gen(n))
	os.RemoveAll(filepath.Dir(r.Ref(n, 0)))
}

// removeTemps removes what killed builders left; the caller holds the lock.
func removeTemps(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return diskError("read", dir, err)
	}
	for _, entry := range entries {
		if isTemp(entry.Name()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
		}
	}
	return diskError("remove", dir, err)
}
