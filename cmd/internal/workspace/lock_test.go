package workspace

import (
	"os"
	"path/filepath"
	"testing"

	"devenv/lockfile"
)

// A cloned repository chooses where its links lead.
func TestLockIsNotWrittenOutOfTheProject(t *testing.T) {
	for _, x := range []struct {
		name, target string
		exists, ok   bool
	}{
		{"to nothing outside", "../../.bash_profile", false, false},
		{"to another project's", "../other/devenv.lock", true, false},
		{"to nothing inside", "locks/devenv.lock", false, false},
		{"inside", "locks/devenv.lock", true, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			top := t.TempDir()
			project := filepath.Join(top, "a", "project")
			target := filepath.Join(project, x.target)
			for _, dir := range []string{project, filepath.Dir(target)} {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			old := "{}"
			if x.exists {
				if err := os.WriteFile(target, []byte(old), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(project, "devenv.lock")
			if err := os.Symlink(x.target, path); err != nil {
				t.Fatal(err)
			}
			err := writeLock(path, lockfile.New())
			if (err == nil) != x.ok {
				t.Fatalf("%v", err)
			}
			data, err := os.ReadFile(target)
			if changed := err == nil && string(data) != old; changed != x.ok {
				t.Errorf("%q, %v", data, err)
			}
		})
	}
}
