package tools_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"devenv/lockfile"
	"devenv/resolver/tools"
	"devenv/resolver/tools/toolstest"
	"devenv/transfer"
)

// system is a Resolver on this machine with an environment of its own.
type system struct {
	*tools.Resolver
	t         *testing.T
	catalogue *tools.Catalogue
	machine   *tools.Machine
}

// Lock is the Resolver's. Whatever a test locks must need no permission.
func (s *system) Lock(ctx context.Context, req tools.Request) (lockfile.Tool, error) {
	tool, err := s.Resolver.Lock(ctx, req)
	for system, platform := range tool.Platforms {
		for _, part := range platform.Parts {
			if !s.catalogue.Owns(tool.Name, tool.Version, system, part.URL) {
				s.t.Errorf("%s %s for %s: %s is not trusted", tool.Name, tool.Version, system, part.URL)
			}
		}
	}
	return tool, err
}

func newSystem(t *testing.T, env map[string]string) *system {
	t.Helper()
	c, err := tools.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return newSystemWith(t, env, c)
}

func newSystemWith(t *testing.T, env map[string]string, c *tools.Catalogue) *system {
	t.Helper()
	getenv := func(name string) string { return env[name] }
	m, err := tools.DetectMachine(tools.Host{
		GOOS: runtime.GOOS, GOARCH: runtime.GOARCH, Getenv: getenv, Home: t.TempDir(), Root: os.DirFS("/"),
		Run: func(context.Context, ...string) ([]byte, error) { return nil, exec.ErrNotFound },
	})
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	client, err := transfer.New(transfer.Options{Getenv: getenv, CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	r := tools.New(tools.Options{Catalogue: c, Machine: m, Client: client, CacheDir: cache})
	return &system{Resolver: r, t: t, catalogue: c, machine: m}
}

// shell is an environment with a tool in it.
type shell struct {
	t   *testing.T
	env []string
	c   tools.Contribution
	dir string
}

// enter realises a tool and prepares its environment in a place.
func (s *system) enter(store *dirStore, tool lockfile.Tool, place string) shell {
	s.t.Helper()
	tree, err := s.Realise(s.t.Context(), store, tool, s.machine.System)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := s.catalogue.Contribution(tool.Name, tool.Version, store.real(tree), place)
	if err != nil {
		s.t.Fatal(err)
	}
	sh := shell{t: s.t, c: c, dir: s.t.TempDir()}
	sh.env = []string{"HOME=" + s.t.TempDir(), "PATH=" + strings.Join(append(c.Path, "/usr/bin", "/bin"), ":")}
	for k, v := range c.Set {
		sh.env = append(sh.env, k+"="+v)
	}
	err = tools.Prepare(s.t.Context(), c, func(ctx context.Context, argv []string) error {
		sh.run(strings.Join(argv, " "))
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sh
}

func (sh shell) run(command string) string {
	sh.t.Helper()
	cmd := exec.CommandContext(sh.t.Context(), "/bin/sh", "-ec", command)
	cmd.Env, cmd.Dir = sh.env, sh.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		sh.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (sh shell) expect(command, prefix string) {
	sh.t.Helper()
	if got := sh.run(command); !strings.HasPrefix(got, prefix) {
		sh.t.Errorf("%s: %q, want %q…", command, got, prefix)
	}
}

func (sh shell) write(name, text string) {
	sh.t.Helper()
	file := filepath.Join(sh.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		sh.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		sh.t.Fatal(err)
	}
}

func TestNodeFromTheRegistry(t *testing.T) {
	registry := toolstest.NpmRegistry(t)
	for _, major := range []string{"20", "24"} {
		t.Run(major, func(t *testing.T) {
			t.Parallel()
			s := newSystem(t, map[string]string{"NPM_CONFIG_REGISTRY": registry + "/"})
			tool, err := s.Lock(t.Context(), tools.Request{Tool: "node", Constraint: major})
			if err != nil {
				t.Fatal(err)
			}
			if tool.Source != "npm" || len(tool.Platforms) < 2 {
				t.Errorf("%+v", tool)
			}
			for _, p := range tool.Platforms[s.machine.System].Parts {
				if p.Size == 0 || strings.Contains(p.URL, registry) {
					t.Errorf("%+v", p)
				}
			}
			sh := s.enter(newStore(t), tool, t.TempDir())
			nodeFeelsNormal(t, sh, tool.Version)
		})
	}
}

func nodeFeelsNormal(t *testing.T, sh shell, version string) {
	sh.expect("node --version", "v"+version)
	sh.expect("npm --version", "1")
	sh.expect("npx --version", "1")
	sh.expect("corepack --version", "0.")
	sh.write("hello/package.json", `{"name":"hello","version":"1.0.0","bin":{"hello-devenv":"main.js"}}`)
	sh.write("hello/main.js", "#!/usr/bin/env node\nconsole.log('hello from', process.version)\n")
	sh.run("npm pack ./hello --offline && npm install -g --offline --no-audit --no-fund ./hello-1.0.0.tgz")
	sh.expect("hello-devenv", "hello from v"+version)
	sh.expect("command -v hello-devenv", sh.c.Set["npm_config_prefix"]+"/bin/")
	sh.run("corepack enable")
	sh.expect("command -v pnpm", sh.c.Place+"/shims/pnpm")
	sh.expect("command -v yarn", sh.c.Place+"/shims/yarn")
}

func TestGoFromTheProxy(t *testing.T) {
	t.Parallel()
	s := newSystem(t, map[string]string{"GOPROXY": toolstest.GoProxy(t)})
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "go", Constraint: "1.24"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(tool.Platforms[s.machine.System].Parts[0].Hash, "h1:") || tool.Source != "goproxy" {
		t.Errorf("%+v", tool)
	}
	sh := s.enter(newStore(t), tool, t.TempDir())
	sh.env = append(sh.env, "GOFLAGS=-mod=mod", "GOPROXY=off", "CGO_ENABLED=0", "GOCACHE="+toolstest.CacheDir(t, "go-build"))
	sh.expect("go version", "go version go"+tool.Version+" ")
	sh.write("go.mod", "module example.org/hello\n\ngo 1.24\n")
	sh.write("main.go", "package main\n\nfunc main() { println(\"hello\") }\n")
	sh.run("gofmt -l main.go && go install . && go vet .")
	sh.expect("command -v hello", sh.c.Set["GOBIN"])
	sh.expect("hello", "hello")
}

func TestPythonFromAMirror(t *testing.T) {
	t.Parallel()
	mirror := toolstest.PythonMirror(t)
	s := newSystem(t, map[string]string{"UV_PYTHON_INSTALL_MIRROR": mirror.URL})
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "python", Constraint: "3.11"})
	if err != nil {
		t.Fatal(err)
	}
	p := tool.Platforms[s.machine.System].Parts[0]
	if tool.Source != "mirror" || tool.Version != mirror.Version || !strings.HasPrefix(p.URL, "https://github.com/astral-sh/") {
		t.Errorf("%+v", tool)
	}
	place := t.TempDir()
	sh := s.enter(newStore(t), tool, place)
	sh.expect("python --version", "Python "+mirror.Version)
	sh.expect("python -c 'import sys; print(sys.prefix)'", sh.c.Set["VIRTUAL_ENV"])
	sh.expect("command -v pip", sh.c.Set["VIRTUAL_ENV"])
	toolstest.Wheel(t, filepath.Join(sh.dir, "hello_devenv-1-py3-none-any.whl"))
	sh.run("pip install --no-index ./hello_devenv-1-py3-none-any.whl")
	sh.expect("python -c 'import hello_devenv; hello_devenv.say()'", "hello")
	sh.expect("hello-devenv", "hello")
	sh.run("python -m venv --without-pip own && own/bin/python -c 'import ssl, sqlite3'")

	// Another tree of the same minor version: the environment and its packages stay.
	other := s.enter(newStore(t), tool, place)
	other.expect("python -c 'import hello_devenv, sys; print(sys.base_prefix)'", other.c.Place+"/base")
	other.expect("readlink "+other.c.Place+"/base", other.c.Links[other.c.Place+"/base"])
}
