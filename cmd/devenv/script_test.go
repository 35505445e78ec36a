package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"devenv/cmd/internal/cli"
)

func TestMain(m *testing.M) {
	if code, ours := cli.Helper(os.Args); ours {
		os.Exit(code)
	}
	testscript.Main(closing{m}, map[string]func(){
		"devenv": func() { os.Exit(cli.Main(os.Args[1:])) },
	})
}

// TestScript runs testdata/script/*.txtar: the commands as a user types them,
// with toolchains from the registries that this machine is configured for. The
// scripts share one store and one cache of downloads, as a user's projects do;
// homes and states are their own.
func TestScript(t *testing.T) {
	common := shared(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			for name, value := range common.vars {
				e.Setenv(name, value)
			}
			e.Setenv("HOME", home)
			e.Setenv("NO_COLOR", "1")
			e.Setenv("SHELL", "/bin/bash")
			e.Setenv("REPO", moduleRoot(t))
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
