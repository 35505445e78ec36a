package eval_test

import (
	"fmt"
	"path/filepath"
	"strings"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// evaluate does what `nix-instantiate --eval --strict` would with the flags of
// a test.
func evaluate(dir, file, flags string, xml bool) (out, messages string, err error) {
	opts := eval.Options{
		System: "x86_64-linux", Home: "/fake-home", Features: map[string]bool{},
		Now: func() int64 { return 1 },
	}
	var said strings.Builder
	opts.Host = host.New(host.Options{
		Fetcher: &flakeRefs{},
		Show:    func(s string) { said.WriteString(s + "\n") },
		Env:     func(name string) string { return map[string]string{"TEST_VAR": "foo", "HOME": "/fake-home"}[name] },
	})
	opts.Cwd = filepath.Dir(dir)
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
			opts.SearchPath = append(opts.SearchPath, eval.ParseSearchEntry(words[i+1]))
			i++
		case "--lint-absolute-path-literals":
			opts.Lints.AbsolutePaths, err = eval.ParseLevel(words[i+1])
		case "--lint-short-path-literals":
			opts.Lints.ShortPaths, err = eval.ParseLevel(words[i+1])
		case "--lint-url-literals":
			opts.Lints.URLs, err = eval.ParseLevel(words[i+1])
		case "--max-call-depth":
			_, _ = fmt.Sscan(words[i+1], &opts.MaxCallDepth)
		case "--extra-experimental-features":
			opts.Features[words[i+1]] = true
		case "--trace-verbose":
			opts.TraceVerbose = true
		}
	}
	if err != nil {
		return "", "", err
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
