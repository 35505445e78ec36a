package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"devenv/cmd/internal/cli"
	"devenv/resolver/tools/toolstest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"devenv": func() { os.Exit(cli.Main(os.Args[1:])) },
	})
}

// TestScript runs testdata/script/*.txtar: the commands as a user types them,
// with toolchains from the registries that this machine is configured for. The
// scripts share one store and one cache of downloads, as a user's projects do;
// homes and states are their own.
func TestScript(t *testing.T) {
	registry, goproxy := toolstest.NpmRegistry(t), toolstest.GoProxy(t)
	python := toolstest.PythonMirror(t)
	shared := t.TempDir()
	t.Cleanup(func() { makeWritable(shared) })
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			for name, value := range map[string]string{
				"HOME":                     home,
				"XDG_CACHE_HOME":           filepath.Join(shared, "cache"),
				"DEVENV_STORE":             filepath.Join(shared, "store"),
				"NPM_CONFIG_REGISTRY":      registry,
				"GOPROXY":                  goproxy,
				"GOSUMDB":                  os.Getenv("GOSUMDB"),
				"GOFLAGS":                  "-mod=mod",
				"GOCACHE":                  goEnv(t, "GOCACHE"),
				"GOMODCACHE":               filepath.Join(shared, "gomod"),
				"UV_PYTHON_INSTALL_MIRROR": python.URL,
				"NO_COLOR":                 "1",
				"SHELL":                    "/bin/bash",
				"REPO":                     moduleRoot(t),
			} {
				e.Setenv(name, value)
			}
			return os.MkdirAll(home, 0o755)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"copytree": copyTree,
		},
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

// copyTree copies a directory of the repository into the script's: copytree
// $REPO/examples/node-20 project
func copyTree(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: copytree from to")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(args[0])))
}

// goEnv asks the go command, whose caches tests share.
func goEnv(t *testing.T, name string) string {
	out := output(t, "go", "env", name)
	return strings.TrimSpace(out)
}

// makeWritable lets the test's cleanup delete a store.
func makeWritable(dir string) {
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
}
