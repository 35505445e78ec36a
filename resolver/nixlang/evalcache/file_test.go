package evalcache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"devenv/resolver/nixlang/host"
	"devenv/store/storepath"
)

// some is an entry with everything.
func some(t testing.TB) *entry {
	t.Helper()
	p, err := storepath.ParseBase("x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-a.drv")
	if err != nil {
		t.Fatal(err)
	}
	return &entry{
		Answer: Answer{Text: "text", Messages: []string{"m"}, Derivations: []Derivation{{p, "out"}}},
		roots:  []string{"/a", "/a/b"},
		items: []host.Item{
			{Kind: host.Content, Name: "\x001/x", Value: "v", Stat: "1.2.3.4.5"}, {Kind: host.Absent, Name: "\x000"},
			{Kind: host.Variable, Name: "V"}, {Kind: host.File, Name: "/etc/x"},
		},
	}
}

func TestEntry(t *testing.T) {
	e := some(t)
	got, err := parseEntry(e.encode())
	if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", e) {
		t.Fatalf("%+v, %v", got, err)
	}
	items, ok := got.locate(Ask("/c", "/d"))
	if !ok || items[0].Name != "/d/x" || items[1].Name != "/c" || items[2].Name != "V" || items[3].Name != "/etc/x" {
		t.Errorf("%v", items)
	}
	if _, ok := got.locate(Ask("/c")); ok {
		t.Error("one root instead of two")
	}
	got.pinned = true
	if _, ok := got.locate(Ask("/a", "/c")); ok {
		t.Error("pinned, and elsewhere")
	}
}

// TestHostileEntries holds that what is no store path, no output, or no name
// below a root is refused.
func TestHostileEntries(t *testing.T) {
	good := string(some(t).encode())
	for from, to := range map[string]string{
		"-a.drv":      "-a/drv",
		"-a.dr":       "-abdr",
		"x0x0":        "../x",
		"\x03out":     "\x03o/t",
		"devenv read": "devenv Read",
	} {
		if _, err := parseEntry([]byte(strings.Replace(good, from, to, 1))); err == nil || !strings.Contains(good, from) {
			t.Errorf("%q for %q is taken", to, from)
		}
	}
	q := Ask("/c", "/d")
	for _, name := range []string{"", "x", "../x", "\x00", "\x002/x", "\x00//x", "\x000x", "\x000/../x", "\x000/x/", "\x00\xff"} {
		if p, ok := q.located(name); ok {
			t.Errorf("%q is %q", name, p)
		}
	}
}

// TestDamage cuts a file off, and turns its bits: what is found is what was kept.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	one, two := []byte("one"), some(t).encode()
	if err := writeFile(path, [][]byte{one, two}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		bad := bytes.Clone(good)
		bad[n] ^= 1
		for _, data := range [][]byte{bad, good[:n]} {
			for i, e := range split(data) {
				if !bytes.Equal(e, [][]byte{one, two}[i]) {
					t.Fatalf("byte %d: %q", n, e)
				}
			}
			if len(split(data)) == 2 {
				t.Errorf("byte %d makes no difference", n)
			}
		}
	}
	for _, other := range []string{"", "/dev/null", t.TempDir()} {
		if entries, _ := readFile(other); entries != nil {
			t.Errorf("%s: %q", other, entries)
		}
	}
}

func FuzzSplit(f *testing.F) {
	var b bytes.Buffer
	if err := writeEntries(&b, [][]byte{some(f).encode(), nil}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, e := range split(data) {
			checkEntry(t, e)
		}
		checkEntry(t, data)
	})
}

func FuzzEntry(f *testing.F) {
	f.Add(some(f).encode())
	f.Fuzz(checkEntry)
}

// checkEntry holds that what is read is written as it was, and has names only of
// what it may.
func checkEntry(t *testing.T, data []byte) {
	rootsOf(data)
	e, err := parseEntry(data)
	if err != nil {
		return
	}
	again, err := parseEntry(e.encode())
	if err != nil || fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", e) {
		t.Fatalf("%+v, then %+v, %v", e, again, err)
	}
	for _, d := range e.Derivations {
		if _, err := storepath.ParseBase(d.Path.Base()); err != nil {
			t.Fatal(err)
		}
	}
	e.roots = []string{"/a", "/b"}
	items, _ := e.locate(Ask("/c", "/d"))
	for _, i := range items {
		if isPath(i.Kind) && !filepath.IsAbs(i.Name) {
			t.Fatalf("%q", i.Name)
		}
	}
}

// TestSweep holds that what is old goes, and of the rest what was not used for
// the longest time.
func TestSweep(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	for name, age := range map[string]time.Duration{
		"a.answers": 40 * 24 * time.Hour, "b.answers": 3 * time.Hour, "c.answers": 2 * time.Hour, "d.answers": time.Minute,
		"new-1": 2 * time.Hour, "new-2": time.Minute, "foreign": 400 * 24 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := sweep(dir, 250, now); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	for n := range left {
		left[n] = filepath.Base(left[n])
	}
	if got := strings.Join(left, " "); got != "c.answers d.answers foreign new-2" {
		t.Error(got)
	}
}

// TestBounded holds that what is too long is not kept.
func TestBounded(t *testing.T) {
	c := New(Options{Dir: t.TempDir(), Now: time.Now})
	h, q := host.New(host.Options{Record: true}), Ask()
	if err := c.Keep(q, h, Answer{Text: strings.Repeat("x", maxEntry)}); err != nil {
		t.Fatal(err)
	}
	if _, m := c.Find(q, h); m == nil || m.Answers != 0 {
		t.Errorf("%v", m)
	}
}
