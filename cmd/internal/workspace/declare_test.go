package workspace

import (
	"path/filepath"
	"syscall"
	"testing"

	"devenv/resolver/manifest"
)

func TestAddDoesNotWaitForAPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, manifest.Name), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := offline(t).Add(t.Context(), dir, []Spec{{Tool: "node", Constraint: "24"}}); err == nil {
		t.Error("a pipe was edited")
	}
}
