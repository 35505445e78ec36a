package cli

import (
	"context"
	"debug/elf"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"devenv/nixconf"
	"devenv/store"
	"devenv/store/build"
	"devenv/store/derivation"
	"devenv/store/storepath"
	"devenv/transfer"
)

// builderOptions are what commands that build have in common.
type builderOptions struct {
	jobs, builders                 string
	cores                          int
	keepGoing, keepFailed, rebuild bool
	logs                           bool // show what builders print
}

// newBuilder makes a builder for a store on disk as Nix's settings want it.
func (s *stores) newBuilder(ctx context.Context, disk *store.Store, o builderOptions) (*build.Builder, error) {
	a, settings := s.a, s.settings
	opts, err := readBuildSettings(settings, a.getenv)
	if err != nil {
		return nil, &usageError{err}
	}
	opts.Store, opts.Now, opts.Getenv = disk, time.Now, a.getenv
	opts.Rebuild = o.rebuild
	if opts.Jobs, err = maxJobs(settings); err != nil {
		return nil, &usageError{err}
	}
	opts.Started = func(p storepath.Path) { a.streams.Notice("building %s", drvName(p)) }
	if o.logs {
		opts.Line = func(p storepath.Path, line string) { a.streams.Notice("%s> %s", drvName(p), line) }
	}
	if opts.Jobs == 0 {
		opts.Jobs = -1 // none here
	}
	if opts.Remote, err = s.remote(disk); err != nil {
		return nil, &usageError{err}
	}
	n, err := s.network(ctx)
	if err != nil {
		return nil, err
	}
	opts.Fetch = fetcher{n.client, a}
	if err := s.addSubstituter(ctx, &opts, disk.Dir()); err != nil {
		return nil, err
	}
	return build.New(opts), nil
}

// drvName is the name of a derivation for people.
func drvName(p storepath.Path) string { return strings.TrimSuffix(p.Name(), derivation.Extension) }

// addSubstituter has a builder take from the caches of Nix's settings what they
// have.
func (s *stores) addSubstituter(ctx context.Context, opts *build.Options, dir storepath.Dir) error {
	wanted, err := s.settings.Bool("substitute", true)
	if err != nil || !wanted {
		return err
	}
	urls := s.settings.List("substituters", nixosCache)
	if s.a.offline {
		urls = slices.DeleteFunc(urls, func(url string) bool { return !isFile(url) })
	}
	if len(urls) == 0 {
		return nil
	}
	trust, err := s.trust(dir, nil)
	if err != nil {
		return err
	}
	set, err := s.caches(ctx, urls, trust)
	if err == nil && set.Dir() == dir { // else nothing of it fits
		opts.Substituter = set
	}
	return err
}

// readBuildSettings reads the settings that say how to build.
func readBuildSettings(settings *nixconf.Settings, getenv func(string) string) (o build.Options, err error) {
	r := &settingsReader{Settings: settings}
	o = build.Options{
		System:         settings.String("system", nixSystem()),
		ExtraPlatforms: settings.List("extra-platforms", narrowSystems()...),
		Features:       settings.List("system-features", machineFeatures()...),
		Cores:          int(r.number("cores", 0)),
		AllCores:       runtime.NumCPU(),
		Fallback:       r.flag("fallback", false),
		KeepGoing:      r.flag("keep-going", false),
		KeepFailed:     r.flag("keep-failed", false),
		SandboxPaths:   settings.List("sandbox-paths", defaultShell()...),
		BuildDir:       settings.String("sandbox-build-dir", ""),
		ShmSize:        settings.String("sandbox-dev-shm-size", ""),
		NoFilter:       !r.flag("filter-syscalls", true),
		NewPrivileges:  r.flag("allow-new-privileges", false),
		Timeout:        time.Duration(r.number("timeout", 0)) * time.Second,
		Silence:        time.Duration(r.number("max-silent-time", 0)) * time.Second,
		MaxLog:         r.number("max-build-log-size", 0),
		LogLines:       int(r.number("log-lines", 25)),
		CAFile:         firstFile(settings.String("ssl-cert-file", ""), getenv("NIX_SSL_CERT_FILE"), getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt"),
		Mirrors:        settings.List("hashed-mirrors"),
		Impure:         slices.Contains(settings.List("experimental-features"), "impure-derivations"),
	}
	if settings.String("sandbox", "") == "relaxed" {
		o.Sandbox = build.Relaxed
	} else if !r.flag("sandbox", true) {
		o.Sandbox = build.Never
	}
	return o, r.err
}

// settingsReader reads settings and keeps the first error.
type settingsReader struct {
	*nixconf.Settings
	err error
}

func (r *settingsReader) flag(name string, def bool) bool {
	value, err := r.Bool(name, def)
	r.err = errors.Join(r.err, err)
	return value
}

func (r *settingsReader) number(name string, def int64) int64 {
	value, err := r.Int(name, def)
	r.err = errors.Join(r.err, err)
	return value
}

// maxJobs is how many builds run at a time: as many as there are processors, if
// nothing else is said. Nix's default is one.
func maxJobs(settings *nixconf.Settings) (int, error) {
	if settings.String("max-jobs", "auto") == "auto" {
		return runtime.NumCPU(), nil
	}
	n, err := settings.Int("max-jobs", 1)
	return int(n), err
}

// narrowSystems are the systems whose programs this machine's kernel runs too.
func narrowSystems() []string {
	if nixSystem() == "x86_64-linux" {
		return []string{"i686-linux"}
	}
	return nil
}

// machineFeatures are the system features that Nix finds on a machine.
func machineFeatures() []string {
	features := []string{"nixos-test", "benchmark", "big-parallel"}
	if f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0); err == nil {
		f.Close()
		features = append(features, "kvm")
	}
	return features
}

// defaultShell gives sandboxes a /bin/sh, as Nix has one built in: the first
// static one that this machine has.
func defaultShell() []string {
	for _, file := range []string{"/bin/busybox", "/usr/bin/busybox", "/bin/bash-static", "/usr/lib/initcpio/busybox"} {
		if isStatic(file) {
			return []string{"/bin/sh=" + file}
		}
	}
	return nil
}

// isStatic reports whether file is a program that needs no others.
func isStatic(file string) bool {
	f, err := elf.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	return !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}

// firstFile is the first of names that is a file, "" if none is.
func firstFile(names ...string) string {
	for _, name := range names {
		if info, err := os.Stat(name); name != "" && err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}

// fetcher gives builders the network for builtin:fetchurl.
type fetcher struct {
	client *transfer.Client
	a      *app
}

// Fetch satisfies build.Fetcher.
func (f fetcher) Fetch(ctx context.Context, url, file string) error {
	if path, ok := strings.CutPrefix(url, "file://"); ok {
		in, err := os.Open(path)
		if err != nil {
			return err
		}
		defer in.Close()
		return writeTo(file, in)
	}
	if f.client == nil {
		return withHint(errors.New("fetching needs the network, and --offline was asked for"), "run it without --offline")
	}
	return f.client.Stream(ctx, transfer.Request{URL: url}, func(content io.Reader) error { return writeTo(file, content) }, f.a.progress)
}

// writeTo writes content to a file.
func writeTo(file string, content io.Reader) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	return errors.Join(err, out.Close())
}
