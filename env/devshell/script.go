package devshell

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Script returns text for bash that makes this shell of one that sources it, as
// that of "nix print-dev-env" does: all variables and functions, the shell's own
// PATH behind the new one, a temporary directory in the place of the build's,
// and at last shellHook. Where the text has the path of an output it gets that of
// a file called like the output in the directory outputs.
func (s *Shell) Script(outputs string) []byte {
	w := &scriptWriter{shell: s, paths: s.outputPaths(outputs)}
	w.line("unset shellHook")
	w.savePaths()
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		if !machines()[name] {
			w.variable(name, s.Variables[name].Kind == Exported)
		}
	}
	w.functions()
	for _, name := range searchPaths {
		w.line(name + `="$` + name + `${nix_saved_` + name + `:+:$nix_saved_` + name + `}"`)
	}
	w.line(`export NIX_BUILD_TOP="$(mktemp -d -t nix-shell.XXXXXX)"`)
	for _, name := range []string{"TMP", "TMPDIR", "TEMP", "TEMPDIR"} {
		w.line("export " + name + `="$NIX_BUILD_TOP"`)
	}
	w.attributeFiles()
	w.line(`eval "${shellHook:-}"`)
	return w.text.Bytes()
}

// attributeFiles writes the structured attributes to where the shell finds them:
// the build's files are gone.
func (w *scriptWriter) attributeFiles() {
	a := w.shell.Attributes
	if a == nil {
		return
	}
	for _, f := range []struct{ variable, name, text string }{
		{"NIX_ATTRS_SH_FILE", ".attrs.sh", a.Sh}, {"NIX_ATTRS_JSON_FILE", ".attrs.json", a.JSON},
	} {
		w.line("export " + f.variable + `="$NIX_BUILD_TOP/` + f.name + `"`)
		w.line(`printf '%s\n' ` + w.quote(f.text) + ` > "$` + f.variable + `"`)
	}
}

// searchPaths are the lists of directories to which those of the environment
// are added; all other variables are replaced.
var searchPaths = []string{"PATH", "XDG_DATA_DIRS"}

// machines are the variables that stay as they are on the machine: the build's
// say where it ran, or cannot be set.
var machines = set("BASHOPTS", "HOME", "NIX_BUILD_TOP", "NIX_ENFORCE_PURITY", "NIX_LOG_FD", "NIX_REMOTE", "PPID", "SHELLOPTS",
	"SSL_CERT_FILE", "TEMP", "TEMPDIR", "TERM", "TMP", "TMPDIR", "TZ", "UID")

// set makes a set of names when it is first asked for.
func set(names ...string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for _, name := range names {
			m[name] = true
		}
		return m
	})
}

// outputPaths replaces the paths of outputs by those of files in dir. Longer
// ones go first, so that none is taken for the beginning of another.
func (s *Shell) outputPaths(dir string) *strings.Replacer {
	to := map[string]string{}
	if v := s.Variables["outputs"]; v.Kind == Associative {
		for name, p := range v.Table {
			to[p] = dir + "/" + name
		}
	} else {
		names := strings.Fields(v.Value)
		if v.Kind == Array {
			names = v.List
		}
		for _, name := range names {
			to[s.Lookup(name)] = dir + "/" + name
		}
	}
	delete(to, "")
	var pairs []string
	for _, p := range slices.Backward(slices.Sorted(maps.Keys(to))) {
		pairs = append(pairs, p, to[p])
	}
	return strings.NewReplacer(pairs...)
}

// scriptWriter writes text for bash.
type scriptWriter struct {
	shell *Shell
	paths *strings.Replacer
	text  bytes.Buffer
}

func (w *scriptWriter) line(text string) { w.text.WriteString(text + "\n") }

// savePaths remembers the search paths of the shell that sources the text.
func (w *scriptWriter) savePaths() {
	for _, name := range searchPaths {
		w.line(name + "=${" + name + ":-}")
		w.line("nix_saved_" + name + `="$` + name + `"`)
	}
}

// variable sets a variable. Export says whether it goes to commands.
func (w *scriptWriter) variable(name string, export bool) {
	v := w.shell.Variables[name]
	switch v.Kind {
	case Array:
		w.text.WriteString("declare -a " + name + "=(")
		for _, value := range v.List {
			w.text.WriteString(w.quote(value) + " ")
		}
		w.line(")")
	case Associative:
		w.text.WriteString("declare -A " + name + "=(")
		for _, key := range slices.Sorted(maps.Keys(v.Table)) {
			w.text.WriteString("[" + w.quote(key) + "]=" + w.quote(v.Table[key]) + " ")
		}
		w.line(")")
	default:
		w.line(name + "=" + w.quote(v.Value))
		if export {
			w.line("export " + name)
		}
	}
}

func (w *scriptWriter) functions() {
	for _, name := range slices.Sorted(maps.Keys(w.shell.Functions)) {
		w.text.WriteString(name + " ()\n{\n")
		w.paths.WriteString(&w.text, w.shell.Functions[name]) //nolint:errcheck // a buffer takes all
		w.line("}")
	}
}

// quote returns a word whose value is s.
func (w *scriptWriter) quote(s string) string { return Quote(w.paths.Replace(s)) }

// Quote returns a word of shell text whose value is s.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
