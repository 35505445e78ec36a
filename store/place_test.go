package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLocate(t *testing.T) {
	empty, nix := t.TempDir(), t.TempDir()
	for _, dir := range []string{"nix/store", "nix/var/nix/db"} {
		if err := os.MkdirAll(filepath.Join(nix, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	unused := t.TempDir() // a /nix without a database is nobody's store
	if err := os.MkdirAll(filepath.Join(unused, "nix/store"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(nix, "nix/var/nix/db/db.sqlite"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		url, data, machine string
		want               Place
		err                string
	}{
		{"auto", "/data", nix, at(nix), ""},
		{"auto", "/data", empty, at("/data"), ""},
		{"auto", "/data/", unused, at("/data"), ""},
		{"auto", "", empty, Place{}, "no data directory"},
		{"auto", "relative", empty, Place{}, "no data directory"},
		{"local", "/data", empty, at("/"), ""},
		{"local?root=/a/../b", "/data", empty, at("/b"), ""},
		{"local?root=%2Fwith%20space", "/data", empty, at("/with space"), ""},
		{"local?root=/", "", empty, at("/"), ""},
		{"local?root=rel", "", empty, Place{}, "not an absolute path"},
		{"local?raal=/x", "", empty, Place{}, `parameter "raal"`},
		{"local?root=%zz", "", empty, Place{}, "invalid URL escape"},
		{"/some/dir/", "", empty, at("/some/dir"), ""},
		{"/what?root=/x", "", empty, at("/what"), ""},
		{"/", "", empty, at("/"), ""},
		{"local://a", "", empty, Place{}, "not an absolute path"},
		{"local?store=/s", "", empty, Place{Private, "/", "/s", "/s", "/nix/var/nix", "/nix/var/log/nix"}.withMode(), ""},
		{"local?root=/r&store=/s&state=/t", "", empty, Place{Private, "/r", "/s", "/r/nix/store", "/t", "/r/nix/var/log/nix"}, ""},
		{"local?real=/r&log=/l", "", empty, Place{Private, "/", "/nix/store", "/r", "/nix/var/nix", "/l"}, ""},
		{"daemon", "", empty, Place{}, "not a store on this machine's disk"},
		{"https://cache.example", "", empty, Place{}, "not a store on"},
		{"relative/dir", "", empty, Place{}, "not an absolute path"},
	} {
		u, err := ParseURL(tt.url)
		var got Place
		if err == nil {
			got, err = locate(u, tt.data, tt.machine, func(string) string { return "" })
		}
		if tt.err == "" && (err != nil || got != tt.want) || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("locate(%q, %q): %v, %v", tt.url, tt.data, got, err)
		}
	}
}

func TestOpenReadsTheVariable(t *testing.T) {
	getenv := func(name string) string { return map[string]string{"DEVENV_STORE": "/from/variable"}[name] }
	for url, want := range map[string]string{"": "/from/variable", "/from/option": "/from/option"} {
		s, err := Open(t.Context(), Options{URL: url, Getenv: getenv})
		if err != nil || s.Describe().Root != want {
			t.Errorf("URL %q: %v, %v", url, s, err)
		}
	}
	_, err := Open(t.Context(), Options{URL: "ssh://host"})
	if e, ok := errors.AsType[*URLError](err); !ok || !strings.Contains(e.Hint(), "local?root=") {
		t.Errorf("got %v", err)
	}
}

func TestSettings(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"etc/nix.conf":       "# use-sqlite-wal = false\nkeep-outputs = true # yes\nsubstituters = a b\n",
		"home/nix/nix.conf":  "include more.conf\n!include absent.conf\n",
		"home/nix/more.conf": "gc-keep-derivations = false\nuse-sqlite-wal = false\n",
		"xdg/nix/nix.conf":   "keep-derivations = true\n",
		"broken/nix.conf":    "include absent.conf\n",
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		env  map[string]string
		want settings
	}{
		"defaults": {map[string]string{"NIX_CONF_DIR": dir}, settings{keepDerivations: true}},
		"system":   {map[string]string{"NIX_CONF_DIR": dir + "/etc"}, settings{keepDerivations: true, keepOutputs: true}},
		"user":     {map[string]string{"NIX_CONF_DIR": dir, "XDG_CONFIG_HOME": dir + "/home", "XDG_CONFIG_DIRS": dir + "/xdg"}, settings{noWAL: true}},
		"files":    {map[string]string{"NIX_CONF_DIR": dir, "NIX_USER_CONF_FILES": dir + "/xdg/nix/nix.conf:" + dir + "/home/nix/nix.conf"}, settings{noWAL: true, keepDerivations: true}},
		"variable": {map[string]string{"NIX_CONF_DIR": dir + "/etc", "NIX_CONFIG": "keep-outputs = false\nuse-sqlite-wal = true"}, settings{keepDerivations: true}},
	} {
		got, err := readSettings(func(name string) string { return tt.env[name] })
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, tt.want)
		}
	}
	if _, err := readSettings(func(name string) string { return map[string]string{"NIX_CONF_DIR": dir + "/broken"}[name] }); err == nil {
		t.Error("an include of nothing was passed over")
	}
}

func TestSyncFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	if err := errors.Join(os.MkdirAll(dir+"/a/b", 0o755), os.WriteFile(dir+"/a/f", []byte("x"), 0o444), os.Symlink("nowhere", dir+"/l")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(syncFiles([]string{dir}), syncTrees([]string{dir})); err != nil {
		t.Error(err)
	}
}

// TestTellCollector speaks to a socket as Nix's collector has it.
func TestTellCollector(t *testing.T) {
	root := t.TempDir()
	s, err := Open(t.Context(), Options{URL: root})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.create(); err != nil {
		t.Fatal(err)
	}
	told := collect(t, s)
	p, err := s.Dir().Parse("/nix/store/" + strings.Repeat("0", 32) + "-x")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.addTempRoot(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got := <-told; got != s.Dir().Join(p)+"\n" {
		t.Errorf("the collector was told %q", got)
	}
	links, err := s.readTempRoots()
	if err != nil || len(links) != 1 || links[0].path != p {
		t.Errorf("temporary roots: %v, %v", links, err)
	}
}

func TestWaitForCollector(t *testing.T) {
	s, err := Open(t.Context(), Options{URL: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.create(); err != nil {
		t.Fatal(err)
	}
	holdCollectorLock(t, s)
	p, err := s.Dir().Parse("/nix/store/" + strings.Repeat("0", 32) + "-x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.waiting = func(string) { cancel() }
	if err := s.addTempRoot(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
