package env

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func setMtime(t testing.TB, path string, when time.Time) {
	t.Helper()
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func variables(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

// project is a directory with one of everything that can be watched.
func project(t testing.TB) (dir string, reads []Read) {
	dir = t.TempDir()
	write(t, dir+"/a", "text")
	write(t, dir+"/target", "text")
	check(t, os.Symlink("target", dir+"/link"))
	write(t, dir+"/list/one", "")
	check(t, unix.Mkfifo(dir+"/fifo", 0o600))
	return dir, []Read{
		{dir + "/a", File, hashText("text")}, {dir + "/link", File, ""}, {dir + "/list", Directory, "the reader's own"},
		{dir + "/no", Absent, ""}, {dir + "/deep/er/no", Absent, ""}, {dir + "/fifo", File, ""}, {dir + "/a/b", Absent, ""},
	}
}

// later is a time at which nothing of the test is fresh any more.
var later = time.Now().Add(time.Hour)

func TestDecide(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		vars   map[string]string
		engine string
		want   Action
		why    string
	}{
		"nothing": {},
		"touched": {change: func(t *testing.T, d string) { setMtime(t, d+"/a", time.Now().Add(time.Minute)) }, want: Refresh},
		"rewritten with the same content": {change: func(t *testing.T, d string) {
			check(t, os.Remove(d+"/a"))
			write(t, d+"/a", "text")
		}, want: Refresh},
		"edited": {change: func(t *testing.T, d string) { write(t, d+"/a", "other") }, want: Rebuild, why: "a changed"},
		"edited, same size, older time": {change: func(t *testing.T, d string) {
			write(t, d+"/a", "TEXT")
			setMtime(t, d+"/a", time.Unix(1, 0))
		}, want: Rebuild, why: "a changed"},
		"edited, same size, same time": {change: func(t *testing.T, d string) {
			info, _ := os.Stat(d + "/a")
			write(t, d+"/a", "TEXT")
			setMtime(t, d+"/a", info.ModTime())
		}, want: Rebuild, why: "a changed"},
		"replaced by a directory":            {change: func(t *testing.T, d string) { check(t, os.Remove(d+"/a")); write(t, d+"/a/x", "") }, want: Rebuild, why: "a changed"},
		"removed":                            {change: func(t *testing.T, d string) { check(t, os.Remove(d+"/a")) }, want: Rebuild, why: "a is gone"},
		"mode changed":                       {change: func(t *testing.T, d string) { check(t, os.Chmod(d+"/a", 0o644)) }, want: Refresh},
		"what a link leads to edited":        {change: func(t *testing.T, d string) { write(t, d+"/target", "other") }, want: Rebuild, why: "link changed"},
		"link to the same content elsewhere": {change: func(t *testing.T, d string) { check(t, os.Remove(d+"/link")); check(t, os.Symlink("a", d+"/link")) }, want: Refresh},
		"link leads nowhere":                 {change: func(t *testing.T, d string) { check(t, os.Remove(d+"/target")) }, want: Rebuild, why: "link is gone"},
		"beside a link":                      {change: func(t *testing.T, d string) { write(t, d+"/unrelated", "") }, want: Refresh},
		"name added":                         {change: func(t *testing.T, d string) { write(t, d+"/list/two", "") }, want: Rebuild, why: "list changed"},
		"name removed":                       {change: func(t *testing.T, d string) { check(t, os.Remove(d+"/list/one")) }, want: Rebuild, why: "list changed"},
		"name became a directory":            {change: func(t *testing.T, d string) { check(t, os.Remove(d+"/list/one")); write(t, d+"/list/one/x", "") }, want: Rebuild, why: "list changed"},
		"name came and went": {change: func(t *testing.T, d string) {
			write(t, d+"/list/two", "")
			check(t, os.Remove(d+"/list/two"))
		}, want: Refresh},
		"absent appears":       {change: func(t *testing.T, d string) { write(t, d+"/no", "") }, want: Rebuild, why: "no is new"},
		"deep absent appears":  {change: func(t *testing.T, d string) { write(t, d+"/deep/er/no", "") }, want: Rebuild, why: "deep/er/no is new"},
		"half of it appears":   {change: func(t *testing.T, d string) { write(t, d+"/deep/x", "") }, want: Refresh},
		"fifo becomes a file":  {change: func(t *testing.T, d string) { check(t, os.Remove(d+"/fifo")); write(t, d+"/fifo", "") }, want: Rebuild, why: "fifo changed"},
		"other engine":         {engine: "2", want: Rebuild, why: "devenv has another version"},
		"variable set":         {vars: map[string]string{"V": "1", "W": ""}, want: Rebuild, why: "W changed"},
		"variable unset":       {vars: map[string]string{}, want: Rebuild, why: "V changed"},
		"variable emptied":     {vars: map[string]string{"V": ""}, want: Rebuild, why: "V changed"},
		"other variables":      {vars: map[string]string{"V": "1", "X": "1"}},
		"several are all told": {change: func(t *testing.T, d string) { write(t, d+"/no", ""); write(t, d+"/a", "x") }, vars: map[string]string{}, want: Rebuild, why: "V changed, a changed, no is new"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, reads := project(t)
			if c.vars == nil {
				c.vars = map[string]string{"V": "1"}
			}
			if c.engine == "" {
				c.engine = "1"
			}
			st := State{Dir: dir, Inputs: Observe("1", reads, []string{"V", "W"}, variables(map[string]string{"V": "1"}), later)}
			if c.change != nil {
				c.change(t, dir)
			}
			d := Decide(&st, c.engine, variables(c.vars))
			var why []string
			for _, r := range d.Why {
				why = append(why, r.String())
			}
			if d.Action != c.want || strings.Join(why, ", ") != c.why {
				t.Errorf("%d %q, want %d %q", d.Action, why, c.want, c.why)
			}
			if c.want != Refresh {
				return
			}
			st.Inputs = st.Inputs.again(later)
			if d := Decide(&st, c.engine, variables(c.vars)); d.Action != Unchanged {
				t.Errorf("still %+v after looking again", d)
			}
		})
	}
}

