package workspace

import (
	"os"
	"path/filepath"
	"testing"

	"devenv/env"
)

// offline is a workspace with a home of its own and no network.
func offline(t *testing.T) *Workspace {
	t.Helper()
	home := t.TempDir()
	w, err := New(Options{
		Getenv:  func(name string) string { return map[string]string{"HOME": home}[name] },
		Offline: true, Self: "/bin/devenv",
		Notice: func(string, ...any) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// What an outer layer has is enough for a soft requirement, until it has
// something else.
func TestOuterToolsAreWatched(t *testing.T) {
	w, outer := offline(t), t.TempDir()
	inner := filepath.Join(outer, "inner")
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inner, "package.json"), []byte(`{"engines": {"node": ">=20"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	publish := func(version string) {
		t.Helper()
		b, err := w.tree().Lock(t.Context(), outer)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		snapshot := env.Snapshot{Dir: outer, Label: "node " + version}
		if _, err := b.Publish(t.Context(), env.Result{Snapshot: &snapshot, Status: env.OK, Tools: []env.Tool{{Name: "node", Version: version}}}); err != nil {
			t.Fatal(err)
		}
	}
	bring := func() error {
		w.files = nil
		_, err := w.bring(t.Context(), inner, []string{outer}, explicit)
		return err
	}
	decide := func() env.Decision {
		root, err := w.layout.Root(inner)
		if err != nil {
			t.Fatal(err)
		}
		state, err := root.ReadState()
		if err != nil {
			t.Fatal(err)
		}
		return env.Decide(&state, w.engine(), w.lookup)
	}
	publish("22.9.0")
	if err := bring(); err != nil {
		t.Fatal(err)
	}
	publish("22.9.0") // the same tools
	if d := decide(); d.Action == env.Rebuild {
		t.Errorf("nothing has changed: %v", d.Why)
	}
	publish("18.1.0")
	d := decide()
	if d.Action != env.Rebuild {
		t.Fatal("the inner project goes on without a node that fits")
	}
	if got, want := w.because(d.Why), "the tools of "+outer+" changed"; got != want {
		t.Errorf("%q", got)
	}
	if bring() == nil {
		t.Error("it is content with a node that does not fit")
	}
}
