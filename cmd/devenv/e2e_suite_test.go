package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"devenv/resolver/tools/toolstest"
)

// A suite is what all tests of the package have in common: registries on
// loopback, one store and one cache, so that a toolchain is unpacked once, and
// the program as a user would build it.
type suite struct {
	testing.TB // of the test that came first
	dir        string
	program    string
	vars       map[string]string // for the environment of every machine

	cleanups []func()
}

var theSuite struct {
	sync.Mutex
	*suite
}

// shared makes the suite for the first test that asks.
func shared(t testing.TB) *suite {
	t.Helper()
	theSuite.Lock()
	defer theSuite.Unlock()
	if theSuite.suite == nil {
		theSuite.suite = newSuite(t)
	}
	return theSuite.suite
}

func newSuite(t testing.TB) *suite {
	dir, err := os.MkdirTemp("", "devenv-suite")
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{TB: t, dir: dir, program: filepath.Join(dir, "bin", "devenv")}
	s.Cleanup(func() { removeAll(dir) })
	output(t, "env", "CGO_ENABLED=0", "go", "build", "-o", s.program, ".") // as releases are built
	s.vars = map[string]string{
		"XDG_CACHE_HOME":           filepath.Join(dir, "cache"),
		"DEVENV_STORE":             filepath.Join(dir, "store"),
		"NPM_CONFIG_REGISTRY":      toolstest.NpmRegistry(s),
		"GOPROXY":                  toolstest.GoProxy(s),
		"UV_PYTHON_INSTALL_MIRROR": toolstest.PythonMirror(s).URL,
		"GOSUMDB":                  os.Getenv("GOSUMDB"),
		"GOFLAGS":                  "-mod=mod",
		"GOCACHE":                  strings.TrimSpace(output(t, "go", "env", "GOCACHE")),
		"GOMODCACHE":               filepath.Join(dir, "gomod"),
	}
	return s
}

// Cleanup is called for what the suite has open: that ends with the package's
// tests, not with the first one.
func (s *suite) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

// closing is the run of all tests, after which the suite is closed.
type closing struct{ m testscript.TestingM }

func (c closing) Run() int {
	code := c.m.Run()
	if s := theSuite.suite; s != nil {
		for i := len(s.cleanups) - 1; i >= 0; i-- {
			s.cleanups[i]()
		}
	}
	return code
}

// removeAll deletes what has stores and module caches in it.
func removeAll(dir string) {
	makeWritable(dir)
	os.RemoveAll(dir)
}

// need gives the path of a program that the tests cannot do without in CI.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		missing(t, "%s is needed: apt-get install %s", program, program)
	}
	return path
}

// missing ends a test that cannot run on this machine: in CI that is a failure.
func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// makeWritable lets a directory with a store in it be deleted.
func makeWritable(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return nil
	})
}