// A write in the same tick of the clock as the look leaves the same stat. What
// was fresh when it was looked at is therefore judged by content.
func TestFreshFilesAreJudgedByContent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a", "text")
	st := State{Dir: dir, Inputs: Observe("", []Read{{dir + "/a", File, ""}}, nil, nil, time.Now())}
	if d := Decide(&st, "", nil); d.Action != Unchanged {
		t.Errorf("%+v", d)
	}
	st.Inputs.Files[0].Hash = hashText("what was there in the same tick")
	if d := Decide(&st, "", nil); d.Action != Rebuild {
		t.Errorf("a fresh file is taken for unchanged: %+v", d)
	}
	st.Inputs.Seen = later
	if d := Decide(&st, "", nil); d.Action != Unchanged {
		t.Errorf("an old file is read: %+v", d)
	}
}

// A file that changed between the build's read and the look stays changed,
// until a build has read it.
func TestChangeBetweenReadAndObserve(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a", "new")
	write(t, dir+"/appeared", "")
	in := Observe("", []Read{{dir + "/a", File, hashText("old")}, {dir + "/appeared", Absent, ""}, {dir + "/gone", File, hashText("x")}}, nil, nil, later)
	st := State{Dir: dir, Inputs: in}
	if d := Decide(&st, "", nil); fmt.Sprint(d.Why) != "[a changed appeared is new gone is gone]" {
		t.Errorf("%v", d.Why)
	}
	tree, _ := testTree(t)
	publish(t, tree, dir, Result{Status: OK, Snapshot: &Snapshot{Dir: dir}, Inputs: in})
	if asked := asks(t, readPointer(t, tree, dir, Bash)); fmt.Sprint(asked) != fmt.Sprint([]string{dir + "/a", dir + "/gone", dir + "/appeared"}) {
		t.Errorf("shells ask because of %q", asked)
	}
}

// asks is what a shell does at a prompt: it returns the paths because of which
// it would ask.
func asks(t testing.TB, p Pointer) (paths []string) {
	differs := func(path, ref string) bool {
		a, b := statOf(path).target, statOf(ref).target
		if b == (Stat{}) {
			t.Fatalf("there is no %s", ref)
		}
		return a.Mtime != b.Mtime
	}
	for _, w := range p.Watches {
		if differs(w.Path, w.Ref) {
			paths = append(paths, w.Path)
		}
	}
	for _, a := range p.Absences {
		if !differs(a.Dir, a.Ref) {
			continue
		}
		for _, candidate := range a.Candidates {
			if statOf(candidate).exists() {
				paths = append(paths, candidate)
			}
		}
	}
	return paths
}

