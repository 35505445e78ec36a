//go:build upstream

// Held against trees that are fetched by hand: go test -tags upstream, with the
// directories in NIX_LANG_TESTS, NIX_PACKAGES, NIX_CORPUS and NIX_PARSED.

package eval_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

// upstream names a checkout of Nix's tests/functional/lang; the tests are not
// part of this repository.
func upstream(t *testing.T) string {
	dir := os.Getenv("NIX_LANG_TESTS")
	if dir == "" {
		t.Fatal("NIX_LANG_TESTS names no checkout of tests/functional/lang")
	}
	debug.SetMaxStack(4 << 30)
	return dir
}

// otherwise lists the tests whose outcome is not Nix's, with the reason.
var otherwise = map[string]string{
	"eval-fail-fetchTree-relative-path": "what fetches says so, and nothing is fetched here",
	"eval-fail-fromTOML-overflow":       "the message is that of a C++ library; ours has the line and the column",
	"eval-fail-fromTOML-underflow":      "the message is that of a C++ library; ours has the line and the column",
}

func TestUpstreamEvalOkay(t *testing.T) {
	dir := upstream(t)
	files, _ := filepath.Glob(filepath.Join(dir, "eval-okay-*.nix"))
	passed := 0
	for _, file := range files {
		base := strings.TrimSuffix(file, ".nix")
		want, err := os.ReadFile(base + ".exp")
		xml := err != nil
		if xml {
			if want, err = os.ReadFile(base + ".exp.xml"); err != nil {
				continue
			}
		}
		flags, _ := os.ReadFile(base + ".flags")
		got, _, err := evaluate(dir, file, string(flags), xml)
		switch {
		case otherwise[filepath.Base(base)] != "":
		case err != nil:
			t.Errorf("%s: %v", filepath.Base(base), err)
		case got != strings.ReplaceAll(string(want), "/pwd", filepath.Dir(dir)):
			t.Errorf("%s:\n got %.600s\nwant %.600s", filepath.Base(base), got, want)
		default:
			passed++
		}
	}
	t.Logf("%d of %d pass", passed, len(files))
}

// noise is what C++ libraries add to messages.
var noise = strings.NewReplacer("TOML: error: ", "TOML: ", "[json.exception.type_error.316] ", "")

var lastError = regexp.MustCompile(`(?ms)^ *error: (.*?)(\n +at |\n\n|\z)`)

func TestUpstreamEvalFail(t *testing.T) {
	dir := upstream(t)
	files, _ := filepath.Glob(filepath.Join(dir, "eval-fail-*.nix"))
	passed := 0
	for _, file := range files {
		base := strings.TrimSuffix(file, ".nix")
		want, _ := os.ReadFile(base + ".err.exp")
		flags, _ := os.ReadFile(base + ".flags")
		if otherwise[filepath.Base(base)] != "" {
			continue
		}
		_, _, err := evaluate(dir, file, string(flags), false)
		if err == nil {
			t.Errorf("%s: no error; want %.300s", filepath.Base(base), want)
			continue
		}
		all := lastError.FindAllStringSubmatch(string(want), -1)
		core := strings.Split(all[len(all)-1][1], "\n")[0]
		core = strings.ReplaceAll(core, "/pwd", filepath.Dir(dir))
		core = noise.Replace(core)
		if !strings.Contains(err.Error(), core) {
			t.Errorf("%s:\n got %.300v\nwant %.300s", filepath.Base(base), err, core)
			continue
		}
		passed++
	}
	t.Logf("%d of %d pass", passed, len(files))
}
