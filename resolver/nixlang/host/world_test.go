package host_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

func TestMounts(t *testing.T) {
	const source = "/nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-source"
	dir := project(t, map[string]string{
		"default.nix":     `{ a = import ./lib; b = import ./up/lib/x.nix; c = builtins.readFile ./abs; d = toString ./.; e = builtins.readDir ./lib; }`,
		"lib/default.nix": "import ./x.nix", "lib/x.nix": "toString ./.",
		"up": "-> lib/..", "abs": "-> " + source + "/lib/text", "lib/text": "hello",
	})
	h := host.New(host.Options{Mounts: []host.Mount{{At: source, Dir: dir, Immutable: true}}, Mode: host.Pure, Record: true})
	got, err := evaluate(t, h, source)
	want := `{ a = "S/lib"; b = "S/up/lib"; c = "hello"; d = "S"; e = { "default.nix" = "regular"; text = "regular"; "x.nix" = "regular"; }; }`
	if err != nil || strings.ReplaceAll(got, source, "S") != want {
		t.Errorf("%s %v", got, err)
	}
	items := h.Reads()
	if len(items) != 1 || items[0].Kind != host.Object || items[0].Name != source {
		t.Errorf("the read set of what never changes is %v", items)
	}
	if item, changed := h.Changed(items, nil); changed {
		t.Errorf("%s has changed", item)
	}
}

func TestPurity(t *testing.T) {
	outside := project(t, map[string]string{"secret": "secret", "x.nix": "1"})
	dir := project(t, map[string]string{
		"in": "-> file", "file": "in", "out": "-> " + outside + "/secret", "up": "-> " + outside, "round": "-> round",
	})
	for _, c := range []struct{ name, expr, want string }{
		{"inside", `builtins.readFile ./in`, ""},
		{"an absolute path inside", `builtins.readFile ` + dir + `/file`, ""},
		{"an absolute path outside", `builtins.readFile ` + outside + `/secret`, "forbidden in pure evaluation mode"},
		{"a link to outside", `builtins.readFile ./out`, "forbidden in pure evaluation mode"},
		{"a directory that is a link", `import ./up/x.nix`, "forbidden in pure evaluation mode"},
		{"copying a link's target", `builtins.path { path = ./out; }`, "forbidden in pure evaluation mode"},
		{"whether it is there", `assert !builtins.pathExists ` + outside + `/secret; 1`, ""},
		{"a circle", `builtins.readFile ./round`, "too many symbolic links"},
		{"/etc", `builtins.readDir /etc`, "forbidden"},
		{"storePath", `builtins.storePath /nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-a`, "not allowed in pure evaluation mode"},
		{"search path", `<nixpkgs>`, "cannot look up '<nixpkgs>' in pure evaluation mode"},
		{"home", `~/x`, "pure mode"},
		{"environment", `assert builtins.getEnv "HOME" == ""; 1`, ""},
		{"system", `builtins.currentSystem`, "'currentSystem' missing"},
		{"time", `builtins.currentTime`, "'currentTime' missing"},
		{"fetch", `fetchTarball "https://example.invalid/x.tar"`, "requires a 'sha256' argument"},
	} {
		h := host.New(host.Options{Mode: host.Pure, Allowed: []string{dir}, Env: func(string) string { return "set" }})
		ev := eval.New(eval.Options{Host: h, Pure: true, System: "x86_64-linux", Home: "/home/u"})
		v, err := ev.Expr("«test»", c.expr, dir)
		if err == nil {
			_, err = ev.Print(v, true)
		}
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.name, err, c.want)
		}
		var hinted interface{ Hint() string }
		if c.want != "" && strings.Contains(c.want, "pure evaluation") && (!errors.As(err, &hinted) || hinted.Hint() == "") {
			t.Errorf("%s: %v has no hint", c.name, err)
		}
	}
}

func TestRestrictedURIs(t *testing.T) {
	dir := project(t, map[string]string{"f": ""})
	h := host.New(host.Options{Mode: host.Restricted, Allowed: []string{dir}, AllowedURIs: []string{"https://github.com/a", "github:", "https://x.org/"}})
	for uri, want := range map[string]bool{
		"https://github.com/a": true, "https://github.com/a/b": true, "https://github.com/ab": false, "https://github.co": false,
		"github:a/b": true, "gitlab:a/b": false, "https://x.org/y": true, "file://" + dir + "/f": true, "file:///etc/passwd": false, "/etc": false,
	} {
		if err := h.CheckURI(uri); (err == nil) != want {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// TestEndless holds that what is no file, or has no end, is an error.
func TestEndless(t *testing.T) {
	dir := project(t, map[string]string{"long": strings.Repeat("x", 2000)})
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	h := host.New(host.Options{MaxFile: 1000})
	for _, path := range []string{"/dev/zero", pipe, dir, filepath.Join(dir, "long")} {
		if _, err := h.ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Stat("/proc/self/status"); err == nil {
		if text, err := host.New(host.Options{}).ReadFile("/proc/self/status"); err != nil || len(text) == 0 {
			t.Errorf("a file that says it is empty and is not: %d bytes, %v", len(text), err)
		}
	}
}
