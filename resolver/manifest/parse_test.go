package manifest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"devenv/resolver/source"
)

var known = []string{"go", "node", "python"}

const everything = `root = true
read = [".nvmrc", "go.mod"]
[tools]
node = "24"
python = ["3.12", "3.11"] # two
go = { version = "1.24" }
[env]
URL = "postgres://localhost/app"
PORT = 0x1F90
RATIO = 1.50
DEBUG = true
EMPTY = ""
PATH = ["./bin", "/opt/x/bin"]
MANPATH = "man:/opt/man"
EXTRA = ["a"]
PAGER = { unset = true }
[scripts]
build = "npm run build"
"lint:all" = { run = "make lint", description = "everything" }
[hooks]
enter = "echo hi"
leave = '''
echo bye
'''
`

func TestParse(t *testing.T) {
	m, err := Parse("devenv.toml", []byte(everything), known)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Root || !m.HasRead || !reflect.DeepEqual(m.Read, []string{".nvmrc", "go.mod"}) {
		t.Errorf("root %v, read %v %q", m.Root, m.HasRead, m.Read)
	}
	var got []string
	for _, tool := range m.Tools {
		for _, v := range tool.Versions {
			got = append(got, fmt.Sprintf("%s=%s@%d:%d", tool.Name, v.Constraint, v.At.Line, v.At.Column))
		}
	}
	if s := strings.Join(got, " "); s != "node=24@4:8 python=3.12@5:11 python=3.11@5:19 go=1.24@6:18" {
		t.Error(s)
	}
	got = nil
	for _, v := range m.Env {
		got = append(got, fmt.Sprintf("%s=%s%v%v", v.Name, v.Value, v.Elements, v.Unset))
	}
	want := "URL=postgres://localhost/app[]false PORT=8080[]false RATIO=1.50[]false DEBUG=true[]false EMPTY=[]false " +
		"PATH=[./bin /opt/x/bin]false MANPATH=[man /opt/man]false EXTRA=[a]false PAGER=[]true"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if len(m.Scripts) != 2 || m.Scripts[1].Name != "lint:all" || m.Scripts[1].Run != "make lint" || m.Scripts[1].Description != "everything" {
		t.Errorf("%+v", m.Scripts)
	}
	if m.Hooks != (Hooks{"echo hi", "echo bye\n"}) {
		t.Errorf("%+v", m.Hooks)
	}
}

