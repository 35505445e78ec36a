package astcache

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"devenv/resolver/nixlang/syntax"
)

const text = `{ a ? 1, b, ... } @ args: let inherit (b) c; d = "x\n${c}"; in rec { e.f = d; ${e} = [ a ./p <q> 1.5 ]; }`

var where = syntax.Place{Dir: "/d", Home: "/h"}

func tree(t *testing.T, text string) *syntax.Tree {
	t.Helper()
	var p syntax.Parser
	tree, err := p.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return tree.Clone()
}

func id(n int) Identity { return Identity{1, uint64(n), 2, 3, 4} }

// fill writes a pack of n trees and returns its path.
func fill(t *testing.T, o Options, from, n int) {
	t.Helper()
	c := New(o)
	for i := range n {
		src := fmt.Sprintf("%d: %s", i, text)[3:]
		src = fmt.Sprintf("[ %d ( %s ) ]", from+i, src[strings.Index(src, "{"):])
		c.Add(id(from+i), sha256.Sum256([]byte(src)), tree(t, src))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func packs(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRoundTrip(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "a", "b"), Version: "1"}
	want := tree(t, text)
	c := New(o)
	if got, _ := c.Lookup(id(1)); got != nil {
		t.Error("an empty cache knows a tree")
	}
	sum := sha256.Sum256([]byte(text))
	c.Add(id(1), sum, want)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = New(o)
	got, gotSum := c.Lookup(id(1))
	if got == nil || gotSum != sum || got.Print(where) != want.Print(where) || got.Source() != text {
		t.Fatalf("%+v", got)
	}
	if got := c.LookupText(sum); got == nil || got.Print(where) != want.Print(where) {
		t.Errorf("by its text: %+v", got)
	}
	for i := range 5 {
		other := id(1)
		*[]any{&other.Device, &other.Inode}[i%2].(*uint64) += uint64(i + 1)
		if got, _ := c.Lookup(other); got != nil {
			t.Errorf("%+v is known", other)
		}
	}
	if err := c.Close(); err != nil || len(packs(t, o.Dir)) != 1 {
		t.Errorf("%v, %v", err, packs(t, o.Dir))
	}
	o.Version = "2"
	if got, _ := New(o).Lookup(id(1)); got != nil || len(packs(t, o.Dir)) != 0 {
		t.Error("another version's pack is used, or stays")
	}
}

// Whatever is changed in a pack, a tree is right or not there.
func TestDamage(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	fill(t, o, 0, 3)
	path := packs(t, o.Dir)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 3 {
		got, _ := New(o).Lookup(id(i))
		want = append(want, got.Print(where))
	}
	try := func(what string, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := New(o)
		found := 0
		for i := range want {
			if got, _ := c.Lookup(id(i)); got != nil {
				found++
				if got.Print(where) != want[i] {
					t.Fatalf("%s: a wrong tree", what)
				}
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if left := len(packs(t, o.Dir)); found < 3 && left != 0 {
			t.Fatalf("%s: a damaged pack stays", what)
		}
	}
	padding := 0
	for i := 0; i < len(whole); i += 3 {
		data := append([]byte(nil), whole...)
		data[i] ^= 0x40
		try(fmt.Sprint("byte ", i), data)
		if len(packs(t, o.Dir)) != 0 {
			padding++ // nobody reads it
		}
	}
	if padding > len(whole)/20 {
		t.Errorf("%d of %d changed bytes were not noticed", padding, len(whole)/3)
	}
	for n := 0; n < len(whole); n += 97 {
		try(fmt.Sprint("cut at ", n), whole[:n])
	}
}

func TestManyWriters(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			c := New(o)
			c.Lookup(id(i))
			fill(t, o, 10*i, 10)
		})
	}
	all.Wait()
	fill(t, o, 1000, 1) // makes one of all
	c := New(o)
	for i := range 120 {
		if got, _ := c.Lookup(id(i)); got == nil || !strings.HasPrefix(got.Print(where), fmt.Sprintf("[ (%d) ", i)) {
			t.Errorf("%d is lost", i)
		}
	}
}

func TestMerge(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	for i := range 3 * mostPacks {
		c := New(o)
		newer := Identity{1, uint64(i % 4), 2, 3, int64(i)} // the file changes
		c.Lookup(newer)
		c.Add(newer, sha256.Sum256([]byte("1")), tree(t, "1"))
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(packs(t, o.Dir)); n > mostPacks {
			t.Fatalf("%d packs", n)
		}
	}
}

func TestLimit(t *testing.T) {
	o := Options{Dir: t.TempDir(), Limit: 8000}
	stale := filepath.Join(o.Dir, "new-1")
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(stale, old, old); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		fill(t, o, i, 1)
	}
	total := int64(0)
	for _, p := range packs(t, o.Dir) {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total == 0 || total > o.Limit {
		t.Errorf("%d bytes", total)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("what a writer left behind stays")
	}
}

func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := New(Options{Dir: filepath.Join(file, "dir")})
	c.Add(id(1), [32]byte{}, tree(t, "1"))
	if c.Close() == nil {
		t.Error("no error")
	}
}

func TestIdentity(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := IdentityOf(info, info.ModTime().Add(time.Second)); ok {
		t.Error("a file of a second ago is believed")
	}
	if _, ok := IdentityOf(info, info.ModTime().Add(time.Minute)); !ok {
		t.Error("a file of a minute ago is not believed")
	}
}
