package eval_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoldens evaluates testdata/*.nix; what is printed is in the .exp beside
// each, or the core of the error in the .err.
func TestGoldens(t *testing.T) {
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.nix"))
	if len(files) < 20 {
		t.Fatalf("%d goldens", len(files))
	}
	for _, file := range files {
		base := strings.TrimSuffix(file, ".nix")
		got, _, err := evaluate(dir, file, "", false)
		if want, readErr := os.ReadFile(base + ".err"); readErr == nil {
			if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(string(want))) {
				t.Errorf("%s: %v, not %s", filepath.Base(file), err, want)
			}
			continue
		}
		want, readErr := os.ReadFile(base + ".exp")
		if readErr != nil {
			t.Fatal(readErr)
		}
		if err != nil || got != string(want) {
			t.Errorf("%s:\n got %s %v\nwant %s", filepath.Base(file), got, err, want)
		}
	}
}

// TestGoldensBesideNix holds that nix-instantiate says what the goldens say.
func TestGoldensBesideNix(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix-instantiate is needed: apt-get install nix-bin")
		}
		t.Skip("no nix-instantiate")
	}
	files, _ := filepath.Glob("testdata/*.exp")
	for _, exp := range files {
		want, err := os.ReadFile(exp)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(nix, "--eval", "--strict", "--store", "dummy://", strings.TrimSuffix(exp, ".exp")+".nix")
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		got, err := cmd.Output()
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: nix-instantiate prints %s (%v)", exp, got, err)
		}
	}
}
