package env

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// testLayer makes a layer without a place on disk.
func testLayer(s Snapshot) Layer { return Layer{Snapshot: s, Key: s.Key()} }

// asMap is an environment as a program sees it: without order, the last of
// several entries counts.
func asMap(entries []string) map[string]string {
	m := map[string]string{}
	for _, entry := range entries {
		name, value, _ := strings.Cut(entry, "=")
		m[name] = value
	}
	return m
}

func TestApplyAndLeave(t *testing.T) {
	a := testLayer(Snapshot{Dir: "/a", Set: map[string]string{"X": "ours", "E": ""}, Unset: []string{"U"},
		Prepend: map[string][]string{"PATH": {"/a/bin", "/a/sbin"}}})
	ours := LayersVar + "=" + a.Key
	for _, c := range []struct {
		name    string
		before  []string
		inside  []string // what Apply makes of it; nil: not compared
		edited  []string // what the user makes of that; nil: nothing
		outside []string // what Leave makes of it; nil: before
	}{
		{name: "nothing there", before: []string{},
			inside: []string{"X=ours", "E=", "PATH=/a/bin:/a/sbin", ours}},
		{name: "old values", before: []string{"X=old", "E=old", "U=old", "PATH=/bin"},
			inside: []string{"X=ours", "E=", "PATH=/a/bin:/a/sbin:/bin", ours,
				OldVar(a.Key, "X") + "=old", OldVar(a.Key, "E") + "=old", OldVar(a.Key, "U") + "=old"}},
		{name: "empty is not unset", before: []string{"X=", "E=", "U=", "PATH="},
			inside: []string{"X=ours", "E=", "PATH=/a/bin:/a/sbin:", ours,
				OldVar(a.Key, "X") + "=", OldVar(a.Key, "E") + "=", OldVar(a.Key, "U") + "="}},
		{name: "the value was ours already", before: []string{"X=ours", "PATH=/a/bin:/bin"}},
		{name: "empty elements, duplicates", before: []string{"PATH=:/b:/b::/a/bin:"},
			inside: []string{"X=ours", "E=", "PATH=/a/bin:/a/sbin::/b:/b::/a/bin:", ours}},
		{name: "hostile values", before: []string{"X=\n'\"$`\\\xff -~", "U==x=", "PATH=/ a:$(b)"}},
		{name: "the last of several counts", before: []string{"X=1", "X=2"}, outside: []string{"X=2"}},
		{name: "user changes a scalar", before: []string{"X=old"},
			edited: []string{"X=mine", OldVar(a.Key, "X") + "=old", "PATH=/a/bin:/a/sbin", "E=", ours}, outside: []string{"X=mine"}},
		{name: "user unsets a scalar", before: []string{"X=old"},
			edited: []string{OldVar(a.Key, "X") + "=old", "PATH=/a/bin:/a/sbin", "E=", ours}, outside: []string{}},
		{name: "user sets what we unset", before: []string{"U=old"},
			edited: []string{"X=ours", "U=mine", OldVar(a.Key, "U") + "=old", "E=", ours}, outside: []string{"U=mine"}},
		{name: "user edits PATH around us", before: []string{"PATH=/bin:/usr"},
			edited: []string{"PATH=/mine:/a/bin:/mid:/a/sbin:/usr:/end", ours}, outside: []string{"PATH=/mine:/mid:/usr:/end"}},
		{name: "user takes our element out", before: []string{"PATH=/bin"},
			edited: []string{"PATH=/a/sbin:/bin", ours}, outside: []string{"PATH=/bin"}},
		{name: "user doubles our element", before: []string{"PATH=/bin"},
			edited: []string{"PATH=/a/bin:/a/bin:/a/sbin:/bin", ours}, outside: []string{"PATH=/a/bin:/bin"}},
		{name: "user replaces PATH", before: []string{"PATH=/bin"},
			edited: []string{"PATH=/other", ours}, outside: []string{"PATH=/other"}},
		{name: "not active", before: []string{"X=ours"}, edited: []string{"X=ours"}, outside: []string{"X=ours"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			original := slices.Clone(c.before)
			inside := Apply(c.before, a)
			if c.inside != nil && !maps.Equal(asMap(inside), asMap(c.inside)) {
				t.Errorf("inside:\n%q, want\n%q", inside, c.inside)
			}
			if c.edited != nil {
				inside = c.edited
			}
			outside := Leave(inside, a)
			want := c.outside
			if want == nil {
				want = c.before
			}
			if !maps.Equal(asMap(outside), asMap(want)) {
				t.Errorf("outside:\n%q, want\n%q", outside, want)
			}
			if !slices.Equal(c.before, original) {
				t.Errorf("the argument was changed to %q", c.before)
			}
		})
	}
}

