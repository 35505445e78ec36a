package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// workload is a file to evaluate; known says that it imports files that a cache
// may know.
type workload struct {
	name, file string
	flags      []string
	known      bool
}

// workloads writes the files that are evaluated: a number, all texts of a
// package set in one, one of its packages, and all that can be evaluated.
func (s *site) workloads(ctx context.Context, o languageOptions) ([]workload, error) {
	texts := map[string]string{"one": "1"}
	works := []workload{{name: "`1`", file: "one"}}
	if o.packages != "" {
		set := "import " + o.packages + ` { system = "x86_64-linux"; }`
		all, err := allTexts(o.packages)
		if err != nil {
			return nil, err
		}
		names, err := derivations(ctx, set)
		if err != nil {
			return nil, err
		}
		list, err := json.Marshal(names)
		if err != nil {
			return nil, err
		}
		texts["texts"], texts["package"] = all, "("+set+")."+o.attr+".drvPath"
		texts["names.json"] = string(list)
		texts["all"] = "let p = " + set + "; in builtins.listToAttrs (map (n: { name = n; value = p.${n}.drvPath; }) (builtins.fromJSON (builtins.readFile ./names.json)))"
		works = append(works,
			workload{name: fmt.Sprintf("parsing %.1f MB in one file", float64(len(all))/1e6), file: "texts"},
			workload{name: o.attr + ".drvPath", file: "package", known: true},
			workload{name: fmt.Sprintf("%d drvPaths", len(names)), file: "all", flags: []string{"--strict", "--json"}, known: true},
		)
	}
	for name, text := range texts {
		if err := write(s.path("nix", name), text); err != nil {
			return nil, err
		}
	}
	forgetPeak()
	for i := range works {
		works[i].file = s.path("nix", works[i].file)
	}
	return works, nil
}

// allTexts returns an expression: the length of a list of all expressions of a
// directory.
func allTexts(dir string) (string, error) {
	var b strings.Builder
	ev := eval.New(eval.Options{Host: host.New(host.Options{})})
	b.WriteString("builtins.length [\n")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".nix") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := ev.Expr(path, string(text), dir); err == nil {
			fmt.Fprintf(&b, "(\n%s\n)\n", text)
		}
		return nil
	})
	return b.String() + "]\n", err
}

// derivations lists the attributes of a set that are derivations, as far as they
// can be evaluated.
func derivations(ctx context.Context, set string) ([]string, error) {
	debug.SetMaxStack(4 << 30)
	world := host.New(host.Options{})
	ev := eval.New(eval.Options{Host: world, System: "x86_64-linux"})
	defer context.AfterFunc(ctx, ev.Interrupt)()
	v, err := ev.Expr("names", "builtins.attrNames ("+set+")", "/")
	if err != nil {
		return nil, err
	}
	text, err := ev.JSON(v)
	if err != nil {
		return nil, err
	}
	var names, good []string
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, err
	}
	paths, err := ev.Expr("paths", "let p = "+set+"; in map (n: p.${n}.drvPath) (builtins.attrNames p)", "/")
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		v, err := ev.Select(paths, strconv.Itoa(i), nil)
		if err == nil {
			_, err = ev.Raw(v)
		}
		if err == nil {
			good = append(good, name)
		}
	}
	return good, ctx.Err()
}
