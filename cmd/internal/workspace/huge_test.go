package workspace

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"devenv/env"
	"devenv/resolver"
)

// A file that is too large to be read looks unchanged as long as it is: else
// every prompt would have it hashed and its project built again.
func TestHugeFileIsUnchanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "package.json")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(1 << 36); err != nil { // sparse; to hash it takes minutes
		t.Fatal(err)
	}
	f.Close()
	if env.MaxRead != resolver.MaxFile+1 {
		t.Fatal("env and resolver do not read the same bytes")
	}
	project, err := resolver.NewReader(resolver.Options{StateLock: func(string) string { return filepath.Join(t.TempDir(), "lock") }}).Load(filepath.Dir(path))
	if err == nil {
		t.Fatal("it was read")
	}
	unset := func(string) (string, bool) { return "", false }
	inputs := env.Observe("", reads(project), nil, unset, time.Now().Add(time.Hour))
	if d := env.Decide(&env.State{Inputs: inputs}, "", unset); d.Action != env.Unchanged {
		t.Errorf("%+v", d)
	}
}
