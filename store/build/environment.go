package build

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"devenv/store/derivation"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// environment is what a builder finds: its variables, and files in its
// directory. Placeholders in it are not replaced yet.
type environment struct {
	vars  map[string]string
	files map[string]string // by name in the directory
}

// environmentOf returns the environment of a job whose directory is dir. The
// variables are those of Nix, in the order in which it sets them: later ones win.
func (j *job) environmentOf(ctx context.Context, dir string) (*environment, error) {
	e := &environment{
		vars: map[string]string{
			"PATH":            "/path-not-set",
			"HOME":            "/homeless-shelter",
			"NIX_STORE":       string(j.b.Store.Dir()),
			"NIX_BUILD_CORES": strconv.Itoa(j.b.Cores),
		},
		files: map[string]string{},
	}
	var err error
	if j.attrs.structured != nil {
		err = j.addStructured(ctx, e, dir)
	} else {
		err = j.addPlain(ctx, e, dir)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"NIX_BUILD_TOP", "TMPDIR", "TEMPDIR", "TMP", "TEMP", "PWD"} {
		e.vars[name] = dir
	}
	if j.kind == derivation.Fixed {
		e.vars["NIX_OUTPUT_CHECKED"] = "1"
	}
	if j.networked() && j.b.Getenv != nil {
		for _, name := range j.attrs.impureEnv {
			e.vars[name] = j.b.Getenv(name)
		}
	}
	e.vars["NIX_LOG_FD"] = "2"
	e.vars["TERM"] = "xterm-256color"
	return e, nil
}

// addPlain adds the derivation's own variables, those of passAsFile as files.
func (j *job) addPlain(ctx context.Context, e *environment, dir string) error {
	for _, v := range j.drv.Env {
		if !j.attrs.asFile[v.Name] {
			e.vars[v.Name] = v.Value
			continue
		}
		sum := nixhash.NewHasher(nixhash.SHA256)
		sum.Write([]byte(v.Name))
		file := ".attr-" + sum.Sum().Nix32()
		e.vars[v.Name+"Path"] = dir + "/" + file
		e.files[file] = v.Value
	}
	for _, name := range slices.Sorted(maps.Keys(j.attrs.graphs)) {
		graph, err := j.graph(ctx, j.attrs.graphs[name])
		if err != nil {
			return err
		}
		e.files[name] = registration(j.b.Store.Dir(), graph)
	}
	return nil
}

// addStructured adds the structured attributes as .attrs.json and .attrs.sh.
func (j *job) addStructured(ctx context.Context, e *environment, dir string) error {
	attrs := maps.Clone(j.attrs.structured)
	outputs := map[string]any{}
	for i := range j.drv.Outputs {
		outputs[j.drv.Outputs[i].Name] = derivation.Placeholder(j.drv.Outputs[i].Name)
	}
	attrs["outputs"] = outputs
	for name, paths := range j.attrs.graphs {
		graph, err := j.graph(ctx, paths)
		if err != nil {
			return err
		}
		if attrs[name], err = j.describe(ctx, graph); err != nil {
			return err
		}
	}
	e.files[".attrs.sh"] = shellText(attrs)
	e.files[".attrs.json"] = string(appendJSON(nil, attrs))
	e.vars["NIX_ATTRS_SH_FILE"] = dir + "/.attrs.sh"
	e.vars["NIX_ATTRS_JSON_FILE"] = dir + "/.attrs.json"
	return nil
}

// graph returns the closure of paths for exportReferencesGraph. With a
// derivation it has what that one makes.
func (j *job) graph(ctx context.Context, paths []storepath.Path) (closure, error) {
	for _, p := range paths {
		if _, ok := j.inputs[p]; !ok {
			return nil, &Error{Status: InputRejected, Drv: j.path, Msg: fmt.Sprintf("the references of %s cannot be exported: it is not among what the build needs", p.Base())}
		}
	}
	graph := closure{}
	if err := j.b.known.closure(ctx, graph, paths...); err != nil {
		return nil, err
	}
	for _, p := range graph.sorted() {
		if !strings.HasSuffix(p.Name(), derivation.Extension) {
			continue
		}
		d, err := j.b.drvs.read(p)
		if err != nil {
			return nil, err
		}
		for i := range d.Outputs {
			out, err := d.Outputs[i].KnownPath(j.b.Store.Dir(), d.Name)
			if err != nil {
				return nil, err
			}
			if out.IsZero() {
				return nil, fmt.Errorf("exportReferencesGraph of %s: the path of its output %q is not known before it is built", p.Base(), d.Outputs[i].Name)
			}
			if err := j.b.known.closure(ctx, graph, out); err != nil {
				return nil, err
			}
		}
	}
	return graph, nil
}

// registration describes a closure in the text form that nix-store
// --load-db reads, without hashes and derivers.
func registration(dir storepath.Dir, graph closure) string {
	var b strings.Builder
	for _, p := range graph.sorted() {
		refs := graph[p].References
		fmt.Fprintf(&b, "%s\n\n%d\n", dir.Join(p), len(refs))
		for _, ref := range refs {
			b.WriteString(dir.Join(ref) + "\n")
		}
	}
	return b.String()
}

// describe describes a closure as JSON.
func (j *job) describe(ctx context.Context, graph closure) (any, error) {
	dir := j.b.Store.Dir()
	list := []any{}
	for _, p := range graph.sorted() {
		info := graph[p]
		refs := []any{}
		for _, ref := range info.References {
			refs = append(refs, dir.Join(ref))
		}
		whole := closure{}
		if err := j.b.known.closure(ctx, whole, p); err != nil {
			return nil, err
		}
		node := map[string]any{
			"path": dir.Join(p), "valid": true, "references": refs,
			"narHash": info.NarHash.String(), "narSize": info.NarSize, "closureSize": whole.size(),
		}
		if !info.CA.IsZero() {
			node["ca"] = info.CA.String()
		}
		list = append(list, node)
	}
	return list, nil
}

// list returns the variables as a process gets them, sorted.
func (e *environment) list() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(e.vars)) {
		list = append(list, name+"="+e.vars[name])
	}
	return list
}
