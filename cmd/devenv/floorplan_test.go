package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "devenv"

// rooms says, for each room, which rooms of the project it may import. A room
// covers the packages below it that have no line of their own. Test files are
// held to the same plan but for what tests names.
var rooms = map[string][]string{
	"cmd/devenv":   {"cmd/internal"},
	"cmd/internal": {"*"},
	"bench":        {"*"},

	"resolver":             {"resolver/manifest", "resolver/versionfile", "resolver/constraint", "resolver/source", "lockfile"},
	"resolver/manifest":    {"resolver/source", "resolver/versionfile"},
	"resolver/versionfile": {"resolver/source"},
	"resolver/constraint":  {},
	"resolver/source":      {},

	"resolver/nixlang/syntax":    {"resolver/nixlang/notation"},
	"resolver/nixlang/eval":      {"resolver/nixlang/syntax", "resolver/nixlang/regex", "resolver/nixlang/version", "resolver/nixlang/notation", "store/derivation"},
	"resolver/nixlang/astcache":  {"resolver/nixlang/syntax"},
	"resolver/nixlang/evalcache": {"resolver/nixlang/host"},
	"resolver/nixlang/host":      {"resolver/nixlang/eval", "resolver/nixlang/syntax", "resolver/nixlang/astcache"},

	"resolver/nixlang/profile":  {"resolver/nixlang/eval"},
	"resolver/nixlang/difftest": {"resolver/nixlang/eval", "resolver/nixlang/syntax", "resolver/nixlang/host"},
	"resolver/flakeref":         {},
	"resolver/fetch":            {"resolver/flakeref", "transfer", "transfer/unpack", "store/filelock"},
	"resolver/flake":            {"resolver/flakeref", "resolver/fetch", "resolver/source", "resolver/nixlang/eval", "resolver/nixlang/host", "lockfile"},

	"resolver/tools": {"resolver/constraint", "lockfile", "transfer", "transfer/unpack"},

	"resolver/nixlang/regex":    {},
	"resolver/nixlang/notation": {},
	"resolver/nixlang/version":  {},

	"env":          {},
	"env/devshell": {},
	"shellhooks":   {"env"},
	"lockfile":     {},

	"nixconf":               {},
	"store":                 {"store/db", "store/filelock", "nixconf"},
	"store/db":              {"store/filelock"},
	"store/daemon":          {"store/daemon/wire", "nixconf"},
	"store/daemon/wire":     {},
	"store/daemon/machines": {"store/daemon"},
	"store/filelock":        {},
	"store/nixhash":         {},
	"store/storepath":       {},
	"store/nar":             {},
	"store/narinfo":         {},
	"store/derivation":      {},

	"store/binarycache":    {"transfer", "store/binarycache/xz"},
	"store/transport":      {},
	"store/namespace":      {},
	"store/build":          {"store/filelock", "store/namespace", "store/transport", "transfer/unpack"},
	"store/binarycache/xz": {},

	"transfer":          {"transfer/internal"},
	"transfer/unpack":   {"transfer/internal"},
	"transfer/internal": {},
}

// vocabulary may be imported by every room.
var vocabulary = []string{"store/nixhash", "store/storepath", "store/nar", "store/narinfo", "store/derivation"}

// inTests are imports that test files may make beyond the plan: the real
// neighbours that they are tried with.
var inTests = map[string][]string{
	"store":        {"*"},
	"transfer":     {"*"},
	"resolver":     {"*"},
	"shellhooks":   {"*"},
	"env":          {"shellhooks"},
	"env/devshell": {"*"},
	"cmd/devenv":   {"*"},
}

func TestFloorPlan(t *testing.T) {
	root := moduleRoot(t)
	for _, file := range goFiles(t, root) {
		rel, _ := filepath.Rel(root, file)
		dir := filepath.ToSlash(filepath.Dir(rel))
		room := roomOf(dir)
		if room == "" {
			t.Errorf("%s: no room of the floor plan holds %q", rel, dir)
			continue
		}
		allowed := append(slices.Clone(rooms[room]), vocabulary...)
		if strings.HasSuffix(rel, "_test.go") || strings.Contains(dir, "/internal/") && room != "cmd/internal" || strings.HasSuffix(dir, "toolstest") {
			for prefix, more := range inTests {
				if dir == prefix || strings.HasPrefix(dir, prefix+"/") {
					allowed = append(allowed, more...)
				}
			}
		}
		for _, path := range imports(t, file) {
			target, ours := strings.CutPrefix(path, module+"/")
			if !ours || target == dir || slices.Contains(allowed, "*") {
				continue
			}
			if !slices.ContainsFunc(allowed, func(a string) bool { return roomOf(target) == a }) {
				t.Errorf("%s: room %q may not import %q", rel, room, target)
			}
		}
	}
}

// TestNobodySpeaksBelowCmd holds that the environment, the standard streams
// and the exit belong to cmd alone.
func TestNobodySpeaksBelowCmd(t *testing.T) {
	forbidden := regexp.MustCompile(`\bos\.(Stdout|Stderr|Stdin|Exit|Getenv|LookupEnv|Environ|Getwd)\b|\bfmt\.Print(f|ln)?\(`)
	root := moduleRoot(t)
	for _, file := range goFiles(t, root) {
		rel, _ := filepath.Rel(root, file)
		if strings.HasPrefix(rel, "cmd"+string(filepath.Separator)) || strings.HasPrefix(rel, "bench") ||
			strings.HasPrefix(rel, "examples") || strings.HasSuffix(rel, "_test.go") || strings.Contains(rel, "toolstest") || strings.Contains(rel, "daemontest") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "//")
			if m := forbidden.FindString(code); m != "" {
				t.Errorf("%s:%d: %s belongs to cmd", rel, i+1, m)
			}
		}
	}
}

// TestNoLumberRooms holds that no package is named for having no name.
func TestNoLumberRooms(t *testing.T) {
	root := moduleRoot(t)
	for _, file := range goFiles(t, root) {
		rel, _ := filepath.Rel(root, filepath.Dir(file))
		for _, part := range strings.Split(filepath.ToSlash(rel), "/") {
			if slices.Contains([]string{"util", "utils", "common", "helpers", "pkg", "misc"}, part) {
				t.Errorf("%s: a package is a noun that its callers say", rel)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(root, "internal")); err == nil {
		t.Error("no internal folder at the root: each room keeps its own")
	}
}

func roomOf(dir string) string {
	for dir != "." && dir != "" {
		if _, ok := rooms[dir]; ok {
			return dir
		}
		dir = filepath.ToSlash(filepath.Dir(dir))
	}
	return ""
}

func imports(t *testing.T, file string) []string {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range parsed.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

func goFiles(t *testing.T, root string) []string {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "dist" || name == "examples") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".go") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d Go files below %s", len(files), root)
	}
	return files
}

func moduleRoot(t *testing.T) string {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return root
}