// Shells ask when, and only when, there is something to decide; after the
// decision is carried out they are quiet again.
func TestShellsAskExactlyWhenNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		asks   string
	}{
		"nothing":                 {func(*testing.T, string) {}, ""},
		"touched":                 {func(t *testing.T, d string) { setMtime(t, d+"/a", later) }, "/a"},
		"set back":                {func(t *testing.T, d string) { setMtime(t, d+"/a", time.Unix(0, 0)) }, "/a"},
		"by a nanosecond":         {func(t *testing.T, d string) { bumpMtime(t, d+"/a", 1) }, "/a"},
		"removed":                 {func(t *testing.T, d string) { check(t, os.Remove(d+"/list/one")) }, "/list"},
		"absent appears":          {func(t *testing.T, d string) { write(t, d+"/sub/no", "") }, "/sub/no"},
		"deep absent appears":     {func(t *testing.T, d string) { write(t, d+"/sub/deep/er", "") }, "/sub/deep"},
		"an unrelated name":       {func(t *testing.T, d string) { write(t, d+"/sub/yes", "") }, ""},
		"what a link leads to":    {func(t *testing.T, d string) { setMtime(t, d+"/target", later) }, "/lnk/link"},
		"link to the same time":   {func(t *testing.T, d string) { relink(t, d+"/lnk/link", "../twin") }, "/lnk"},
		"several at once":         {func(t *testing.T, d string) { write(t, d+"/sub/no", ""); setMtime(t, d+"/a", later) }, "/a /sub/no"},
		"directory removed":       {func(t *testing.T, d string) { check(t, os.RemoveAll(d+"/list")) }, "/list"},
		"absent's directory gone": {func(t *testing.T, d string) { check(t, os.RemoveAll(d+"/sub")) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range []string{"/a", "/target", "/twin", "/list/one", "/sub/here"} {
				write(t, dir+file, "text")
			}
			setMtime(t, dir+"/twin", mtime(dir+"/target"))
			check(t, os.Mkdir(dir+"/lnk", 0o700))
			check(t, os.Symlink("../target", dir+"/lnk/link"))
			reads := []Read{{dir + "/a", File, ""}, {dir + "/list", Directory, ""}, {dir + "/lnk/link", File, ""},
				{dir + "/sub/no", Absent, ""}, {dir + "/sub/deep/er", Absent, ""}}
			tree, _ := testTree(t)
			tree.Now = func() time.Time { return later }
			publish(t, tree, dir, Result{Status: OK, Snapshot: &Snapshot{Dir: dir}, Inputs: Observe("", reads, nil, nil, later)})
			time.Sleep(5 * time.Millisecond) // a directory's time moves on by itself only
			c.change(t, dir)
			var asked []string
			for _, path := range asks(t, readPointer(t, tree, dir, Bash)) {
				asked = append(asked, strings.TrimPrefix(path, dir))
			}
			if got := strings.Join(asked, " "); got != c.asks {
				t.Fatalf("asks because of %q, want %q", got, c.asks)
			}
			carryOut(t, tree, dir, reads)
			if again := asks(t, readPointer(t, tree, dir, Bash)); again != nil {
				t.Errorf("still asks because of %q", again)
			}
		})
	}
}

// carryOut is what an event does: decide, then publish what is due.
func carryOut(t *testing.T, tree *Tree, dir string, reads []Read) {
	t.Helper()
	b, err := tree.TryLock(dir)
	check(t, err)
	defer b.Close()
	st, err := b.Root().ReadState()
	check(t, err)
	switch Decide(&st, "", nil).Action {
	case Unchanged:
		_, err = b.Settle(t.Context())
	case Refresh:
		_, err = b.Refresh(t.Context())
	case Rebuild:
		for i := range reads {
			if reads[i].Kind == Absent && exists(reads[i].Path) {
				reads[i].Kind = File
			}
			if reads[i].Kind != Absent && !exists(reads[i].Path) {
				reads[i].Kind = Absent
			}
		}
		_, err = b.Publish(t.Context(), Result{Status: OK, Snapshot: &Snapshot{Dir: dir}, Inputs: Observe("", reads, nil, nil, later)})
	}
	check(t, err)
}

func mtime(path string) time.Time { return time.Unix(0, statOf(path).target.Mtime) }

func bumpMtime(t testing.TB, path string, by time.Duration) { setMtime(t, path, mtime(path).Add(by)) }

func relink(t testing.TB, path, target string) {
	check(t, os.Remove(path))
	check(t, os.Symlink(target, path))
}

// A build that failed is not tried again until one of its inputs changes.
func TestFailureIsRemembered(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a", "bad")
	tree, _ := testTree(t)
	reads := []Read{{dir + "/a", File, ""}}
	publish(t, tree, dir, Result{Status: Failed, Message: "bad", Inputs: Observe("", reads, nil, nil, later)})
	root, err := tree.Layout.Root(dir)
	check(t, err)
	st, err := root.ReadState()
	check(t, err)
	if d := Decide(&st, "", nil); d.Action != Unchanged || st.Status != Failed {
		t.Errorf("%+v, %s", d, st.Status)
	}
	write(t, dir+"/a", "good")
	if d := Decide(&st, "", nil); d.Action != Rebuild {
		t.Errorf("%+v", d)
	}
}

func BenchmarkWarm(b *testing.B) {
	for _, n := range []int{10, 100} {
		dir := b.TempDir()
		var reads []Read
		for i := range n {
			path := fmt.Sprintf("%s/file-%d", dir, i)
			if i%5 == 4 {
				reads = append(reads, Read{path, Absent, ""})
				continue
			}
			write(b, path, strings.Repeat("x", 500))
			reads = append(reads, Read{path, File, ""})
		}
		tree, _ := testTree(b)
		publish(b, tree, dir, Result{Status: OK, Snapshot: &Snapshot{Dir: dir}, Inputs: Observe("", reads, nil, nil, later)})
		root, _ := tree.Layout.Root(dir)
		b.Run(fmt.Sprintf("ReadState/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := root.ReadState(); err != nil {
					b.Fatal(err)
				}
			}
		})
		st, _ := root.ReadState()
		b.Run(fmt.Sprintf("Decide/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if d := Decide(&st, "", nil); d.Action != Unchanged {
					b.Fatal(d)
				}
			}
		})
	}
}
