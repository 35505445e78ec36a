package resolver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"devenv/lockfile"
	"devenv/resolver/constraint"
)

const system = "x86_64-linux"

// tree writes files into a new directory: content by path. A path that ends in
// / is a directory, content that begins with -> a symbolic link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		write(t, filepath.Join(dir, name), content, strings.HasSuffix(name, "/"))
	}
	return dir
}

func write(t *testing.T, path, content string, directory bool) {
	t.Helper()
	parent := filepath.Dir(path)
	if directory {
		parent = path
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	var err error
	if target, ok := strings.CutPrefix(content, "->"); ok {
		err = os.Symlink(target, path)
	} else if !directory {
		err = os.WriteFile(path, []byte(content), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// reader is a new reader whose pins without a devenv.lock are in state.
func reader(state string) *Reader {
	return NewReader(Options{
		Tools:     func() (map[string]constraint.Grammar, error) { return grammars, nil },
		StateLock: func(dir string) string { return filepath.Join(state, dir, "lock") },
	})
}

func load(t *testing.T, dir string) *Project {
	t.Helper()
	p, err := reader("/nonexistent").Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func requirements(all []Requirement) string {
	var parts []string
	for _, r := range all {
		s := fmt.Sprintf("%s %s@%s:%d", r.Tool, r.Constraint, filepath.Base(r.Origin.File), r.Origin.Line)
		if r.Soft {
			s += " soft"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

// grammars are those of the catalogue.
var grammars = map[string]constraint.Grammar{"node": constraint.NPM, "python": constraint.PEP440, "go": constraint.Go}

// index is a Locker with versions of its own. It counts what it is asked.
type index struct {
	versions map[string][]string // newest first
	systems  []string
	mu       sync.Mutex
	asked    []string
}

func newIndex() *index {
	return &index{
		versions: map[string][]string{
			"node":   {"24.2.0", "24.1.0", "22.9.0", "20.11.1"},
			"python": {"3.13.1", "3.12.8", "3.11.9"},
			"go":     {"1.24.5", "1.24.1", "1.23.4"},
		},
		systems: lockfile.Systems(),
	}
}

func (x *index) Lock(_ context.Context, tool, text string) (lockfile.Tool, error) {
	x.mu.Lock()
	x.asked = append(x.asked, tool+" "+text)
	x.mu.Unlock()
	var all []constraint.Candidate
	for _, v := range x.versions[tool] {
		all = append(all, constraint.Candidate{Version: v})
	}
	best, err := constraint.Select(grammars[tool], text, all)
	if err != nil {
		return lockfile.Tool{}, err
	}
	return pinned(tool, text, best.Version, x.systems...), nil
}

// pinned is a pin as the publisher of a tool would have it.
func pinned(tool, text, version string, systems ...string) lockfile.Tool {
	t := lockfile.Tool{Name: tool, Constraint: text, Version: version, Source: lockfile.SourcePublisher, Platforms: map[string]lockfile.Platform{}}
	for _, s := range systems {
		t.Platforms[s] = lockfile.Platform{Parts: []lockfile.Part{{
			URL:  fmt.Sprintf("https://publisher.example/%s-%s-%s.tar.gz", tool, version, s),
			Hash: "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
			Size: 1,
		}}}
	}
	return t
}

func lockOf(tools ...lockfile.Tool) *lockfile.Lock {
	l := lockfile.New()
	l.SetTools(tools)
	return l
}

func pins(tools []lockfile.Tool) string {
	var parts []string
	for _, t := range tools {
		parts = append(parts, t.Name+" "+t.Version)
	}
	return strings.Join(parts, ", ")
}

func reads(p *Project) string {
	var parts []string
	for _, r := range p.Reads {
		rel, _ := filepath.Rel(p.Dir, r.Path)
		parts = append(parts, fmt.Sprintf("%s %s", rel, r.Kind))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
