package resolver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"devenv/lockfile"
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
		Tools:     map[string]Grammar{"node": prefixes{}, "python": prefixes{}, "go": prefixes{}},
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

// prefixes is a small Grammar: "24", "v24.1", ">=24", "go 1.24", "latest".
type prefixes struct{}

func (prefixes) Check(text string) error {
	if strings.Contains(text, "?") {
		return hinted{"? is no constraint"}
	}
	return nil
}

func (prefixes) Allows(text, version string) bool {
	if bound, ok := strings.CutPrefix(text, ">="); ok {
		return version >= bound
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "v"), "go ")
	return text == "latest" || version == text || strings.HasPrefix(version, text+".")
}

type hinted struct{ fact string }

func (h hinted) Error() string { return h.fact }
func (h hinted) Hint() string  { return "write a number" }

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
	for _, v := range x.versions[tool] {
		if (prefixes{}).Allows(text, v) {
			return pinned(tool, text, v, x.systems...), nil
		}
	}
	return lockfile.Tool{}, errors.New("no such version")
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