// TestMistakes has the fact and the next step of every mistake.
func TestMistakes(t *testing.T) {
	long := strings.Repeat("x", maxArg)
	tests := []struct{ text, want string }{
		{"tool = 1", `1:1+4 devenv.toml has no key "tool" | did you mean tools?`},
		{"zzzzzz = 1", `1:1+6 devenv.toml has no key "zzzzzz" | valid are: root, read, tools, env, scripts, hooks`},
		{"root = 1", "1:8+1 root is an integer, and should be true or false | for example: root = true"},
		{"read = '.nvmrc'", `1:8+8 read is a string, and should be a list of strings | for example: read = [".nvmrc", "go.mod"]`},
		{"read = ['.nvmrcs']", `1:9+9 ".nvmrcs" is not a version file that devenv reads | did you mean .nvmrc?`},
		{"read = ['go.mod', 'go.mod']", "1:19+8 go.mod is named twice | remove one of the two"},
		{"read = [1]", `1:9+1 read is an integer, and should be a string | for example: read = [".nvmrc", "go.mod"]`},
		{"tools = 'node'", "1:9+6 tools is a string, and should be a table | for example: [tools]\nnode = \"24\""},
		{"[[tools]]\nnode='1'", "1:3+5 tools is a list, and should be a table | for example: [tools]\nnode = \"24\""},
		{"[tools]\nnod = '24'", `2:1+3 devenv knows no tool "nod" | did you mean node?`},
		{"[tools]\nnode = 24", `2:8+2 the version of node is an integer, and should be a string | put it in quotes: node = "24"`},
		{"[tools]\npython = 3.10", `2:10+4 the version of python is a float, and should be a string | put it in quotes: python = "3.10"`},
		{"[tools]\nnode = true", `2:8+4 node is a boolean, and should be a string | for example: node = "latest"`},
		{"[tools]\nnode = ''", `2:8+2 the version of node is empty | for the newest release: node = "latest"`},
		{"[tools]\nnode = []", `2:8+2 node has no version | for example: node = "latest"`},
		{"[tools]\nnode = {}", `2:1+4 node has no version | for example: node = { version = "latest" }`},
		{"[tools]\nnode = { versoin = '24' }", `2:10+7 [tools.node] has no key "versoin" | did you mean version?`},
		{"[tools.node]\nversion = 24", `2:11+2 the version of node is an integer, and should be a string | put it in quotes: node = "24"`},
		{"[env]\n'A B' = 1", `2:1+5 "A B" is no name of a variable | names are letters, digits and _, and begin with no digit`},
		{"[env]\nDEVENV_ROOT = '/'", "2:1+11 DEVENV_ROOT is one of devenv's own variables | names that begin with DEVENV_ are taken; choose another"},
		{"[env]\nPWD = '/'", "2:1+3 PWD belongs to the shell: a project cannot set it and put it back | choose another name, or set it in the shell's own start-up file"},
		{"[env]\npath = ['x']", "2:1+4 path belongs to the shell: a project cannot set it and put it back | choose another name, or set it in the shell's own start-up file"},
		{"[env]\nPATH = { unset = true }", `2:1+4 without PATH no command is found | to add to it: PATH = ["./bin"]`},
		{"[env]\nA = { unset = false }", "2:15+5 unset is a boolean, and should be true | for example: A = { unset = true }"},
		{"[env]\nA = { set = 1 }", `2:7+3 [env.A] has no key "set" | did you mean unset?`},
		{"[env]\nA = {}", "2:1+1 A is an empty table | to remove the variable: A = { unset = true }"},
		{"[env]\nA = 2020-01-01", `2:5+10 A is a date or time, and should be a string | for example: A = "2020-01-01"`},
		{"[env]\nA = \"x\\u0000\"", `2:5+9 A contains a NUL character, which no program can be given | remove the \u0000`},
		{"[env]\nA = '" + long + "'", "2:1+1 A is 131074 bytes long, and Linux passes at most 131071 to a program | keep the text in a file, and its path here"},
		{"[env]\nPATH = \"./bin:$PATH\"", `2:8+13 "$PATH" is taken as it is: there is no ~ and no $ in devenv.toml | write a path that is absolute or relative to the project`},
		{"[env]\nPATH = ['']", `2:9+2 an empty element of PATH would mean the current directory, wherever that is | write "." for the project's directory`},
		{"[env]\nPATH = ['a:b']", "2:9+5 an element of PATH contains a colon, which separates elements | write its parts as elements of their own"},
		{"[env]\nPATH = []", `2:8+2 PATH is an empty list, which changes nothing | remove the line, or name a directory: PATH = ["./bin"]`},
		{"[scripts]\n'a/b' = 'x'", `2:1+5 "a/b" is no name for a command | names are letters, digits and . _ : + -, begin with a letter, a digit or _, and have at most 255 characters`},
		{"[scripts]\nif = 'x'", "2:1+2 if is a word of the shell's language and can name no command | choose another name, such as run-if"},
		{"[scripts]\nsh = 'x'", "2:1+2 a script named sh would run in place of the program that runs scripts | choose another name, such as run-sh"},
		{"[scripts]\na = ' '", `2:5+3 the script a has nothing to run | for example: a = "npm run build"`},
		{"[scripts]\na = { description = 'x' }", `2:1+1 the script a has nothing to run | for example: a = { run = "npm run build" }`},
		{"[scripts]\na = ['x']", `2:5+5 a is a list, and should be a string | for example: a = "npm run build"`},
		{"[hooks]\nentr = 'x'", `2:1+4 [hooks] has no key "entr" | did you mean enter?`},
		{"[hooks]\nenter = ['x']", `2:9+5 enter is a list, and should be a string | for example: enter = "echo hello"`},
		{"root = 1\n[hooks]\nx = 1", "1:8+1 root is an integer, and should be true or false | for example: root = true; " +
			`3:1+1 [hooks] has no key "x" | valid are: enter, leave`},
		{"ü = 1\n", "1:1+1 expected '.' or '=', but got 'ü' instead"},
		{"[tools]\nnode = '1'\nnode = '2'", "3:1+4 Key 'tools.node' has already been defined."},
		{"a\x00b", "1:2+1 a NUL byte: this is not a text file"},
		{"[tools", "1:6+1 expected '.' or ']' to end table name, but got '\\x00' instead"},
	}
	for _, test := range tests {
		t.Run(test.text[:min(len(test.text), 40)], func(t *testing.T) {
			_, err := Parse("devenv.toml", []byte(test.text), known)
			if got := describe(t, err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// describe is all mistakes of err: place, width, fact and next step.
func describe(t *testing.T, err error) string {
	var all source.Errors
	if one := new(source.Error); errors.As(err, &all) {
	} else if errors.As(err, &one) {
		all = source.Errors{one}
	} else {
		t.Fatalf("%T: %v", err, err)
	}
	var lines []string
	for _, e := range all {
		line := fmt.Sprintf("%d:%d+%d %s", e.At.Line, e.At.Column, e.Width, e.What)
		if e.Fix != "" {
			line += " | " + e.Fix
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestNotes(t *testing.T) {
	m, err := Parse("f", []byte("[env]\nHOME = '/x'\n[scripts]\ntest = 'go test'\n"), known)
	if err != nil || len(m.Notes) != 2 || m.Notes[0].At.Line != 2 || m.Notes[1].At.Line != 4 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestPlacesInUnusualFiles(t *testing.T) {
	for text, want := range map[string]string{
		"\ufefftools.node = '24'\r\n":                      "1:14",
		"[tools]\r\n\r\n# ü\r\n\"node\"\t=\t'''24'''":      "4:10",
		"tools = { node = '24' }":                          "1:18",
		"[tools.node]\nversion = [\n  # first\n  '24',\n]": "4:3",
	} {
		m, err := Parse("f", []byte(text), known)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		at := m.Tools[0].Versions[0].At
		if got := fmt.Sprintf("%d:%d", at.Line, at.Column); got != want || m.Tools[0].Versions[0].Constraint != "24" {
			t.Errorf("%q: %s %+v, want %s", text, got, m.Tools[0], want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(everything)
	f.Add("[tools.node]\nversion=['1']\n[[env]]\n[env.A]\nunset=true")
	f.Add("a.b.c=1\n[a.b]\nd={x=[{},{y=1}]}\n[[x.y]]\n[x.y.z]\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse("f", []byte(text), known)
		if err == nil {
			if again, err := Parse("f", []byte(text), known); err != nil || !reflect.DeepEqual(m, again) {
				t.Fatal("not deterministic")
			}
			return
		}
		describe(t, err)
	})
}

// TestHugeManifest: each key is compared with those before it.
func TestHugeManifest(t *testing.T) {
	if _, err := Parse("devenv.toml", []byte(strings.Repeat("# x\n", maxSize)), nil); err == nil {
		t.Error("a manifest of any size was read")
	}
}