func TestNestedLayersOfOneVariable(t *testing.T) {
	outer := testLayer(Snapshot{Dir: "/a", Set: map[string]string{"X": "1"}, Prepend: map[string][]string{"PATH": {"/same", "/a"}}})
	inner := testLayer(Snapshot{Dir: "/a/b", Set: map[string]string{"X": "2"}, Prepend: map[string][]string{"PATH": {"/b", "/same"}}})
	before := []string{"X=0", "PATH=/bin"}
	both := Apply(before, outer, inner)
	if m := asMap(both); m["X"] != "2" || m["PATH"] != "/b:/same:/same:/a:/bin" || m[LayersVar] != outer.Key+":"+inner.Key {
		t.Fatalf("both: %q", both)
	}
	one := Leave(both, inner)
	if !maps.Equal(asMap(one), asMap(Apply(before, outer))) {
		t.Fatalf("after the inner one: %q", one)
	}
	if none := Leave(one, outer); !maps.Equal(asMap(none), asMap(before)) {
		t.Fatalf("after both: %q", none)
	}
}

func TestImpliedDefaults(t *testing.T) {
	a := testLayer(Snapshot{Dir: "/a", Prepend: map[string][]string{
		"MANPATH": Prepended("MANPATH", "/a/man"), "XDG_DATA_DIRS": Prepended("XDG_DATA_DIRS", "/a/share"), "CPATH": Prepended("CPATH", "/a/inc")}})
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	inside := asMap(Apply(nil, a))
	want := map[string]string{"MANPATH": "/a/man:", "XDG_DATA_DIRS": "/a/share:/usr/local/share:/usr/share", "CPATH": "/a/inc", LayersVar: a.Key}
	if !maps.Equal(inside, want) {
		t.Errorf("inside: %q", inside)
	}
	for _, before := range [][]string{nil, {"MANPATH="}, {"MANPATH=:"}, {"MANPATH=/m::/n"}, {"XDG_DATA_DIRS=/usr/local/share:/usr/share"}} {
		if after := Leave(Apply(before, a), a); !maps.Equal(asMap(after), asMap(before)) {
			t.Errorf("%q became %q", before, after)
		}
	}
}

// world makes random environments, layers and edits from few names and values,
// so that they meet often.
type world struct{ *rand.Rand }

var (
	scalarNames = []string{"A", "B", "C", "D"}
	listNames   = []string{"PATH", "MANPATH", "CPATH"}
	someValues  = []string{"", "1", "2", "a b", "x=y", "\n", "$HOME", "'\"\\", "\xff", "-n", "~", ":"}
	ourElements = []string{"/p/bin", "/p/sbin", "/q/bin", "/q q", "/\xfe"}
	allElements = append([]string{"", "/bin", "/usr/bin", "."}, ourElements...)
)

func pick[T any](w world, from []T) T { return from[w.IntN(len(from))] }

func (w world) some(from []string, most int) []string {
	list := make([]string, w.IntN(most+1))
	for i := range list {
		list[i] = pick(w, from)
	}
	return list
}

func (w world) environ() []string {
	var entries []string
	for _, name := range scalarNames {
		if w.IntN(2) == 0 {
			entries = append(entries, name+"="+pick(w, someValues))
		}
	}
	for _, name := range listNames {
		if w.IntN(4) > 0 {
			entries = append(entries, name+"="+strings.Join(w.some(allElements, 5), ":"))
		}
	}
	entries = append(entries, "BASH_FUNC_f%%=() { :; }", "KEEP=me", "odd")
	w.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	return entries
}

