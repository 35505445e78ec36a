package host_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// project writes files below a new directory; a value "-> x" is a link to x.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	var err error
	if target, link := strings.CutPrefix(text, "-> "); link {
		_ = os.Remove(path)
		err = os.Symlink(target, path)
	} else {
		err = os.WriteFile(path, []byte(text), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// evaluate evaluates default.nix of a directory, all of it.
func evaluate(t *testing.T, h *host.Host, dir string) (string, error) {
	t.Helper()
	ev := eval.New(eval.Options{Host: h, System: "x86_64-linux"})
	v, err := ev.File(dir)
	if err != nil {
		return "", err
	}
	return ev.Print(v, true)
}

const looks = `{
  file = import ./a.nix;
  text = builtins.readFile ./text;
  list = builtins.attrNames (builtins.readDir ./dir);
  there = builtins.pathExists ./absent;
  linked = import ./link;
  type = builtins.readFileType ./text;
  tree = builtins.baseNameOf "${./tree}";
  some = builtins.baseNameOf (builtins.filterSource (p: t: baseNameOf p != "no") ./some);
  env = builtins.getEnv "LOOKED";
  system = builtins.currentSystem;
}`

func lookedAt(t *testing.T, now func() time.Time) (dir string, h *host.Host, opts host.Options) {
	dir = project(t, map[string]string{
		"default.nix": looks, "a.nix": "1", "text": "text", "dir/x": "", "dir/y": "", "target.nix": "2", "other.nix": "3",
		"link": "-> target.nix", "tree/sub/f": "f", "some/yes": "y", "some/no": "n",
	})
	opts = host.Options{Env: func(string) string { return "v" }, Record: true, Now: now}
	h = host.New(opts)
	if _, err := evaluate(t, h, dir); err != nil {
		t.Fatal(err)
	}
	return dir, h, opts
}

// TestReads holds that the read set has what was looked at, once, and nothing
// else.
func TestReads(t *testing.T) {
	dir, h, _ := lookedAt(t, nil)
	var got []string
	for _, i := range h.Reads() {
		got = append(got, strings.ReplaceAll(i.Kind.String()+" "+i.Name, dir, "."))
	}
	want := []string{
		"content ./default.nix",
		"file ./a.nix", "file ./target.nix", "file ./text",
		"listing ./dir", "listing ./some",
		"absent ./absent",
		"type .", "type ./link",
		"link ./link",
		"tree ./some/yes", "tree ./tree",
		"variable LOOKED", "setting currentSystem",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestReadsAsText(t *testing.T) {
	_, h, _ := lookedAt(t, func() time.Time { return time.Now().Add(time.Hour) })
	items := append(h.Reads(), host.Item{Kind: host.Link, Name: "/a \"b\"\n", Value: "\x00\xff →"})
	text := host.AppendReads(nil, items)
	got, err := host.ParseReads(text)
	if err != nil || !slices.Equal(got, items) {
		t.Errorf("%v %v", got, err)
	}
	for n := range text {
		if n > 0 && text[n-1] == '\n' {
			continue
		}
		if _, err := host.ParseReads(text[:n]); err == nil {
			t.Errorf("half a read set is accepted: %q", text[:n])
		}
	}
}

func TestChanged(t *testing.T) {
	settings := map[string]string{"currentSystem": "x86_64-linux"}
	later := func() time.Time { return time.Now().Add(time.Hour) }
	for _, trusting := range []func() time.Time{nil, later} {
		for _, c := range []struct{ name, path, text, want string }{
			{"nothing", "", "", ""},
			{"what nobody looked at", "other.nix", "4", ""},
			{"what a filter left out", "some/no", "new", ""},
			{"a file", "a.nix", "5", "a.nix"},
			{"a text of the same length", "text", "tExt", "text"},
			{"a new entry", "dir/z", "", "dir"},
			{"an absence", "absent", "", "absent"},
			{"a link", "link", "-> other.nix", "link"},
			{"a file for a link", "link", "", "link"},
			{"a file in a tree", "tree/sub/f", "g", "tree"},
			{"a new file in a tree", "tree/sub/new", "", "tree"},
			{"a file that a filter let through", "some/yes", "z", "some/yes"},
			{"a new file that a filter may let through", "some/new", "", "some"},
		} {
			t.Run(c.name, func(t *testing.T) {
				dir, h, _ := lookedAt(t, trusting)
				items := h.Reads()
				if item, changed := h.Changed(items, settings); changed {
					t.Fatalf("%s has changed before anything did", item)
				}
				if c.path != "" {
					_ = os.Remove(filepath.Join(dir, c.path))
					write(t, filepath.Join(dir, c.path), c.text)
				}
				item, changed := h.Changed(items, settings)
				want := c.want
				if want != "" {
					want = filepath.Join(dir, want)
				}
				if changed != (want != "") || changed && item.Name != want {
					t.Errorf("%v %s, not %q", changed, item, want)
				}
			})
		}
	}
}

func TestChangedSurroundings(t *testing.T) {
	_, h, opts := lookedAt(t, nil)
	items := h.Reads()
	if item, changed := h.Changed(items, map[string]string{"currentSystem": "aarch64-linux"}); !changed || item.Kind != host.Setting {
		t.Errorf("%v %s", changed, item)
	}
	opts.Env = func(string) string { return "other" }
	item, changed := host.New(opts).Changed(items, map[string]string{"currentSystem": "x86_64-linux"})
	if !changed || item.String() != "$LOOKED" {
		t.Errorf("%v %s", changed, item)
	}
}

// TestNothingIsReadTwice holds that while times can be trusted, contents are not
// read again.
func TestNothingIsReadTwice(t *testing.T) {
	dir, h, _ := lookedAt(t, func() time.Time { return time.Now().Add(time.Hour) })
	items := h.Reads()
	for i := range items {
		if items[i].Stat != "" {
			items[i].Value = "not this"
		}
	}
	if item, changed := h.Changed(items, map[string]string{"currentSystem": "x86_64-linux"}); changed {
		t.Errorf("%s was read", item)
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "a.nix"), past, past); err != nil {
		t.Fatal(err)
	}
	if item, changed := h.Changed(items, nil); !changed || item.Name != filepath.Join(dir, "a.nix") {
		t.Errorf("%v %s", changed, item)
	}
}

func FuzzParseReads(f *testing.F) {
	f.Add([]byte("devenv reads 1\nfile \"/a\" \"b\" 1.2.3\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		items, err := host.ParseReads(text)
		if err != nil {
			return
		}
		again, err := host.ParseReads(host.AppendReads(nil, items))
		if err != nil || !slices.Equal(items, again) {
			t.Errorf("%v, then %v (%v)", items, again, err)
		}
	})
}
