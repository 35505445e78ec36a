package derivation

import (
	"cmp"
	"slices"
	"strings"

	"devenv/store/storepath"
)

// Extension ends the name of every .drv file.
const Extension = ".drv"

// StructuredAttrs is the environment variable that holds a derivation's
// structured attributes as a JSON object.
const StructuredAttrs = "__json"

// Derivation is one build recipe. Its lists are sets and maps in sorted order
// without repetitions, except Args; [Derivation.Sort] makes them so. Strings
// may hold any bytes.
type Derivation struct {
	Name      string           // without the extension
	Outputs   []Output         // by name
	InputDrvs []Input          // by path
	InputSrcs []storepath.Path // by path
	System    string           // for example "x86_64-linux", or "builtin"
	Builder   string           // a path, or "builtin:" and a name
	Args      []string
	Env       []Var // by name, the structured attributes among them
}

// Input is a derivation that must be built first, and which outputs are used.
type Input struct {
	Path    storepath.Path
	Outputs []string // by name
	// Dynamic are uses of outputs that are .drv files themselves, by output.
	Dynamic []DynamicInput
}

// DynamicInput stands for the outputs of a derivation that an output is.
type DynamicInput struct {
	Output  string   // the output that is a .drv file
	Outputs []string // of that derivation, by name
	Dynamic []DynamicInput
}

// Var is a variable of the builder's environment.
type Var struct{ Name, Value string }

// Sort puts d's lists in order. Repeated input derivations are merged, and of
// repeated outputs, sources and variables the first stays.
func (d *Derivation) Sort() {
	d.Outputs = sortedSet(d.Outputs, func(a, b Output) int { return strings.Compare(a.Name, b.Name) })
	d.Env = sortedSet(d.Env, func(a, b Var) int { return strings.Compare(a.Name, b.Name) })
	d.InputSrcs = sortedSet(d.InputSrcs, storepath.Compare)

	byPath := func(a, b Input) int { return storepath.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(d.InputDrvs, byPath) {
		slices.SortStableFunc(d.InputDrvs, byPath)
	}
	merged := d.InputDrvs[:0]
	for _, in := range d.InputDrvs {
		if last := len(merged) - 1; last >= 0 && merged[last].Path == in.Path {
			merged[last].Outputs = append(slices.Clip(merged[last].Outputs), in.Outputs...)
			merged[last].Dynamic = append(slices.Clip(merged[last].Dynamic), in.Dynamic...)
		} else {
			merged = append(merged, in)
		}
	}
	for i := range merged {
		merged[i].Outputs = sortedSet(merged[i].Outputs, strings.Compare)
		merged[i].Dynamic = sortedDynamic(merged[i].Dynamic)
	}
	d.InputDrvs = merged
}

// sortedDynamic sorts and merges as [Derivation.Sort] does.
func sortedDynamic(inputs []DynamicInput) []DynamicInput {
	slices.SortStableFunc(inputs, func(a, b DynamicInput) int { return cmp.Compare(a.Output, b.Output) })
	merged := inputs[:0]
	for _, in := range inputs {
		if last := len(merged) - 1; last >= 0 && merged[last].Output == in.Output {
			merged[last].Outputs = append(slices.Clip(merged[last].Outputs), in.Outputs...)
			merged[last].Dynamic = append(slices.Clip(merged[last].Dynamic), in.Dynamic...)
		} else {
			merged = append(merged, in)
		}
	}
	for i := range merged {
		merged[i].Outputs = sortedSet(merged[i].Outputs, strings.Compare)
		merged[i].Dynamic = sortedDynamic(merged[i].Dynamic)
	}
	return merged
}

// sortedSet sorts list in place and drops all but the first of equal elements.
func sortedSet[T any](list []T, compare func(a, b T) int) []T {
	if !slices.IsSortedFunc(list, compare) {
		slices.SortStableFunc(list, compare)
	}
	return slices.CompactFunc(list, func(a, b T) bool { return compare(a, b) == 0 })
}

// Lookup returns the value of the environment variable called name, and whether
// there is one.
func (d *Derivation) Lookup(name string) (string, bool) {
	if i, found := d.findVar(name); found {
		return d.Env[i].Value, true
	}
	return "", false
}

// SetEnv sets an environment variable.
func (d *Derivation) SetEnv(name, value string) {
	i, found := d.findVar(name)
	if found {
		d.Env[i].Value = value
	} else {
		d.Env = slices.Insert(d.Env, i, Var{name, value})
	}
}

func (d *Derivation) findVar(name string) (int, bool) {
	return slices.BinarySearchFunc(d.Env, name, func(v Var, name string) int { return strings.Compare(v.Name, name) })
}

// Output returns the output called name, or nil.
func (d *Derivation) Output(name string) *Output {
	for i := range d.Outputs {
		if d.Outputs[i].Name == name {
			return &d.Outputs[i]
		}
	}
	return nil
}

// References returns the paths that d's .drv file refers to, sorted: its input
// derivations and its sources.
func (d *Derivation) References() []storepath.Path {
	return d.appendReferences(make([]storepath.Path, 0, len(d.InputDrvs)+len(d.InputSrcs)))
}

func (d *Derivation) appendReferences(refs []storepath.Path) []storepath.Path {
	start := len(refs)
	for i := range d.InputDrvs {
		refs = append(refs, d.InputDrvs[i].Path)
	}
	refs = append(refs, d.InputSrcs...)
	slices.SortFunc(refs[start:], storepath.Compare)
	return slices.Compact(refs[start:])
}

// hasDynamic reports whether d needs outputs of outputs.
func (d *Derivation) hasDynamic() bool {
	return slices.ContainsFunc(d.InputDrvs, func(in Input) bool { return len(in.Dynamic) > 0 })
}
