package lockfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// lockOf is a lock with nodes, given as JSON without the outer braces.
func lockOf(nodes string) string {
	return `{"nodes": {` + nodes + `}, "root": "root", "version": 7}`
}

const leaf = `{"locked": {"type": "path"}, "original": {"type": "path"}}`

func TestParseErrors(t *testing.T) {
	deep := strings.Repeat("[", maxDepth+1)
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", "1:1: the file ends here, a value is missing"},
		{"not JSON", "# a lock\n", "1:1: not JSON: '#' instead of a value"},
		{"binary", "{\n \xff", "2:2: not JSON: byte 0xff instead of a key in quotes"},
		{"truncated", "{\n  \"nodes\": {\n    \"root\": {}\n", "4:1: the file ends here, ',' or '}' is missing"},
		{"truncated in a string", "{\n  \"nodes\": {\n    \"ro", "3:5: the file ends inside the string that begins here"},
		{"truncated after a backslash", `"a\`, "1:3: the file ends inside a string"},
		{"more", "{}\n{}", "2:1: there is more after the end of the JSON value"},
		{"a list", "[]", "1:1: not a lock: a list, not an object"},
		{"twice", "{\n \"version\": 7,\n \"é\": 1, \"version\": 7}", "3:10: the key \"version\" is there twice"},
		{"long key", `{"` + strings.Repeat("k", maxKey+1) + `": 1}`, "1:2: a key of 1001 bytes; 1000 are allowed"},
		{"comma", `{"a": 1,}`, "1:9: not JSON: '}' instead of a key in quotes"},
		{"no colon", `{"a" 1}`, "1:6: not JSON: '1' instead of ':'"},
		{"single quotes", `{'a': 1}`, `1:2: not JSON: '\'' instead of a key in quotes`},
		{"deep", deep, fmt.Sprintf("1:%d: values nest deeper than %d levels", maxDepth+1, maxDepth)},
		{"line break in a string", "\"a\nb\"", "1:3: not JSON: a control character (0x0a) inside a string"},
		{"not UTF-8", "\"a\xc3\"", "1:3: byte 0xc3 is not UTF-8"},
		{"surrogate UTF-8", "\"\xed\xa0\x80\"", "1:2: byte 0xed is not UTF-8"},
		{"half a pair", `"\ud83d"`, "1:2: half of a surrogate pair (RFC 8259, 8.2)"},
		{"two halves", `"\ud83d\ud83d"`, "1:2: half of a surrogate pair (RFC 8259, 8.2)"},
		{"escape", `"\x41"`, `1:2: not JSON: there is no escape \x`},
		{"short escape", `"\u12"`, `1:2: not JSON: \u needs four hexadecimal digits`},
		{"signed escape", `"\u+123"`, `1:2: not JSON: \u needs four hexadecimal digits`},
		{"number", "1.", "1:3: the file ends here, a digit is missing"},
		{"leading zero", "01", "1:2: there is more after the end of the JSON value"},
		{"huge number", "1e999", "1:1: the number 1e999 is out of range"},
		{"word", "nul", "1:1: not JSON: 'n' instead of a value"},
		{"conflict", "{\n  \"nodes\": {\n<<<<<<< HEAD\n  \"a\": 1\n=======\n", "3:1: a merge conflict is not resolved (<<<<<<<)"},
		{"end of a conflict", "{\n  \"nodes\": {\n>>>>>>> main\n", "3:1: a merge conflict is not resolved (>>>>>>>)"},
		{"no version", `{"nodes": {}, "root": "root"}`, `1:1: not a lock: "version" is missing`},
		{"version", "{\n\"version\": \"7\"}", "2:12: version is a string, not a whole number"},
		{"fraction", `{"version": 7.0}`, "1:13: version is a number with a fraction or an exponent, not a whole number"},
		{"version 99", "{\n\"version\": 99}", "2:12: version 99 of the lock format is unknown; known are 5 to 7"},
		{"version 4", `{"version": 4}`, "1:13: version 4 of the lock format is unknown; known are 5 to 7"},
		{"no nodes", `{"root": "root", "version": 7}`, `1:1: not a lock: "nodes" is missing`},
		{"no root", `{"nodes": {}, "version": 7}`, `1:1: not a lock: "root" is missing`},
		{"root unknown", `{"nodes": {}, "root": "r", "version": 7}`, `1:23: the root node "r" does not exist`},
		{"node", lockOf(`"root": 1`), "1:20: nodes.root is a whole number, not an object"},
		{"null", lockOf(`"root": null`), "1:20: nodes.root is null, not an object"},
		{"no locked", lockOf(`"root": {}, "a": {"original": {}}`), `1:29: nodes.a has no "locked"`},
		{"no original", lockOf(`"root": {}, "a": {"locked": {}}`), `1:29: nodes.a has no "original"`},
		{"locked", lockOf(`"root": {"locked": true}`), `1:31: nodes.root.locked is a boolean, not an object`},
		{"flake", lockOf(`"root": {"flake": "no"}`), `1:30: nodes.root.flake is a string, not a boolean`},
		{"parent", lockOf(`"root": {"parent": ["a", 1]}`), `1:37: nodes.root.parent[1] is a whole number, not a string`},
		{"input", lockOf(`"root": {"inputs": {"a": 1}}`), `1:37: nodes.root.inputs.a is a whole number; an input is the key of a node, or the list of inputs that it follows`},
		{"follows", lockOf(`"root": {"inputs": {"a": [1]}}`), `1:38: nodes.root.inputs.a[0] is a whole number, not a string`},
		{"empty input", lockOf(`"root": {"inputs": {"a": ""}}`), `1:37: nodes.root.inputs.a is empty`},
		{"no such node", lockOf(`"root": {"inputs": {"a": "b"}}`), `1:37: nodes.root.inputs.a refers to the node "b", which does not exist`},
		{"dangling", lockOf(`"root": {"inputs": {"a": ["b", "c"], "b": "b"}}, "b": ` + leaf), `1:37: nodes.root.inputs.a follows 'b/c', but there is no input 'b/c'`},
		{"dangling first", lockOf(`"root": {"inputs": {"a": ["x", "c"]}}`), `1:37: nodes.root.inputs.a follows 'x/c', but there is no input 'x'`},
		{"follows itself", lockOf(`"root": {"inputs": {"a": ["a"]}}`), `1:37: nodes.root.inputs.a follows 'a', which leads back to 'a'`},
		{"follow each other", lockOf(`"root": {"inputs": {"a": ["b"], "b": ["a"]}}`), `1:37: nodes.root.inputs.a follows 'b', which leads back to 'b'`},
		{"circle", lockOf(`"root": {"inputs": {"a": "a"}},
			"a": {"inputs": {"b": "b"}, "locked": {}, "original": {}},
			"b": {"inputs": {"a": "a"}, "locked": {}, "original": {}}`), `2:9: nodes are inputs of each other in a circle: a → b → a`},
		{"names that upset a terminal", lockOf(`"root": {"inputs": {"\u001b[2J": "b"}}`), `1:45: nodes.root.inputs."\x1b[2J" refers to the node "b", which does not exist`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.in), "sub/devenv.lock")
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			if got := strings.TrimPrefix(err.Error(), "sub/devenv.lock:"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestHints(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"devenv.lock", "{", "take the last good one back (git checkout -- devenv.lock), or delete it and run devenv lock"},
		{"flake.lock", "{", "take the last good one back (git checkout -- flake.lock), or delete it and run devenv flake lock"},
		{"devenv.lock", "<<<<<<< HEAD", "take one side and let it be completed: git checkout --theirs -- devenv.lock && devenv lock"},
		{"devenv.lock", `{"version": 8}`, "update devenv: a newer one wrote this lock"},
	} {
		_, err := Parse([]byte(c.in), c.name)
		var e *Error
		if !errors.As(err, &e) || e.Hint() != c.want {
			t.Errorf("%s: %v", c.in, err)
		}
	}
}

// TestUnknownIsKept has what this package does not know, in Nix's form.
func TestUnknownIsKept(t *testing.T) {
	const text = `{
  "nodes": {
    "a": {
      "flake": true,
      "future": [
        [],
        {},
        null,
        -1,
        18446744073709551615,
        0.5,
        1e+30,
        "\u0000\b\t\n\f\r\"\\/\u001f` + "\x7f\u2028é😀" + `"
      ],
      "inputs": {
        "b": [],
        "c": [
          "a"
        ]
      },
      "locked": {
        "nested": {
          "deep": {
            "deeper": false
          }
        },
        "type": "novel"
      },
      "original": {},
      "parent": []
    },
    "root": {
      "inputs": {
        "a": "a",
        "b": [
          "a",
          "c"
        ]
      }
    },
    "unreachable": {
      "locked": {},
      "original": {}
    }
  },
  "novel": {
    "x": 1
  },
  "root": "root",
  "version": 7
}
`
	lock, err := Parse([]byte(text), "flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(lock.Bytes()); got != text {
		t.Errorf("got\n%s", got)
	}
	if key, ok := lock.Input("a", "c", "c", "b"); !ok || key != "root" {
		t.Errorf("a/c/c/b is %q, %t", key, ok)
	}
	if _, ok := lock.Input("a", "d"); ok {
		t.Error("a/d is there")
	}
}

func TestOldVersions(t *testing.T) {
	for _, version := range []int{5, 6} {
		old := fmt.Sprintf(`{"nodes": {
			"a": {"info": {"lastModified": 5, "narHash": "sha256-x"}, "locked": {"type": "path"}, "original": {"type": "path"}},
			"root": {"inputs": {"a": "a"}}}, "root": "root", "version": %d}`, version)
		lock, err := Parse([]byte(old), "flake.lock")
		if err != nil {
			t.Fatal(err)
		}
		want := Attrs{"type": "path", "lastModified": int64(5), "narHash": "sha256-x"}
		if got := lock.Nodes["a"]; !reflect.DeepEqual(got.Locked, want) || got.Extra != nil {
			t.Errorf("version %d: %v", version, got)
		}
		if !strings.Contains(string(lock.Bytes()), `"version": 7`) {
			t.Error("not printed as version 7")
		}
	}
}

func TestNumbersAsNlohmann(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "-0.0": "-0.0", "1.0": "1.0", "1e2": "100.0", "123456789012345.0": "123456789012345.0", "1e15": "1e+15", "1e14": "100000000000000.0",
		"0.0001": "0.0001", "0.00001": "1e-05", "1.5E-300": "1.5e-300", "18446744073709551616": "1.8446744073709552e+19", "-9223372036854775808": "-9223372036854775808",
	} {
		v, err := scan([]byte(in))
		if err != nil {
			t.Fatal(err.problem)
		}
		if got := string(appendValue(nil, v, "\n")); got != want {
			t.Errorf("%s is printed as %s, want %s", in, got, want)
		}
	}
}

// TestHostileGraphs takes no time that grows faster than the lock.
func TestHostileGraphs(t *testing.T) {
	const n = 20000
	var chain strings.Builder
	for i := range n {
		fmt.Fprintf(&chain, `"i%d": ["i%d"], `, i, i+1)
	}
	if _, err := Parse([]byte(lockOf(`"root": {"inputs": {`+chain.String()+fmt.Sprintf(`"i%d": []}}`, n))), "x"); err != nil {
		t.Error(err)
	}
	var double strings.Builder // every input walks twice along the one before
	for i := range 100 {
		fmt.Fprintf(&double, `"i%d": ["i%d", "i%d"], `, i+1, i, i)
	}
	if _, err := Parse([]byte(lockOf(`"root": {"inputs": {`+double.String()+`"i0": []}}`)), "x"); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(lockOf(`"root": {"inputs": {"a": "a", "b": ["a"]}}, "a": ` + leaf)))
	f.Add([]byte(strings.ReplaceAll(string(toolLock().Bytes()), "\n", " ")))
	f.Add([]byte(`{"nodes": {"root": {"x": [1e3, -0.5, "\ud83d\ude00"]}}, "root": "root", "version": 6}`))
	f.Add([]byte("<<<<<<< x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lock, err := Parse(data, "x")
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Hint() == "" {
				t.Fatal(err)
			}
			return
		}
		printed := lock.Bytes()
		again, err := Parse(printed, "x")
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		if !reflect.DeepEqual(again.Bytes(), printed) {
			t.Fatalf("printed\n%s\nthen\n%s", printed, again.Bytes())
		}
		tools, err := lock.Tools()
		if err != nil {
			t.Fatal(err)
		}
		lock.SetTools(tools)
		if after, err := lock.Tools(); err != nil || len(after) != len(tools) || len(Diff(again, lock)) != 0 {
			t.Fatalf("%v, then %v, %v", tools, after, err)
		}
	})
}
