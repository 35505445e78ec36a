package env

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// jsonRenderer writes its argument down, so that tests can read it again.
type jsonRenderer struct{ version string }

func (r jsonRenderer) Layer(s Shell, l Layer) ([]byte, error) {
	return []byte(string(s) + r.version + " " + l.Key), nil
}

func (r jsonRenderer) Pointer(_ Shell, p Pointer) ([]byte, error) { return json.Marshal(p) }

// rootLog is a Rooter that remembers.
type rootLog struct {
	mu    sync.Mutex
	roots map[string][]string
	fail  error
}

func (l *rootLog) AddRoot(_ context.Context, name string, paths ...string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail == nil {
		l.roots[name] = paths
	}
	return l.fail
}

func (l *rootLog) RemoveRoot(_ context.Context, name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.roots, name)
	return l.fail
}

var noon = time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)

func testTree(t testing.TB) (*Tree, *rootLog) {
	t.Helper()
	dir := t.TempDir()
	roots := &rootLog{roots: map[string][]string{}}
	return &Tree{
		Layout: Layout{State: filepath.Join(dir, "s"), Data: filepath.Join(dir, "d")},
		Rooter: roots, Renderer: jsonRenderer{}, Now: func() time.Time { return noon },
	}, roots
}

func publish(t testing.TB, tree *Tree, dir string, r Result) State {
	t.Helper()
	b, err := tree.TryLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	state, err := b.Publish(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func good(dir, value string) Result {
	return Result{Status: OK, Snapshot: &Snapshot{Dir: dir, Label: "v " + value, Set: map[string]string{"V": value}, Roots: []string{"/nix/store/" + value}}}
}

func readPointer(t testing.TB, tree *Tree, dir string, s Shell) Pointer {
	t.Helper()
	root, err := tree.Layout.Root(dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(root.Pointer(s))
	if err != nil {
		t.Fatal(err)
	}
	var p Pointer
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return p
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestPublish(t *testing.T) {
	tree, roots := testTree(t)
	first := publish(t, tree, "/p", good("/p", "1"))
	if first.Generation != 1 || first.Key == "" || first.Label != "v 1" {
		t.Errorf("first: %+v", first)
	}
	second := publish(t, tree, "/p", Result{Status: OK, Root: true, Message: "hello\x1b[2J\n there\u009b\u202e\xff",
		Snapshot: &Snapshot{Dir: "/p", Set: map[string]string{"V": "2"}, Scripts: map[string]string{"go": "echo \"$@\"", "py": "#!/usr/bin/python3\n"}, Roots: []string{"/nix/store/2"}}})
	root, _ := tree.Layout.Root("/p")
	if exists(root.Gen(1)) || !exists(root.Gen(2)) || exists(filepath.Dir(root.Ref(1, 0))) {
		t.Error("generation 1 is still there, or 2 is not")
	}
	for _, shell := range Shells() {
		p := readPointer(t, tree, "/p", shell)
		if p.Generation != 2 || p.GenFile != root.Gen(2) || p.Key != second.Key || !p.Root || p.Message != "hello [2J there" ||
			p.Script != tree.Layout.Script(second.Key, shell) || !exists(p.Script) {
			t.Errorf("%s: %+v", shell, p)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(tree.Layout.Bin(second.Key), "go")); string(text) != "#!/bin/sh\necho \"$@\"\n" {
		t.Errorf("script: %q", text)
	}
	if layer, err := tree.Layout.ReadLayer(second.Key); err != nil || layer.Set["V"] != "2" || layer.Prefixes()[0].Elements[0] != tree.Layout.Bin(second.Key) {
		t.Errorf("%+v, %v", layer, err)
	}
	if !slices.Equal(roots.roots["envs/"+first.Key], []string{"/nix/store/1"}) || !slices.Equal(roots.roots["envs/"+second.Key], []string{"/nix/store/2"}) {
		t.Errorf("roots: %v", roots.roots)
	}
	read, err := root.ReadState()
	if err != nil || read.Generation != 2 || !read.Root || read.Built != noon {
		t.Errorf("%+v, %v", read, err)
	}
}

// A build that fails, or whose code nobody allowed, keeps the last good
// environment; a denial and an empty project do not.
func TestWhatKeepsTheLastGoodEnvironment(t *testing.T) {
	for status, keeps := range map[Status]bool{Failed: true, Untrusted: true, Denied: false, Nothing: false} {
		tree, _ := testTree(t)
		if first := publish(t, tree, "/p", Result{Status: status, Message: "m"}); first.Key != "" {
			t.Errorf("%s: a key from nowhere", status)
		}
		was := publish(t, tree, "/p", good("/p", "1"))
		now := publish(t, tree, "/p", Result{Status: status})
		if (now.Key == was.Key) != keeps || (now.Label == was.Label) != keeps {
			t.Errorf("%s: %+v", status, now)
		}
		if err := os.RemoveAll(tree.Layout.Env(was.Key)); err != nil {
			t.Fatal(err)
		}
		if now = publish(t, tree, "/p", Result{Status: status}); now.Key != "" {
			t.Errorf("%s keeps an environment that is gone", status)
		}
	}
}

func TestRootBeforeSnapshot(t *testing.T) {
	tree, roots := testTree(t)
	roots.fail = errors.New("no room for roots")
	b, err := tree.TryLock("/p")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Publish(t.Context(), good("/p", "1")); !errors.Is(err, roots.fail) {
		t.Errorf("%v", err)
	}
	entries, _ := os.ReadDir(tree.Layout.envs())
	if len(entries) != 1 || entries[0].Name() != ".lock" {
		t.Errorf("there is %v", entries)
	}
}

// What is there under a key but is not what it should be is mended.
func TestDamagedEnvironmentIsMended(t *testing.T) {
	tree, _ := testTree(t)
	state := publish(t, tree, "/p", good("/p", "1"))
	snapshot := tree.Layout.snapshot(state.Key)
	for _, damage := range []func() error{
		func() error { return os.Truncate(snapshot, 10) },
		func() error { return os.Remove(snapshot) },
		func() error { return os.WriteFile(snapshot, []byte(`{"format":99}`), 0o600) },
		func() error { return os.Remove(tree.Layout.Script(state.Key, Zsh)) },
		func() error { tree.Renderer = jsonRenderer{version: " newer"}; return nil },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		publish(t, tree, "/p", good("/p", "1"))
		if _, err := tree.Layout.ReadLayer(state.Key); err != nil {
			t.Error(err)
		}
		want, _ := tree.Renderer.Layer(Zsh, tree.Layout.Layer(*good("/p", "1").Snapshot))
		if text, _ := os.ReadFile(tree.Layout.Script(state.Key, Zsh)); string(text) != string(want) {
			t.Errorf("zsh script is %q", text)
		}
	}
}

func TestReadLayerRefuses(t *testing.T) {
	tree, _ := testTree(t)
	one, two := publish(t, tree, "/p", good("/p", "1")), publish(t, tree, "/p", good("/p", "2"))
	data, _ := os.ReadFile(tree.Layout.snapshot(one.Key))
	if err := os.WriteFile(tree.Layout.snapshot(two.Key), data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", "../../../etc", "0000000000000000", two.Key} {
		if _, err := tree.Layout.ReadLayer(key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// Every kind of unusable state is an absent one with a reason; the next build
// goes on with a new generation.
func TestUnusableState(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(path string) error
		reason string
	}{
		"absent":  {os.Remove, "there is none yet"},
		"empty":   {func(p string) error { return os.Truncate(p, 0) }, "it is damaged"},
		"cut":     {func(p string) error { return os.Truncate(p, 40) }, "it is damaged"},
		"binary":  {func(p string) error { return os.WriteFile(p, []byte{0, 1, 2}, 0o600) }, "it is damaged"},
		"other":   {func(p string) error { return os.WriteFile(p, []byte(`[1]`), 0o600) }, "it is damaged"},
		"newer":   {editState(`"format":1`, `"format":2`), "it has format 2, this devenv reads format 1"},
		"foreign": {editState(`"dir":"/p"`, `"dir":"/q"`), "it belongs to /q"},
		"key":     {editState(`"key":"`, `"key":"../`), "it is damaged"},
		"status":  {editState(`"status":"ok"`, `"status":"great"`), "it is damaged"},
		"a dir":   {func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) }, "it cannot be read (is a directory)"},
	} {
		t.Run(name, func(t *testing.T) {
			tree, _ := testTree(t)
			publish(t, tree, "/p", good("/p", "1"))
			publish(t, tree, "/p", good("/p", "2"))
			root, _ := tree.Layout.Root("/p")
			if err := c.damage(root.StateFile()); err != nil {
				t.Fatal(err)
			}
			_, err := root.ReadState()
			var unusable *StateError
			if !errors.As(err, &unusable) || !strings.HasPrefix(unusable.Reason, c.reason) {
				t.Fatalf("%v", err)
			}
			if errors.Is(err, fs.ErrNotExist) != (name == "absent") {
				t.Errorf("%v: is it absent?", err)
			}
			if name == "a dir" {
				return // a directory in a file's place is the user's to remove
			}
			if state := publish(t, tree, "/p", good("/p", "3")); state.Generation != 3 {
				t.Errorf("generation %d", state.Generation)
			}
		})
	}
}

func editState(old, with string) func(string) error {
	return func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(data), old) {
			return errors.Join(err, errors.New("nothing to replace"))
		}
		return os.WriteFile(path, []byte(strings.Replace(string(data), old, with, 1)), 0o600)
	}
}

func FuzzState(f *testing.F) {
	state := State{Dir: "/p\xff", Generation: 3, Status: Failed, Message: "no", Why: []Reason{{"a\xff", "changed"}}, Tools: []Tool{{"go", "1"}},
		Inputs: Inputs{Engine: "1", Vars: map[string]string{"A": ""}, Seen: noon,
			Files:   []Input{{Path: "/p/a", Kind: File, Hash: "00", Stat: Stat{-1, 2, 3, 4}}, {Path: "/p/b", Kind: Absent, Missing: "/p/b"}},
			Parents: []Parent{{Dir: "/p", Stat: Stat{1, 2, 3, 1 << 63}, Whole: true}}}}
	data, err := state.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var file stateFile
		if json.Unmarshal(data, &file) != nil {
			return
		}
		first := file.state()
		one, err := first.encode()
		if err != nil {
			return // a time beyond year 9999
		}
		var again stateFile
		if err := json.Unmarshal(one, &again); err != nil {
			t.Fatal(err)
		}
		second := again.state()
		if two, err := second.encode(); err != nil || string(two) != string(one) {
			t.Fatalf("%s\n%s\n%v", one, two, err)
		}
	})
}

func TestOneBuilder(t *testing.T) {
	tree, _ := testTree(t)
	first, err := tree.TryLock("/p")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.TryLock("/p"); !errors.Is(err, ErrBusy) {
		t.Errorf("a second builder: %v", err)
	}
	if other, err := tree.TryLock("/p/inner"); err != nil {
		t.Errorf("another project: %v", err)
	} else {
		other.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	if _, err := tree.Lock(ctx, "/p"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting: %v", err)
	}
	got := make(chan error)
	go func() {
		second, err := tree.Lock(t.Context(), "/p")
		if err == nil {
			err = second.Close()
		}
		got <- err
	}()
	time.Sleep(30 * time.Millisecond)
	if err := first.Remove(); err != nil { // with the lock that the other waits for
		t.Fatal(err)
	}
	first.Close()
	if err := <-got; err != nil {
		t.Error(err)
	}
	root, _ := tree.Layout.Root("/p")
	if !exists(root.lock()) {
		t.Error("the second builder held a lock that nobody sees")
	}
}

func TestRemove(t *testing.T) {
	tree, _ := testTree(t)
	publish(t, tree, "/a/b/c", good("/a/b/c", "1"))
	publish(t, tree, "/a", good("/a", "1"))
	b, err := tree.TryLock("/a/b/c")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Remove(); err != nil {
		t.Fatal(err)
	}
	b.Close()
	if exists(filepath.Join(tree.Layout.roots(), "a/b")) {
		t.Error("empty directories stay")
	}
	root, _ := tree.Layout.Root("/a")
	if _, err := root.ReadState(); err != nil {
		t.Error(err)
	}
}
