package manifest

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestSetTool(t *testing.T) {
	tests := []struct {
		name, before string
		set          []string
		want         string
	}{
		{"new file", "", []string{"24"}, "[tools]\nnode = \"24\"\n"},
		{"new section", "root = true\n", []string{"24"}, "root = true\n\n[tools]\nnode = \"24\"\n"},
		{"new section, no newline", "root = true", []string{"24"}, "root = true\n\n[tools]\nnode = \"24\"\n"},
		{"new section, CRLF", "root = true\r\n", []string{"24"}, "root = true\r\n\r\n[tools]\r\nnode = \"24\"\r\n"},
		{"value only", "[tools] # t\n  node  =  '20'   # why\ngo = '1'\n", []string{"24"}, "[tools] # t\n  node  =  \"24\"   # why\ngo = '1'\n"},
		{"to a list", "[tools]\nnode = '20'", []string{"24", "22"}, "[tools]\nnode = [\"24\", \"22\"]"},
		{"from a list", "[tools]\nnode = [\n  '20', # a\n  '18',\n] # b\n", []string{"24"}, "[tools]\nnode = \"24\" # b\n"},
		{"table form", "[tools]\nnode = { version = '20' } # b\n", []string{"24"}, "[tools]\nnode = { version = \"24\" } # b\n"},
		{"own table", "[tools.node]\n# c\nversion = '20'\n[env]\n", []string{"24"}, "[tools.node]\n# c\nversion = \"24\"\n[env]\n"},
		{"dotted", "tools.node.version = '20'\n", []string{"24"}, "tools.node.version = \"24\"\n"},
		{"behind the last", "[tools]\n  go = '1' # x\n\n# about env\n[env]\nA = 1\n", []string{"24"}, "[tools]\n  go = '1' # x\n  node = \"24\"\n\n# about env\n[env]\nA = 1\n"},
		{"behind the last, at the end", "[tools]\r\ngo = '1'", []string{"24"}, "[tools]\r\ngo = '1'\r\nnode = \"24\""},
		{"behind a list", "[tools]\ngo = [\n'1',\n]\n", []string{"24"}, "[tools]\ngo = [\n'1',\n]\nnode = \"24\"\n"},
		{"empty section", "[tools]\n\n[env]\nA = 1\n", []string{"24"}, "[tools]\nnode = \"24\"\n\n[env]\nA = 1\n"},
		{"beside a table", "[tools.go]\nversion = '1'\n", []string{"24"}, "[tools.go]\nversion = '1'\n\n[tools]\nnode = \"24\"\n"},
		{"beside dotted", "tools.go = '1'\n[env]\nA = 1\n", []string{"24"}, "tools.go = '1'\ntools.node = \"24\"\n[env]\nA = 1\n"},
		{"inline", "tools = { go = '1' }\n", []string{"24"}, "tools = { go = '1', node = \"24\" }\n"},
		{"empty inline", "tools = {}\n", []string{"24"}, "tools = { node = \"24\" }\n"},
		{"quoting", "", []string{`>="1" \ é`}, "[tools]\nnode = \">=\\\"1\\\" \\\\ é\"\n"},
		{"byte order mark", "\ufeff[tools]\ngo = '1'\n", []string{"24"}, "\ufeff[tools]\ngo = '1'\nnode = \"24\"\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := SetTool("devenv.toml", []byte(test.before), "node", test.set...)
			if err != nil || string(got) != test.want {
				t.Errorf("%v\ngot\n%s\nwant\n%s", err, got, test.want)
			}
		})
	}
}

