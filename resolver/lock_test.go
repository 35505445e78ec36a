package resolver

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/lockfile"
)

// lock runs Lock and returns the pins, the changes and what was asked.
func lock(t *testing.T, req LockRequest) (*Locked, []string) {
	t.Helper()
	x := newIndex()
	req.Locker, req.System = x, system
	locked, err := Lock(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(x.asked)
	return locked, x.asked
}

func manifestProject(t *testing.T, text string) *Project {
	return load(t, tree(t, map[string]string{"devenv.toml": text}))
}

func TestLock(t *testing.T) {
	p := manifestProject(t, "[tools]\nnode = '24'\npython = ['3.13', '3.11']\n")
	first, asked := lock(t, LockRequest{Project: p})
	if got := pins(first.Tools); got != "node 24.2.0, python 3.13.1, python 3.11.9" {
		t.Error(got)
	}
	if len(first.Changes) != 3 || len(asked) != 3 {
		t.Errorf("%v, %v", first.Changes, asked)
	}

	again, asked := lock(t, LockRequest{Project: p, Old: first.Lock})
	if len(asked) != 0 || len(again.Changes) != 0 || string(again.Lock.Bytes()) != string(first.Lock.Bytes()) {
		t.Errorf("a satisfied lock changed: %v, asked %v", again.Changes, asked)
	}
}

func TestLockKeepsAndMoves(t *testing.T) {
	old := lockOf(
		pinned("go", "go 1.24", "1.24.1", system), pinned("node", "24", "24.1.0", system),
		pinned("python", "3.12", "3.12.7", system))
	before := string(old.Bytes())
	tests := []struct {
		name, text       string
		update           []string
		all              bool
		want, asked, chg string
	}{
		{"all kept", "node = '24'\npython = '3.12'\ngo = 'go 1.24'", nil, false, "go 1.24.1, node 24.1.0, python 3.12.7", "", ""},
		{"one gone", "node = '24'\npython = '3.12'", nil, false, "node 24.1.0, python 3.12.7", "", "go 1.24.1→"},
		{"rewritten", "node = 'v24'\npython = '3.12'\ngo = 'go 1.24'", nil, false, "go 1.24.1, node 24.2.0, python 3.12.7", "node v24", "node 24.1.0→24.2.0"},
		{"update one", "node = '24'\npython = '3.12'\ngo = 'go 1.24'", []string{"go"}, false, "go 1.24.5, node 24.1.0, python 3.12.7", "go go 1.24", "go 1.24.1→1.24.5"},
		{"update all", "node = '24'\npython = '3.12'", nil, true, "node 24.2.0, python 3.12.8", "node 24,python 3.12", "go 1.24.1→ node 24.1.0→24.2.0 python 3.12.7→3.12.8"},
		{"a second version", "node = '24'\npython = ['3.13', '3.12']\ngo = 'go 1.24'", nil, false, "go 1.24.1, node 24.1.0, python 3.13.1, python 3.12.7", "python 3.13", "python →3.13.1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := manifestProject(t, "[tools]\n"+test.text+"\n")
			locked, asked := lock(t, LockRequest{Project: p, Old: old, Update: test.update, All: test.all})
			var changes []string
			for _, c := range locked.Changes {
				changes = append(changes, c.Tool+" "+c.Old+"→"+c.New)
			}
			if got := pins(locked.Tools); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if got := strings.Join(asked, ","); got != test.asked {
				t.Errorf("asked %s, want %s", got, test.asked)
			}
			if got := strings.Join(changes, " "); got != test.chg {
				t.Errorf("changes %s, want %s", got, test.chg)
			}
		})
	}
	if string(old.Bytes()) != before {
		t.Error("the old lock was changed")
	}
}

// Only an index knows which versions lts is: a pin for it stays.
func TestLockKeepsLTS(t *testing.T) {
	p := load(t, tree(t, map[string]string{".nvmrc": "lts/*"}))
	old := lockOf(pinned("node", "lts/*", "22.9.0", system))
	locked, asked := lock(t, LockRequest{Project: p, Old: old})
	stale, err := Check(p, old, system, nil)
	if pins(locked.Tools) != "node 22.9.0" || len(asked) > 0 || len(stale) > 0 || err != nil {
		t.Errorf("%s, asked %v, stale %v, %v", pins(locked.Tools), asked, stale, err)
	}
}

// A pin that was written by hand and does not fit is replaced.
func TestLockReplacesWhatDoesNotFit(t *testing.T) {
	p := manifestProject(t, "[tools]\nnode = '24'\n")
	locked, _ := lock(t, LockRequest{Project: p, Old: lockOf(pinned("node", "24", "20.11.1", system))})
	if got := pins(locked.Tools); got != "node 24.2.0" {
		t.Error(got)
	}
}

func TestLockAddsThisSystem(t *testing.T) {
	p := manifestProject(t, "[tools]\nnode = '24'\n")
	old := pinned("node", "24", "24.1.0", "aarch64-darwin")
	mac := old.Platforms["aarch64-darwin"]
	mac.NarHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	old.Platforms["aarch64-darwin"] = mac
	locked, asked := lock(t, LockRequest{Project: p, Old: lockOf(old)})
	got := locked.Tools[0]
	if got.Version != "24.1.0" || got.Constraint != "24" || len(got.Platforms[system].Parts) == 0 || got.Platforms["aarch64-darwin"].NarHash != mac.NarHash {
		t.Errorf("%+v", got)
	}
	if strings.Join(asked, ",") != "node 24.1.0" {
		t.Errorf("asked %v", asked)
	}
}

