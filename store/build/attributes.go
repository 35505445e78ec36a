package build

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// attributes are what a derivation asks of its builder, beside running it. They
// come from the environment, or from the structured attributes if it has them.
// See "Advanced Attributes" in the Nix manual.
type attributes struct {
	structured map[string]any // nil if it has none

	checks       *checks            // of every output, without structured attributes
	perOutput    map[string]*checks // with them
	discard      map[string]bool    // unsafeDiscardReferences, by output
	asFile       map[string]bool    // passAsFile
	graphs       map[string][]storepath.Path
	noChroot     bool // __noChroot
	preferLocal  bool // preferLocalBuild
	noSubstitute bool // allowSubstitutes is false
	impureEnv    []string
	features     []string // requiredSystemFeatures
}

// checks are what an output must not be.
type checks struct {
	ignoreSelf                                 bool // a path is not among its own requisites
	maxSize, maxClosureSize                    *int64
	allowedReferences, allowedRequisites       *[]string // nil allows all; paths and names of outputs
	disallowedReferences, disallowedRequisites []string
}

// readAttributes returns what d asks for. Its errors name the attribute.
func readAttributes(dir storepath.Dir, d *derivation.Derivation) (*attributes, error) {
	a := &attributes{asFile: map[string]bool{}, graphs: map[string][]storepath.Path{}}
	text, structured := d.Lookup(derivation.StructuredAttrs)
	r := &attributeReader{dir: dir, drv: d}
	if structured {
		var err error
		if a.structured, err = parseObject(text); err != nil {
			return nil, fmt.Errorf("structured attributes: %w", err)
		}
		r.attrs = a.structured
	}
	a.noChroot = r.flag("__noChroot", false)
	a.preferLocal = r.flag("preferLocalBuild", false)
	a.noSubstitute = !r.flag("allowSubstitutes", true)
	a.impureEnv = r.list("impureEnvVars")
	a.features = r.list("requiredSystemFeatures")
	if structured {
		r.structuredChecks(a)
		r.structuredGraphs(a)
	} else {
		r.plainChecks(a)
		r.plainGraphs(a)
		for _, name := range r.list("passAsFile") {
			a.asFile[name] = true
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return a, nil
}

// attributeReader reads attributes and keeps the first error.
type attributeReader struct {
	dir   storepath.Dir
	drv   *derivation.Derivation
	attrs map[string]any // nil: they are in the environment
	err   error
}

func (r *attributeReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// flag reads a truth value: "1" in the environment.
func (r *attributeReader) flag(name string, def bool) bool {
	if r.attrs == nil {
		if value, ok := r.drv.Lookup(name); ok {
			return value == "1"
		}
		return def
	}
	switch value := r.attrs[name].(type) {
	case nil:
		if _, null := r.attrs[name]; null {
			r.fail("attribute %q is null, not a truth value", name)
		}
	case bool:
		return value
	default:
		r.fail("attribute %q is not a truth value", name)
	}
	return def
}

// list reads a list of words.
func (r *attributeReader) list(name string) []string {
	if r.attrs == nil {
		value, _ := r.drv.Lookup(name)
		return strings.FieldsFunc(value, isBlank)
	}
	value, ok := r.attrs[name]
	if !ok {
		return nil
	}
	return r.strings(name, value)
}

// isBlank reports whether r separates words in attributes.
func isBlank(r rune) bool { return strings.ContainsRune(" \t\n\r", r) }

// strings reads a list of strings.
func (r *attributeReader) strings(name string, value any) []string {
	list, ok := value.([]any)
	if !ok {
		r.fail("attribute %q is not a list", name)
	}
	words := []string{}
	for _, v := range list {
		word, ok := v.(string)
		if !ok {
			r.fail("attribute %q has an element that is not a string", name)
		}
		words = append(words, word)
	}
	return words
}

func (r *attributeReader) plainChecks(a *attributes) {
	allowed := func(name string) *[]string {
		if _, ok := r.drv.Lookup(name); !ok {
			return nil
		}
		list := r.list(name)
		return &list
	}
	a.checks = &checks{
		ignoreSelf:           true,
		allowedReferences:    allowed("allowedReferences"),
		allowedRequisites:    allowed("allowedRequisites"),
		disallowedReferences: r.list("disallowedReferences"),
		disallowedRequisites: r.list("disallowedRequisites"),
	}
}

func (r *attributeReader) structuredChecks(a *attributes) {
	a.perOutput, a.discard = map[string]*checks{}, map[string]bool{}
	for name, value := range r.object(r.attrs, "outputChecks") {
		attrs, ok := value.(map[string]any)
		if !ok {
			r.fail("attribute \"outputChecks\": that of output %q is not a set", name)
		}
		c := &checks{maxSize: r.size(attrs, "maxSize"), maxClosureSize: r.size(attrs, "maxClosureSize")}
		for key, list := range map[string]*[]string{"disallowedReferences": &c.disallowedReferences, "disallowedRequisites": &c.disallowedRequisites} {
			if v, ok := attrs[key]; ok {
				*list = r.strings("outputChecks."+name+"."+key, v)
			}
		}
		for key, list := range map[string]**[]string{"allowedReferences": &c.allowedReferences, "allowedRequisites": &c.allowedRequisites} {
			if v, ok := attrs[key]; ok {
				words := r.strings("outputChecks."+name+"."+key, v)
				*list = &words
			}
		}
		a.perOutput[name] = c
	}
	for name, value := range r.object(r.attrs, "unsafeDiscardReferences") {
		discard, ok := value.(bool)
		if !ok {
			r.fail("attribute \"unsafeDiscardReferences\": that of output %q is not a truth value", name)
		}
		a.discard[name] = discard
	}
}

func (r *attributeReader) object(attrs map[string]any, name string) map[string]any {
	value, ok := attrs[name]
	if !ok {
		return nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		r.fail("attribute %q is not a set", name)
	}
	return object
}

func (r *attributeReader) size(attrs map[string]any, name string) *int64 {
	value, ok := attrs[name]
	if !ok {
		return nil
	}
	size, ok := value.(int64)
	if !ok || size < 0 {
		r.fail("attribute %q is not a number of bytes", name)
	}
	return &size
}

// graphFile is what the name of a file of exportReferencesGraph is.
var graphFile = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
})

func (r *attributeReader) plainGraphs(a *attributes) {
	words := r.list("exportReferencesGraph")
	if len(words)%2 != 0 {
		r.fail("attribute \"exportReferencesGraph\" has %d words: it takes pairs of a file name and a store path", len(words))
		return
	}
	for i := 0; i < len(words); i += 2 {
		if !graphFile().MatchString(words[i]) {
			r.fail("attribute \"exportReferencesGraph\": %q is no name for a file", words[i])
			return
		}
		a.graphs[words[i]] = r.paths(words[i+1])
	}
}

func (r *attributeReader) structuredGraphs(a *attributes) {
	graphs, ok := r.attrs["exportReferencesGraph"].(map[string]any)
	if !ok {
		return // as Nix does, which takes no other form
	}
	for _, name := range slices.Sorted(maps.Keys(graphs)) {
		a.graphs[name] = r.paths(r.flatten(graphs[name])...)
	}
}

// flatten returns the strings in lists of lists.
func (r *attributeReader) flatten(value any) (words []string) {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, v := range value {
			words = append(words, r.flatten(v)...)
		}
		return words
	}
	r.fail("attribute \"exportReferencesGraph\" has an element that is neither a string nor a list")
	return nil
}

// paths returns the store objects that files belong to.
func (r *attributeReader) paths(files ...string) (paths []storepath.Path) {
	for _, file := range files {
		p, _, err := r.dir.ParseInside(file)
		if err != nil {
			r.fail("attribute \"exportReferencesGraph\": %w", err)
			return nil
		}
		paths = append(paths, p)
	}
	return paths
}