func TestRemoveTool(t *testing.T) {
	tests := []struct{ name, before, want string }{
		{"absent", "[tools]\ngo = '1'\n", "[tools]\ngo = '1'\n"},
		{"line and its comment", "# a\n[tools]\n# b\nnode = '20' # c\ngo = '1'\n", "# a\n[tools]\n# b\ngo = '1'\n"},
		{"last line", "[tools]\ngo = '1'\nnode = '20'", "[tools]\ngo = '1'\n"},
		{"several lines", "[tools]\nnode = [\n '20',\n]\ngo = '1'\n", "[tools]\ngo = '1'\n"},
		{"own table", "[env]\nA = 1\n[tools.node] # n\nversion = '20'\n[hooks]\nenter = 'x'\n", "[env]\nA = 1\n[hooks]\nenter = 'x'\n"},
		{"dotted", "tools.node.version = '20'\r\ntools.go = '1'\r\n", "tools.go = '1'\r\n"},
		{"inline, first", "tools = { node = '20', go = '1' } # x\n", "tools = { go = '1' } # x\n"},
		{"inline, last", "tools = { go = '1', node = '20' }\n", "tools = { go = '1' }\n"},
		{"inline, only", "tools = { node = '20' }\n", "tools = {  }\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := RemoveTool("devenv.toml", []byte(test.before), "node")
			if err != nil || string(got) != test.want {
				t.Errorf("%v\ngot\n%s\nwant\n%s", err, got, test.want)
			}
		})
	}
}

func TestEditRefusesWhatIsNoManifest(t *testing.T) {
	if _, err := SetTool("f", []byte("[tools]\nnode = 1"), "go", "1"); err == nil {
		t.Error("edited a file with mistakes")
	}
	_, err := SetTool("f", []byte("[tools]\n"), "No Tool", "1")
	var edit *EditError
	if !errors.As(err, &edit) || edit.Hint() == "" {
		t.Errorf("got %v", err)
	}
}

func TestNew(t *testing.T) {
	tools := []Tool{
		{Name: "node", Versions: []Version{{Constraint: "24"}}},
		{Name: "python", Versions: []Version{{Constraint: ">=3.12,<3.14"}, {Constraint: "3.11"}}},
	}
	want := "[tools]\nnode = \"24\"\npython = [\">=3.12,<3.14\", \"3.11\"]\n"
	if got := New(tools); string(got) != want {
		t.Errorf("got %s", got)
	}
}

// FuzzEdit: an edited manifest says what it said, but for the tool; setting a
// tool that is there touches nothing outside of its value; adding and removing
// one gives the old bytes back.
func FuzzEdit(f *testing.F) {
	f.Add(everything, "22")
	f.Add("tools.go='1'\r\n[tools.python]\nversion=['2','3']", "é\"\\\n")
	f.Add("tools={go={version='1'}, python='3',}", "1")
	f.Add("[tools.go]\nversion='1'\n[tools]\npython='3'\n[env.X]\nunset=true", "1")
	f.Fuzz(func(t *testing.T, text, constraint string) {
		before, err := Parse("f", []byte(text), nil)
		if err != nil || constraint == "" || strings.ToValidUTF8(constraint, "") != constraint || strings.Contains(constraint, "\x00") {
			return
		}
		for _, tool := range []string{"go", "node", "python"} {
			edited, err := SetTool("f", []byte(text), tool, constraint)
			if err != nil {
				t.Fatalf("set %s: %v", tool, err)
			}
			after, err := Parse("f", edited, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(constraintsOf(after.Tools), withTool(before.Tools, tool, []string{constraint})) || !sameBeyondTools(before, after) {
				t.Fatalf("set %s: %q became %q", tool, text, edited)
			}
			untouched(t, text, edited, before, tool)
			removed, err := RemoveTool("f", edited, tool)
			if err != nil {
				t.Fatalf("remove %s from %q: %v", tool, edited, err)
			}
			if _, had := before.Tool(tool); !had && strings.Contains(text, "[tools]") && strings.HasSuffix(text, "\n") && string(removed) != text {
				t.Fatalf("set and remove %s: %q became %q", tool, text, removed)
			}
		}
	})
}

// untouched checks that edited is text with one run of bytes replaced: that of
// the value, or, for a tool that was not there, nothing.
func untouched(t *testing.T, text string, edited []byte, before *Manifest, tool string) {
	prefix := 0
	for prefix < len(text) && prefix < len(edited) && text[prefix] == edited[prefix] {
		prefix++
	}
	suffix := 0
	for suffix < len(text)-prefix && suffix < len(edited)-prefix && text[len(text)-1-suffix] == edited[len(edited)-1-suffix] {
		suffix++
	}
	replaced := text[prefix : len(text)-suffix]
	if _, had := before.Tool(tool); !had && strings.TrimSpace(replaced) != "" && !bytes.Contains(edited, []byte("{ "+tool)) {
		t.Fatalf("adding %s to %q replaced %q", tool, text, replaced)
	}
}