func TestLockKeepsTreeHashesOfEqualParts(t *testing.T) {
	p := manifestProject(t, "[tools]\nnode = '24'\n")
	old := pinned("node", "24", "24.2.0", lockfile.Systems()...)
	here := old.Platforms[system]
	here.NarHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	old.Platforms[system] = here
	locked, _ := lock(t, LockRequest{Project: p, Old: lockOf(old), All: true})
	if len(locked.Changes) != 0 || locked.Tools[0].Platforms[system].NarHash != here.NarHash {
		t.Errorf("%v %+v", locked.Changes, locked.Tools)
	}
}

// Soft requirements are content with an outer layer, if the pins are in the
// user's state; a devenv.lock does not depend on what lies above it.
func TestSoft(t *testing.T) {
	files := map[string]string{"package.json": `{"engines":{"node":">=20"}}`, ".python-version": "3.12"}
	outer := func(versions map[string]string) func(string) (string, bool) {
		return func(tool string) (string, bool) { v, ok := versions[tool]; return v, ok }
	}
	tests := []struct {
		name  string
		outer map[string]string
		own   bool
		want  string
	}{
		{"no outer", nil, false, "node 24.2.0, python 3.12.8"},
		{"fits", map[string]string{"node": "22.9.0"}, false, "python 3.12.8"},
		{"does not fit", map[string]string{"node": "18.1.0"}, false, "node 24.2.0, python 3.12.8"},
		{"hard ones stay", map[string]string{"python": "3.12.8"}, false, "node 24.2.0, python 3.12.8"},
		{"own lock", map[string]string{"node": "22.9.0"}, true, "node 24.2.0, python 3.12.8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := tree(t, files)
			if test.own {
				write(t, filepath.Join(dir, "devenv.lock"), string(lockOf(pinned("python", "3.12", "3.12.8", system)).Bytes()), false)
			}
			p := load(t, dir)
			locked, _ := lock(t, LockRequest{Project: p, Outer: outer(test.outer)})
			if got := pins(locked.Tools); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			stale, err := Check(p, locked.Lock, system, outer(test.outer))
			if err != nil || len(stale) != 0 {
				t.Errorf("stale %v, %v", stale, err)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	p := manifestProject(t, "[tools]\nnode = '24'\npython = ['3.13', '3.11']\n")
	full := []lockfile.Tool{pinned("node", "24", "24.1.0", system), pinned("python", "3.13", "3.13.1", system), pinned("python", "3.11", "3.11.9", system)}
	with := func(i int, t lockfile.Tool) []lockfile.Tool { c := slices.Clone(full); c[i] = t; return c }
	tests := []struct {
		name string
		lock []lockfile.Tool
		want string
	}{
		{"fresh", full, ""},
		{"empty", nil, "missing missing missing"},
		{"changed", with(0, pinned("node", "22", "22.9.0", system)), "changed"},
		{"unsatisfied", with(0, pinned("node", "24", "22.9.0", system)), "unsatisfied"},
		{"other system", with(2, pinned("python", "3.11", "3.11.9", "aarch64-darwin")), "system"},
		{"unused", append(slices.Clone(full), pinned("go", "1.24", "1.24.5", system)), "unused"},
		{"one version less", full[:2], "missing"},
		{"another default", []lockfile.Tool{full[0], full[2], full[1]}, "reordered reordered"},
		{"one version more", append(slices.Clone(full), pinned("python", "3.12", "3.12.8", system)), "unused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stale, err := Check(p, lockOf(test.lock...), system, nil)
			var got []string
			for _, s := range stale {
				got = append(got, string(s.Reason))
				if s.String() == "" {
					t.Error("no text")
				}
			}
			if err != nil || strings.Join(got, " ") != test.want {
				t.Errorf("got %v, %v, want %s", stale, err, test.want)
			}
			locked, _ := lock(t, LockRequest{Project: p, Old: lockOf(test.lock...)})
			if stale, _ := Check(p, locked.Lock, system, nil); len(stale) != 0 {
				t.Errorf("stale after locking: %v", stale)
			}
		})
	}
}

func TestLockErrors(t *testing.T) {
	p := manifestProject(t, "[tools]\nnode = '99'\n")
	_, err := Lock(context.Background(), LockRequest{Project: p, System: system, Locker: newIndex()})
	var unmet *RequirementError
	if !errors.As(err, &unmet) || unmet.Requirement.Origin.Line != 2 {
		t.Errorf("got %v", err)
	}
	_, err = Lock(context.Background(), LockRequest{Project: p, System: system, Locker: newIndex(), Update: []string{"nod"}})
	var unknown *NotRequiredError
	if !errors.As(err, &unknown) || unknown.Hint() != "did you mean node?" {
		t.Errorf("got %v", err)
	}
}

func TestConflicts(t *testing.T) {
	p := load(t, tree(t, map[string]string{".nvmrc": "20", "package.json": `{"engines":{"node":">=22"}}`, "go.mod": "module x\ngo 1.24\ntoolchain go1.24.5\n"}))
	locked, _ := lock(t, LockRequest{Project: p})
	notes := p.Conflicts(locked.Tools)
	if len(notes) != 1 || notes[0].Text != "node here is 20.11.1; engines.node in package.json asks for >=22" || notes[0].At.Line != 1 {
		t.Errorf("%+v", notes)
	}
}
