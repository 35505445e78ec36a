package tools

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
)

// Host is what DetectMachine looks at. All fields but Project are needed.
type Host struct {
	GOOS, GOARCH string // as in package runtime
	Getenv       func(string) string
	// Run runs a program of PATH and gives its standard output; its standard error is
	// dropped. It runs outside of any project: neither a project's .npmrc nor its go.mod
	// may change the answer.
	Run  func(ctx context.Context, argv ...string) ([]byte, error)
	Home string
	// Root is the file system from "/" on; names are without the first slash.
	Root fs.FS
	// Project is a directory whose .npmrc counts as it does for npm, absolute. Such a file
	// decides where programs come from: give it only for a project that may run code.
	Project string
}

// Machine is what this machine is, and what it is configured for. The registries'
// configurations are found when they are first asked for: a tool that is in the store
// needs neither.
type Machine struct {
	System string // Nix's name, such as x86_64-linux
	host   Host
	libc   string // "glibc", "musl" or "none" on Linux
	npm    func(context.Context) (NpmConfig, error)
	goenv  func(context.Context) (GoConfig, error)
}

// DetectMachine finds the system and its C library. A system that no tool is published for is
// an [*UnsupportedError].
func DetectMachine(h Host) (*Machine, error) {
	arch, okArch := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[h.GOARCH]
	if !okArch || (h.GOOS != "linux" && h.GOOS != "darwin") {
		return nil, &UnsupportedError{
			Tool:   "devenv",
			Reason: fmt.Sprintf("%s on %s is not a system that toolchains are locked for", h.GOOS, h.GOARCH),
			Next:   "use Linux or macOS on x86-64 or ARM64; on Windows that is WSL",
		}
	}
	m := &Machine{System: arch + "-" + h.GOOS, host: h}
	if h.GOOS == "linux" {
		m.libc = linuxLibc(h.Root, h.GOARCH)
	}
	m.npm = once(func(ctx context.Context) (NpmConfig, error) { return detectNpm(ctx, h) })
	m.goenv = once(func(ctx context.Context) (GoConfig, error) { return detectGo(ctx, h) })
	return m, nil
}

// Npm is npm's configuration as npm itself would find it.
func (m *Machine) Npm(ctx context.Context) (NpmConfig, error) { return m.npm(ctx) }

// Go is the go command's configuration as `go env` would tell it.
func (m *Machine) Go(ctx context.Context) (GoConfig, error) { return m.goenv(ctx) }

// Supports is nil where the tool's archives run on this machine, else an [*UnsupportedError].
func (m *Machine) Supports(t *Tool) error {
	if t.Libc != "glibc" || m.libc == "" || m.libc == "glibc" {
		return nil
	}
	if m.libc == "musl" {
		return &UnsupportedError{
			Tool:   t.Title,
			Reason: "this system has musl as its C library, and the published archives are built for glibc",
			Next:   "work in an image with glibc (debian, ubuntu, fedora), or: apk add gcompat",
		}
	}
	return &UnsupportedError{
		Tool:   t.Title,
		Reason: "NixOS has no dynamic loader where published programs look for it",
		Next:   "in configuration.nix: programs.nix-ld.enable = true;",
	}
}

// linuxLibc looks at the dynamic loaders. Where glibc's is there programs run, whatever
// else is installed; a system that shows neither gets the benefit of the doubt.
func linuxLibc(root fs.FS, goarch string) string {
	loaders := map[string][]string{
		"amd64": {"lib64/ld-linux-x86-64.so.2"},
		"arm64": {"lib/ld-linux-aarch64.so.1", "lib64/ld-linux-aarch64.so.1"},
	}[goarch]
	for _, l := range loaders {
		if exists(root, l) {
			return "glibc"
		}
	}
	if found, _ := fs.Glob(root, "lib/ld-musl-*"); len(found) > 0 {
		return "musl"
	}
	if exists(root, "etc/NIXOS") {
		return "none"
	}
	return "glibc"
}

// exists follows links where the file system can; a link that leads out of root exists.
func exists(root fs.FS, name string) bool {
	if _, err := fs.Stat(root, name); err == nil {
		return true
	}
	_, err := fs.ReadLink(root, name)
	return err == nil
}

// once keeps the first answer. A cancelled call leaves no answer; one that ran out of
// time does, so that nobody waits for the same silent host twice.
func once[T any](f func(context.Context) (T, error)) func(context.Context) (T, error) {
	var (
		mu   sync.Mutex
		done bool
		val  T
		err  error
	)
	return func(ctx context.Context) (T, error) {
		mu.Lock()
		defer mu.Unlock()
		if !done {
			val, err = f(ctx)
			done = !errors.Is(ctx.Err(), context.Canceled)
		}
		return val, err
	}
}
