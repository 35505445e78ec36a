package eval_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"devenv/resolver/nixlang/dryhost"
	"devenv/resolver/nixlang/eval"
	"devenv/store/storepath"
)

// upstream names a checkout of Nix's tests/functional/lang; the tests are not
// part of this repository.
func upstream(t *testing.T) string {
	dir := os.Getenv("NIX_LANG_TESTS")
	if dir == "" {
		t.Skip("NIX_LANG_TESTS names no checkout of tests/functional/lang")
	}
	debug.SetMaxStack(4 << 30)
	return dir
}

// evaluate does what `nix-instantiate --eval --strict` would with the flags of
// a test.
func evaluate(dir, file, flags string, xml bool) (out, messages string, err error) {
	opts := eval.Options{
		System: "x86_64-linux", Home: "/fake-home", Features: map[string]bool{},
		Now: func() int64 { return 1 },
	}
	var said strings.Builder
	opts.Host = &dryhost.Host{
		Dir: storepath.Default, Show: func(s string) { said.WriteString(s + "\n") }, Embed: eval.CoreFiles(),
		Env: func(name string) string { return map[string]string{"TEST_VAR": "foo", "HOME": "/fake-home"}[name] },
	}
	attr := ""
	var argNames, argTexts []string
	words := strings.Fields(flags)
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "-A":
			attr = words[i+1]
			i++
		case "--arg", "--argstr":
			text := words[i+2]
			if words[i] == "--argstr" {
				text = `"` + text + `"`
			}
			argNames, argTexts = append(argNames, words[i+1]), append(argTexts, text)
			i += 2
		case "-I":
			prefix, path, named := strings.Cut(words[i+1], "=")
			if !named {
				prefix, path = "", words[i+1]
			}
			opts.SearchPath = append(opts.SearchPath, eval.SearchEntry{Prefix: prefix, Path: filepath.Join(filepath.Dir(dir), path)})
			i++
		case "--max-call-depth":
			_, _ = fmt.Sscan(words[i+1], &opts.MaxCallDepth)
		case "--extra-experimental-features":
			opts.Features[words[i+1]] = true
		case "--trace-verbose":
			opts.TraceVerbose = true
		}
	}
	for _, p := range []string{"dir3", "dir4"} {
		opts.SearchPath = append(opts.SearchPath, eval.SearchEntry{Path: filepath.Join(dir, p)})
	}
	ev := eval.New(opts)
	args := map[string]*eval.Value{}
	for i, name := range argNames {
		if args[name], err = ev.Expr("«arg»", argTexts[i], filepath.Dir(dir)); err != nil {
			return "", "", err
		}
	}
	v, err := ev.File(file)
	if err == nil {
		v, err = ev.Select(v, attr, args)
	}
	if err == nil && xml {
		out, err = ev.XML(v, true, false)
	} else if err == nil {
		out, err = ev.Print(v, true)
		out += "\n"
	}
	return out, said.String(), err
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

var lastError = regexp.MustCompile(`(?ms)^ *error: (.*?)(\n +at |\n\n|\z)`)

func TestUpstreamEvalFail(t *testing.T) {
	dir := upstream(t)
	files, _ := filepath.Glob(filepath.Join(dir, "eval-fail-*.nix"))
	passed := 0
	for _, file := range files {
		base := strings.TrimSuffix(file, ".nix")
		want, _ := os.ReadFile(base + ".err.exp")
		flags, _ := os.ReadFile(base + ".flags")
		_, _, err := evaluate(dir, file, string(flags), false)
		if err == nil {
			t.Errorf("%s: no error; want %.300s", filepath.Base(base), want)
			continue
		}
		all := lastError.FindAllStringSubmatch(string(want), -1)
		core := strings.Split(all[len(all)-1][1], "\n")[0]
		core = strings.ReplaceAll(core, "/pwd", filepath.Dir(dir))
		if !strings.Contains(err.Error(), core) {
			t.Errorf("%s:\n got %.300v\nwant %.300s", filepath.Base(base), err, core)
			continue
		}
		passed++
	}
	t.Logf("%d of %d pass", passed, len(files))
}