func (w world) layer(i int) Layer {
	s := Snapshot{Dir: fmt.Sprintf("/p%d", i), Set: map[string]string{}, Prepend: map[string][]string{}}
	for _, name := range scalarNames {
		switch w.IntN(4) {
		case 0:
			s.Set[name] = pick(w, someValues)
		case 1:
			s.Unset = append(s.Unset, name)
		}
	}
	for _, name := range listNames {
		if w.IntN(2) == 0 {
			s.Prepend[name] = Prepended(name, w.some(ourElements, 3)...)
		}
	}
	return testLayer(s)
}

func (w world) layers() []Layer {
	all := make([]Layer, w.IntN(4))
	for i := range all {
		all[i] = w.layer(i)
	}
	return all
}

// worlds runs a law in many random worlds; the seed is in the failure.
func worlds(t *testing.T, law func(t *testing.T, w world)) {
	t.Helper()
	for seed := range uint64(2000) {
		law(t, world{rand.New(rand.NewPCG(seed, 7))})
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// Law: leaving undoes entering, whatever was there.
func TestLawLeaveUndoesApply(t *testing.T) {
	worlds(t, func(t *testing.T, w world) {
		before, layers := w.environ(), w.layers()
		inside := Apply(before, layers...)
		if after := Leave(inside, layers...); !maps.Equal(asMap(after), asMap(before)) {
			t.Errorf("layers %+v\nbefore %q\ninside %q\nafter  %q", layers, before, inside, after)
		}
	})
}

// Law: after entering, every variable is as the innermost layer that speaks of
// it says, and nobody else's variable has changed.
func TestLawInnermostWins(t *testing.T) {
	worlds(t, func(t *testing.T, w world) {
		before, layers := asMap(w.environ()), w.layers()
		want := maps.Clone(before)
		for _, l := range layers {
			maps.Copy(want, l.Set)
			for _, name := range l.Unset {
				delete(want, name)
			}
			for name, elements := range l.Prepend {
				value, set := want[name]
				list := strings.Join(elements, ":")
				switch {
				case len(elements) == 0:
				case set:
					want[name] = list + ":" + value
				default:
					want[name] = list
				}
			}
		}
		got := asMap(Apply(entriesOf(before), layers...))
		maps.DeleteFunc(got, func(name, _ string) bool { return strings.HasPrefix(name, "DEVENV_") })
		if !maps.Equal(got, want) {
			t.Errorf("layers %+v\ngot  %q\nwant %q", layers, got, want)
		}
	})
}

func entriesOf(m map[string]string) []string {
	var entries []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		entries = append(entries, name+"="+m[name])
	}
	return entries
}

// Law: a scalar that the user changes inside stays as the user left it, at every
// depth; all others come back.
func TestLawUserScalarsStay(t *testing.T) {
	worlds(t, func(t *testing.T, w world) {
		before, layers := w.environ(), w.layers()
		inside := environ(Apply(before, layers...))
		want := asMap(before)
		for _, name := range scalarNames {
			switch w.IntN(3) {
			case 0: // a value that no layer ever gives
				inside.set(name, "the user's")
				want[name] = "the user's"
			case 1:
				if !slices.ContainsFunc(layers, func(l Layer) bool { return slices.Contains(l.Unset, name) }) {
					inside.unset(name)
					delete(want, name)
				}
			}
		}
		if after := Leave(inside, layers...); !maps.Equal(asMap(after), want) {
			t.Errorf("layers %+v\nbefore %q\ninside %q\nafter  %q\nwant   %q", layers, before, inside, after, want)
		}
	})
}

// Law: elements that the user puts into a list, or takes out of it, stay in or
// out, in their order.
func TestLawUserElementsStay(t *testing.T) {
	worlds(t, func(t *testing.T, w world) {
		layers := w.layers()
		rest := w.some([]string{"", "/bin", "/usr/bin", "."}, 5)
		before := []string{"PATH=" + strings.Join(rest, ":")}
		inside := environ(Apply(before, layers...))
		value, _ := inside.lookup("PATH")
		var edited, want []string
		for _, element := range strings.Split(value, ":") {
			for _, mine := range w.some([]string{"/mine", "/mine too", ""}, 1) {
				edited, want = append(edited, mine), append(want, mine)
			}
			switch {
			case slices.Contains(ourElements, element):
				edited = append(edited, element)
			case w.IntN(3) > 0:
				edited, want = append(edited, element), append(want, element)
			}
		}
		if len(want) == 0 {
			return
		}
		inside.set("PATH", strings.Join(edited, ":"))
		after, _ := environ(Leave(inside, layers...)).lookup("PATH")
		if after != strings.Join(want, ":") {
			t.Errorf("layers %+v\nedited %q\nafter  %q\nwant   %q", layers, edited, after, want)
		}
	})
}

// Law: putting elements in front again is idempotent, and changes nothing that
// leaving would not undo.
func TestLawReassert(t *testing.T) {
	worlds(t, func(t *testing.T, w world) {
		before, layers := w.environ(), w.layers()
		inside := environ(Apply(before, layers...))
		if w.IntN(2) == 0 { // a login shell
			inside.set("PATH", "/usr/bin:/bin")
		}
		once := Reassert(inside, layers...)
		if twice := Reassert(once, layers...); !maps.Equal(asMap(once), asMap(twice)) {
			t.Errorf("layers %+v\nonce  %q\ntwice %q", layers, once, twice)
		}
		left, reset := asMap(Leave(once, layers...)), asMap(Leave(inside, layers...))
		if !maps.Equal(left, reset) {
			t.Errorf("layers %+v\ninside %q\nonce   %q\nleft   %q\nwant   %q", layers, inside, once, left, reset)
		}
	})
}

// Law: switching gives what entering from outside gives, whatever was active.
func TestLawSwitch(t *testing.T) {
	worlds(t, func(t *testing.T, w world) {
		before, from, to := w.environ(), w.layers(), w.layers()
		if len(from) > 0 && w.IntN(2) == 0 {
			shared := w.IntN(len(from) + 1)
			to = append(slices.Clone(from[:shared]), w.layer(9))
		}
		find := func(key string) (Layer, error) {
			i := slices.IndexFunc(from, func(l Layer) bool { return l.Key == key })
			return from[i], nil
		}
		got, lost := Switch(Apply(before, from...), to, find)
		if want := Apply(before, to...); !maps.Equal(effective(got), effective(want)) || lost != nil {
			t.Errorf("from %+v\nto   %+v\ngot  %q\nwant %q", from, to, got, want)
		}
		if after := Leave(got, to...); !maps.Equal(asMap(after), asMap(before)) {
			t.Errorf("from %+v\nto %+v\nbefore %q\nafter  %q", from, to, before, after)
		}
	})
}

// effective drops from lists what an earlier equal element hides: putting the
// elements of two layers in front again may order such duplicates differently.
func effective(entries []string) map[string]string {
	m := asMap(entries)
	for _, name := range listNames {
		if value, set := m[name]; set {
			var seen []string
			for _, element := range strings.Split(value, ":") {
				if !slices.Contains(seen, element) {
					seen = append(seen, element)
				}
			}
			m[name] = strings.Join(seen, ":")
		}
	}
	return m
}

func TestSwitchForgetsWhatIsLost(t *testing.T) {
	a := testLayer(Snapshot{Dir: "/a", Set: map[string]string{"X": "1"}})
	inside := Apply([]string{"X=0"}, a)
	after, lost := Switch(inside, nil, func(string) (Layer, error) { return Layer{}, errors.New("gone") })
	if want := []string{"X=1"}; !slices.Equal(after, want) || !slices.Equal(lost, []string{a.Key}) {
		t.Errorf("after %q, lost %q", after, lost)
	}
	after, lost = Switch([]string{LayersVar + "=../../etc:" + a.Key + "x"}, nil, nil)
	if len(after) != 0 || lost != nil {
		t.Errorf("words that are no keys: %q, %q", after, lost)
	}
}

func TestDiff(t *testing.T) {
	a := testLayer(Snapshot{Dir: "/a", Set: map[string]string{"NEW": "n", "SAME": "s", "OTHER": "o"}, Unset: []string{"GONE", "NEVER"},
		Prepend: map[string][]string{"PATH": {"/a/bin"}}})
	changes := Diff([]string{"SAME=s", "OTHER=x", "GONE=g", "PATH=/bin"}, a)
	if brief := Brief(changes); brief != "-GONE +NEW ~OTHER ^PATH" {
		t.Errorf("brief: %s", brief)
	}
	if c := changes[2]; c.Old != "x" || c.New != "o" {
		t.Errorf("replaced: %+v", c)
	}
}
