package lockfile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// run runs a program in dir, with a home and a store of its own.
func run(t *testing.T, home, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, ".cache"), "NIX_CONFIG=experimental-features = nix-command flakes\nflake-registry =\nstore = "+filepath.Join(home, ".store"),
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b", "GIT_CONFIG_NOSYSTEM=1")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestBytesAsNix has real Nix lock flakes, and prints the same bytes.
func TestBytesAsNix(t *testing.T) {
	for _, program := range []string{"nix", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed", program)
			}
			t.Skipf("%s is not installed", program)
		}
	}
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(home, name) }
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", home).Run() })
	odd := at("wéird \"quoted\" \\ tab\t 日本 \x01 \x1f \x7f \u2028 😀 <&>")
	write(t, filepath.Join(odd, "flake.nix"), `{ outputs = x: {}; }`)
	write(t, at("tree/data"), "data")
	write(t, at("leaf/flake.nix"), `{ outputs = x: {}; }`)
	write(t, at("git/flake.nix"), fmt.Sprintf(`{ inputs.leaf.url = "path:%s"; outputs = x: {}; }`, at("leaf")))
	run(t, home, at("git"), "git", "init", "-q", "-b", "main")
	run(t, home, at("git"), "git", "add", ".")
	run(t, home, at("git"), "git", "commit", "-q", "-m", "one")
	write(t, at("middle/flake.nix"), fmt.Sprintf(`{
		inputs.leaf.url = "path:%s"; inputs.other.url = "git+file://%s"; inputs.other.inputs.leaf.follows = "leaf";
		outputs = x: {}; }`, at("leaf"), at("git")))

	for name, inputs := range map[string]string{
		"none":    ``,
		"path":    fmt.Sprintf(`inputs.leaf.url = "path:%s";`, at("leaf")),
		"git":     fmt.Sprintf(`inputs.g.url = "git+file://%s?ref=main";`, at("git")),
		"tree":    fmt.Sprintf(`inputs.tree = { url = "path:%s"; flake = false; };`, at("tree")),
		"odd":     fmt.Sprintf("inputs.odd = { type = \"path\"; path = %s; };", nixString(odd)),
		"numbers": fmt.Sprintf(`inputs.a.url = "path:%[1]s"; inputs.b.url = "path:%[1]s"; inputs.leaf.url = "path:%[2]s";`, at("middle"), at("leaf")),
		"follows": fmt.Sprintf(`inputs.m = { url = "path:%s"; inputs.leaf.follows = "leaf"; inputs.other.follows = "g"; };
			inputs.leaf.url = "path:%s"; inputs.g.url = "git+file://%s"; inputs.deep.follows = "m/other";`, at("middle"), at("leaf"), at("git")),
		"self": fmt.Sprintf(`inputs.m = { url = "path:%s"; inputs.leaf.follows = ""; };`, at("middle")),
	} {
		t.Run(name, func(t *testing.T) {
			dir := at("flake-" + name)
			write(t, filepath.Join(dir, "flake.nix"), "{ "+inputs+" outputs = x: {}; }")
			run(t, home, home, "nix", "flake", "lock", "path:"+dir)
			path := filepath.Join(dir, "flake.lock")
			want, err := os.ReadFile(path)
			if os.IsNotExist(err) && name == "none" {
				want = New().Bytes() // Nix writes no lock without inputs
				write(t, path, string(want))
				run(t, home, home, "nix", "flake", "metadata", "path:"+dir)
			} else if err != nil {
				t.Fatal(err)
			}
			lock, err := Parse(want, path)
			if err != nil {
				t.Fatal(err)
			}
			if got := lock.Bytes(); string(got) != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// nixString is s as a Nix string.
func nixString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`).Replace(s) + `"`
}
