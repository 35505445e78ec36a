package versionfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"devenv/resolver/source"
)

// describe is a file's entries and notes in a form that tables can hold.
func describe(f File) string {
	var all []string
	for _, e := range f.Entries {
		s := fmt.Sprintf("%d:%d %s %s", e.At.Line, e.At.Column, e.Tool, e.Constraint)
		if e.Key != "" {
			s += " (" + e.Key + ")"
		}
		if e.Soft {
			s += " soft"
		}
		all = append(all, s)
	}
	for _, n := range f.Notes {
		all = append(all, fmt.Sprintf("%d:%d note %s", n.At.Line, n.At.Column, firstWords(n.Text)))
	}
	return strings.Join(all, "; ")
}

func firstWords(s string) string { return strings.Join(strings.Fields(s)[:2], " ") }

func TestParse(t *testing.T) {
	tests := []struct{ file, content, want string }{
		{".nvmrc", "v20.11\n", "1:1 node v20.11"},
		{".nvmrc", "\r\n  lts/iron  # the one\r\n", "2:3 node lts/iron"},
		{".nvmrc", "# c\nnode\nnpm=10\n", "2:1 node node"},
		{".nvmrc", "\ufeff24", "1:1 node 24"},
		{".nvmrc", "system", "1:1 note system means"},
		{".nvmrc", "", "error 1:1 no version in the file"},
		{".nvmrc", "foo\nbar", "error 2:1 a second version: nvm takes exactly one"},
		{".nvmrc", "node=foo", "error 1:1 nvm refuses a setting named node"},
		{".nvmrc", "20\na=1\na = 2", "error 3:1 the setting a is here twice"},
		{".nvmrc", " >=20 <23", "error 1:2 >=20 <23 is a range, and nvm reads none"},

		{".node-version", "20.11.1\n", "1:1 node 20.11.1"},
		{".node-version", "# x\n\tv20 22", "2:2 node v20; 2:6 note only the"},
		{".node-version", " \n", "error 1:1 no version in the file"},

		{".python-version", "3.12\n3.11.4\n", "1:1 python 3.12; 2:1 python 3.11.4"},
		{".python-version", "  3.12 is first\r\n#3.9\n\n3.10:3.9", "1:3 python 3.12; 4:1 python 3.10; 4:6 python 3.9"},
		{".python-version", "python-3.11 # x", "1:1 python 3.11"},
		{".python-version", "system\n3.11", "2:1 python 3.11; 1:1 note system means"},
		{".python-version", "pypy3.10-7.3.17\nminiconda3-latest", "1:1 note pypy3.10-7.3.17 is; 2:1 note miniconda3-latest is"},
		{".python-version", "3.13t\n3.14-dev", "1:1 note 3.13t is; 2:1 note 3.14-dev is"},
		{".python-version", "../../../tmp/x\n3.11", "2:1 python 3.11; 1:1 note \"../../../tmp/x\" is"},
		{".python-version", "# nothing\n", "error 1:1 no version in the file"},

		{".go-version", "1.24.5", "1:1 go 1.24.5"},
		{".go-version", "go1.24\n", "1:1 go go1.24"},
		{".go-version", "system\n", "1:1 note system means"},

		{".tool-versions", "nodejs 20.11.1\npython 3.12.1 3.11.4 system # two\ngolang 1.24.5\nruby 3.3.0\n",
			"1:8 node 20.11.1; 2:8 python 3.12.1; 2:15 python 3.11.4; 3:8 go 1.24.5; 2:22 note system means; 4:1 note ruby is"},
		{".tool-versions", "node ref:v20.1.0-rc\ngo path:/src/go\n", "1:6 note ref:v20.1.0-rc is; 2:4 note path:/src/go is"},
		{".tool-versions", "nodejs lts-iron\nnodejs 18\npython latest:3.11\n", "1:8 node lts/iron; 3:8 python 3.11; 2:1 note nodejs stands"},
		{".tool-versions", "#\n\n", ""},
		{".tool-versions", "  python\n", "error 1:3 python has no version"},

		{"package.json", `{"name":"x"}`, ""},
		{"package.json", "{\n  \"engines\": {\"node\": \">=18 <23\", \"npm\": \"10\"}}", "2:24 node >=18 <23 (engines.node) soft"},
		{"package.json", `{"volta":{"node":"20.11.1"},"engines":{"node":"20"}}`, "1:19 node 20.11.1 (volta.node); 1:48 node 20 (engines.node) soft"},
		{"package.json", `{"devEngines":{"runtime":{"name":"node","version":"^24","onFail":"download"}}}`, "1:52 node ^24 (devEngines.runtime)"},
		{"package.json", `{"devEngines":{"runtime":[{"name":"bun"},{"name":"node","version":"22","onFail":"warn"},{"name":"node","version":"20"}]}}`,
			"1:68 node 22 (devEngines.runtime) soft; 1:36 note the runtime"},
		{"package.json", `{"devEngines":{"runtime":{"name":"node"}}}`, "1:35 node * (devEngines.runtime) soft"},
		{"package.json", `{"engines":{"node":18},"volta":[]}`, ""},
		{"package.json", `{"engines":{"node":"18"},"engines":{"node":"20"}}`, "1:45 node 20 (engines.node) soft"},
		{"package.json", "\ufeff{\"engines\":{\"node\":\"18\"}}", "1:21 node 18 (engines.node) soft"},
		{"package.json", `{"ü":"é","engines":{"node":"18"}}`, "1:29 node 18 (engines.node) soft"},
		{"package.json", `[]`, "error 1:1 a package.json is an object, and this is an array"},
		{"package.json", "{\n \"a\": tru }", "error 2:10 not JSON: invalid character ' ' in literal true (expecting 'e')"},
		{"package.json", "{", "error 1:1 not JSON: unexpected end of JSON input"},
		{"package.json", "{} x", "error 1:4 not JSON: invalid character 'x' after top-level value"},
		{"package.json", `{"devEngines":{"runtime":"node"}}`, "error 1:26 devEngines.runtime is a string, and should be an object with a name, or a list of them"},
		{"package.json", `{"devEngines":{"runtime":{"name":"node","version":24}}}`, "error 1:51 version is a number, and should be a string"},
		{"package.json", `{"devEngines":{"runtime":{"name":"node","onFail":"explode"}}}`, `error 1:50 onFail is a string, and should be one of "ignore", "warn", "error", "download"`},

		{"go.mod", "module x\n\ngo 1.24\n", "3:4 go go 1.24 (go) soft"},
		{"go.mod", "module x\n\ngo 1.24.1\n\ntoolchain go1.24.5\n", "5:11 go 1.24.5 (toolchain); 3:4 go go 1.24.1 (go) soft"},
		{"go.mod", "module x\ngo 1.24\ntoolchain default\n", "2:4 go go 1.24 (go) soft"},
		{"go.mod", "module x\ngo 1.25.1\ntoolchain go1.24.5\n", "2:4 go go 1.25.1 (go) soft"},
		{"go.mod", "module x\ngo 1.24\ntoolchain go1.24.5-corp\n", "2:4 go go 1.24 (go) soft; 3:11 note go1.24.5-corp is"},
		{"go.mod", "module x\n", ""},
		{"go.mod", "module x\ngo 1.24\nfuture thing\n", "2:4 go go 1.24 (go) soft"},
		{"go.mod", "module x\n  go banana\n", "error 2:3 invalid go version 'banana': must match format 1.23.0"},

		{"pyproject.toml", "[project]\nname = \"x\"\nrequires-python = \">=3.11,<3.13\"\n", "3:20 python >=3.11,<3.13 (project.requires-python) soft"},
		{"pyproject.toml", "project.requires-python = '>=3.11'", "1:28 python >=3.11 (project.requires-python) soft"},
		{"pyproject.toml", "project = { requires-python = '>=3.11' }", "1:32 python >=3.11 (project.requires-python) soft"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.11\"\n", "2:11 python >=3.11,<4 (tool.poetry.dependencies.python) soft"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = \"~3.11.2\"\n", "2:11 python >=3.11.2,<3.12 (tool.poetry.dependencies.python) soft"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = \"~2.7 || ^3.6\"\n", "2:11 note \"~2.7 ||"},
		{"pyproject.toml", "[build-system]\nrequires = []\n", ""},
		{"pyproject.toml", "[project\n", "error 1:9 not TOML: expected '.' or ']' to end table name, but got '\\n' instead"},
	}
	for _, test := range tests {
		t.Run(test.file+"/"+test.content, func(t *testing.T) {
			f, err := Parse("/p/"+test.file, []byte(test.content))
			got := describe(f)
			var e *source.Error
			if errors.As(err, &e) {
				got = fmt.Sprintf("error %d:%d %s", e.At.Line, e.At.Column, e.What)
				if e.At.File != "/p/"+test.file {
					t.Errorf("error is in %q", e.At.File)
				}
			} else if err != nil {
				t.Fatalf("%T is no *source.Error", err)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestExtends(t *testing.T) {
	f, err := Parse("package.json", []byte(`{"volta":{"extends":"../../package.json"}}`))
	if err != nil || f.Extends != "../../package.json" || f.ExtendsAt.Column != 22 {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestChoose(t *testing.T) {
	files := map[string]string{
		".nvmrc": "20", ".node-version": "21", ".tool-versions": "nodejs 22\npython 3.12 3.11\ngolang 1.22",
		"package.json":    `{"devEngines":{"runtime":{"name":"node","version":"23"}},"volta":{"node":"24.1.0"},"engines":{"node":">=18"}}`,
		".python-version": "3.13\n3.10", "pyproject.toml": "[project]\nrequires-python = '>=3.9'",
		".go-version": "1.21", "go.mod": "module x\ngo 1.23\ntoolchain go1.24.1",
	}
	steps := []struct{ remove, want string }{
		{"", "node 20, python 3.13, python 3.10, go 1.21"},
		{".nvmrc", "node 21, python 3.13, python 3.10, go 1.21"},
		{".node-version", "python 3.13, python 3.10, go 1.21, node 22"},
		{".go-version", "python 3.13, python 3.10, node 22, go 1.22"},
		{".python-version", "node 22, python 3.12, python 3.11, go 1.22"},
		{".tool-versions", "node 23, go 1.24.1, python >=3.9"},
		{"go.mod", "node 23, python >=3.9"},
	}
	for _, step := range steps {
		delete(files, step.remove)
		var parsed []File
		for _, name := range Names() {
			if content, ok := files[name]; ok {
				f, err := Parse(name, []byte(content))
				if err != nil {
					t.Fatal(err)
				}
				parsed = append(parsed, f)
			}
		}
		chosen, _ := Choose(parsed)
		var got []string
		for _, e := range chosen {
			got = append(got, e.Tool+" "+e.Constraint)
		}
		if s := strings.Join(got, ", "); s != step.want {
			t.Errorf("without %s: got %s, want %s", step.remove, s, step.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	seeds := []string{"20\n", "nodejs 20 # x\n", `{"devEngines":{"runtime":[{"name":"node"}]},"volta":{"node":"1"}}`,
		"module x\ngo 1.24\ntoolchain go1.25", "[project]\nrequires-python='>=3'", "3.12:3.11\r\n\x00", "\ufeff{}", "[tool]\npoetry={dependencies={python='^3'}}"}
	for i, name := range Names() {
		for _, seed := range seeds {
			f.Add(i, seed)
		}
		f.Add(i, name)
	}
	f.Fuzz(func(t *testing.T, i int, content string) {
		names := Names()
		file, err := Parse(names[uint(i)%uint(len(names))], []byte(content))
		if err != nil {
			var e *source.Error
			if !errors.As(err, &e) || e.At.Line < 1 || e.At.Column < 1 || e.Width < 1 {
				t.Fatalf("%#v", err)
			}
			return
		}
		lines := strings.Split(content, "\n")
		for _, e := range file.Entries {
			if e.Constraint == "" || e.At.Line < 1 || e.At.Line > len(lines) || e.At.Column < 1 || e.At.Column > len([]rune(lines[e.At.Line-1])) {
				t.Fatalf("%+v is not in the file", e)
			}
		}
	})
}
