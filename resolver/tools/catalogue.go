package tools

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"devenv/resolver/constraint"
)

//go:embed catalogue/*.toml
var embedded embed.FS

// Catalogue is the set of known tools. It is immutable.
type Catalogue struct {
	tools map[string]*Tool
}

// Tool describes a tool: one file of the catalogue, whose keys are the lower-case names of the
// fields. Texts may hold templates such as {version}; expand says which.
type Tool struct {
	Name        string
	Title       string // as its makers write it
	Grammar     constraint.Grammar
	Libc        string   // "glibc" where the Linux archives need it, "" where they run anywhere
	Sources     []string // "mirror", "npm", "goproxy", "publisher", in order
	Executables []string
	LTS         map[string]string // code name: first version that has it
	Publisher   *Publisher
	Npm         *Npm
	Goproxy     *Goproxy
	Environment Environment
}

// Publisher is a site with an index and archives, and so are its mirrors.
type Publisher struct {
	Base     string   // stands for {base}; locks keep addresses below it
	Mirrors  []string // environment variables that hold another base
	Index    []Index  // tried in order; a mirror has only those below {base}
	Archives map[string][]string
	File     string // address of {archive}
	Sums     string // address of a list of SHA-256 sums, where the index has none
	Layout   Layout
}

// Index is a list of versions in a format of indexFormats.
type Index struct {
	Format   string
	URL      string
	Releases []string // for release-sums: the values of {release}
}

// Npm describes a tool that the npm registry has, a package for each system.
type Npm struct {
	Packages map[string][]string // system: candidates in order
	Layout   Layout
	Beside   []Beside
}

// Beside is a further package that belongs into the same tree.
type Beside struct {
	Package  string
	Since    string         // versions of the tool before have none
	Lines    map[string]int // from this major of the tool: that major of the package
	Optional bool           // a tree without it is a good one
	Layout   Layout
	Links    map[string]string
}

// Goproxy describes a tool that the Go module proxy has as versions of one module.
type Goproxy struct {
	Module   string
	Versions map[string]string // system: version of the module
	Layout   Layout
}

// Layout says how an archive becomes a part of the tree. Patterns are path.Match's,
// on the names in the tree, relative to Into.
type Layout struct {
	Strip  int
	Into   string
	Drop   []string          // patterns of files that are left out
	Exec   []string          // patterns of files that are made executable
	Rename map[string]string // base names
}

// Environment is what a tree contributes; see Catalogue.Contribution.
type Environment struct {
	Place string // key of the writable place: trees with the same key share it
	Path  []string
	Set   map[string]string
	Unset []string
	Dirs  []string
	Links map[string]string
	Setup [][]string
	Names map[string]string // versioned name: file in the tree; all that a second version adds
}

// Builtin is the catalogue that comes with the program.
func Builtin() (*Catalogue, error) {
	sub, err := fs.Sub(embedded, "catalogue")
	if err != nil {
		return nil, err
	}
	return Load(sub)
}

// Load reads every *.toml of fsys, one tool each. A key that is not known is an error.
func Load(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{tools: map[string]*Tool{}}
	names, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		t, err := readTool(fsys, name)
		if err != nil {
			return nil, err
		}
		if c.tools[t.Name] != nil {
			return nil, fmt.Errorf("%s: the tool %s is described twice", name, t.Name)
		}
		c.tools[t.Name] = t
	}
	return c, nil
}

// With adds the tools of other; one that both have is other's.
func (c *Catalogue) With(other *Catalogue) *Catalogue {
	merged := maps.Clone(c.tools)
	maps.Copy(merged, other.tools)
	return &Catalogue{tools: merged}
}

// Names are the tools' names, sorted.
func (c *Catalogue) Names() []string { return slices.Sorted(maps.Keys(c.tools)) }

// Tool is the description of a tool, or an [*UnknownToolError].
func (c *Catalogue) Tool(name string) (*Tool, error) {
	if t := c.tools[name]; t != nil {
		return t, nil
	}
	return nil, &UnknownToolError{Name: name, Known: c.Names()}
}

func readTool(fsys fs.FS, name string) (*Tool, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	t := &Tool{}
	meta, err := toml.Decode(string(data), t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		keys := make([]string, len(extra))
		for i, k := range extra {
			keys[i] = k.String()
		}
		sort.Strings(keys)
		return nil, fmt.Errorf("%s: unknown keys: %s", name, strings.Join(keys, ", "))
	}
	if err := t.check(strings.TrimSuffix(path.Base(name), ".toml")); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}
