package resolver

import (
	"os"
	"path/filepath"
	"testing"

	"devenv/resolver/constraint"
)

// TestVersionFilesSpeakTheGrammars: what is read from the files is what the
// grammars read.
func TestVersionFilesSpeakTheGrammars(t *testing.T) {
	tests := []struct{ file, content, version string }{
		{".nvmrc", "lts/iron", "20.11.1"},
		{".nvmrc", "v20.11", "20.11.1"},
		{".nvmrc", "node", "24.1.0"},
		{".node-version", "^22.1 ", "22.9.0"},
		{"package.json", `{"devEngines":{"runtime":{"name":"node"}}}`, "24.1.0"},
		{"package.json", `{"engines":{"node":">=18 <23 || 24"}}`, "24.1.0"},
		{".tool-versions", "nodejs lts-iron", "20.11.1"},
		{".tool-versions", "golang latest:1.24", "1.24.5"},
		{".python-version", "3.11", "3.11.9"},
		{".python-version", "python-3.11", "3.11.9"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython='^3.11'", "3.13.1"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython='~3.11, !=3.11.2'", "3.11.9"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython='*'", "3.13.1"},
		{"pyproject.toml", "[project]\nrequires-python='>=3.9,!=3.10.*'", "3.11.9"},
		{".go-version", "go1.24", "1.24.5"},
		{"go.mod", "module x\ngo 1.24.1\n", "1.24.5"},
		{"go.mod", "module x\ngo 1.23\ntoolchain go1.24.5\n", "1.24.5"},
	}
	for _, test := range tests {
		t.Run(test.file+" "+test.content, func(t *testing.T) {
			p := load(t, tree(t, map[string]string{test.file: test.content}))
			if len(p.Tools) != 1 || !p.fits(p.Tools[0], test.version) {
				t.Errorf("%s is not %+v", test.version, p.Tools)
			}
		})
	}
}

// The go line is a minimum within its minor version.
func TestGoLine(t *testing.T) {
	p := load(t, tree(t, map[string]string{"go.mod": "module x\ngo 1.24.3\n"}))
	best, err := constraint.Select(constraint.Go, p.Tools[0].Constraint, []constraint.Candidate{
		{Version: "1.25.1"}, {Version: "1.24.2"}, {Version: "1.24.9"}, {Version: "1.24.4"},
	})
	if err != nil || best.Version != "1.24.9" {
		t.Errorf("%+v, %v", best, err)
	}
}

// BenchmarkLoad is the way from a directory to a satisfied lock.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	for name, content := range map[string]string{
		"devenv.toml": "[tools]\nnode = '24'\npython = '3.12'\n[env]\nA = 'x'\n", "go.mod": "module x\ngo 1.24\n",
		"devenv.lock": string(lockOf(pinned("go", "go 1.24", "1.24.5", system), pinned("node", "24", "24.2.0", system), pinned("python", "3.12", "3.12.8", system)).Bytes()),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		r := reader("")
		dirs, err := r.Find(filepath.Join(dir, "a/b/c"), nil)
		if err != nil || len(dirs) == 0 {
			b.Fatal(dirs, err)
		}
		p, err := r.Load(dir)
		if err != nil {
			b.Fatal(err)
		}
		if stale, err := Check(p, p.Lock, system, nil); err != nil || len(stale) > 0 {
			b.Fatal(stale, err)
		}
	}
}
