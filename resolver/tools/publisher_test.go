package tools_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"devenv/lockfile"
	"devenv/resolver/constraint"
	"devenv/resolver/tools"
	"devenv/resolver/tools/toolstest"
)

// hello is a fourth tool: a file, no code.
const hello = `name = "hello"
title = "Hello"
grammar = "semver"
sources = ["mirror", "publisher"]
executables = ["hello"]

[publisher]
base = "BASE"
mirrors = ["DEVENV_HELLO_MIRROR"]
file = "{base}/{release}/{archive}"
layout.strip = 1
layout.drop = ["*.md"]
layout.exec = ["libexec/*"]
layout.rename = { "_hello.conf" = "hello.conf" }

[[publisher.index]]
format = "release-sums"
url = "{base}/{release}/SHA256SUMS"
releases = ["1", "2", "3"]

[publisher.archives]
x86_64-linux = ["hello-{version}+{release}-linux.tar.gz"]
aarch64-linux = ["hello-{version}+{release}-linux.tar.gz"]
aarch64-darwin = ["hello-{version}+{release}-mac.tar.gz"]

[environment]
path = ["{tree}/bin"]
set = { HELLO_HOME = "{tree}" }
names = { "hello{major}" = "bin/hello" }
`

func helloCatalogue(t *testing.T, base string) *tools.Catalogue {
	t.Helper()
	c, err := tools.Load(fstest.MapFS{"hello.toml": {Data: []byte(strings.ReplaceAll(hello, "BASE", base))}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func helloArchive(t *testing.T, version string) []byte {
	return toolstest.TarGz(t, map[string]string{
		"hello-" + version + "/bin/hello":       "#!/bin/sh\n. \"$HELLO_HOME/hello.conf\"\nexec \"$HELLO_HOME/libexec/say\"\n",
		"hello-" + version + "/libexec/say":     "echo hello " + version + " $mood\n",
		"hello-" + version + "/bin/hi":          "-> hello",
		"hello-" + version + "/README.md":       "read me",
		"hello-" + version + "/_hello.conf":     "export mood=gladly\n",
		"hello-" + version + "/share/doc/a.txt": "a",
	})
}

// helloSite publishes 1.0.0 and 1.1.0 for Linux, in two of the three releases, 1.1.0 for macOS too.
func helloSite(t *testing.T) *toolstest.Site {
	site := toolstest.NewSite(t, nil)
	for release, version := range map[string]string{"1": "1.0.0", "3": "1.1.0"} {
		data := helloArchive(t, version)
		name := fmt.Sprintf("hello-%s+%s-linux.tar.gz", version, release)
		sums := toolstest.SHA256(data) + "  " + name + "\n"
		if release == "3" {
			sums += strings.Repeat("0", 64) + "  hello-1.1.0+3-mac.tar.gz\n"
		}
		site.Put("/"+release+"/"+name, data)
		site.Put("/"+release+"/SHA256SUMS", []byte(sums))
	}
	return site
}

func TestFourthTool(t *testing.T) {
	site := helloSite(t)
	s := newSystemWith(t, nil, helloCatalogue(t, site.URL))
	all, source, err := s.Versions(t.Context(), "hello")
	if err != nil || source != "publisher" || len(all) != 2 || all[1].Version != "1.1.0" {
		t.Fatalf("%v %v %v", all, source, err)
	}
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "^1"})
	if err != nil {
		t.Fatal(err)
	}
	part := tool.Platforms["x86_64-linux"].Parts[0]
	if tool.Version != "1.1.0" || part.URL != site.URL+"/3/hello-1.1.0%2B3-linux.tar.gz" || part.Size == 0 || !strings.HasPrefix(part.Hash, "sha256-") {
		t.Errorf("%+v", tool)
	}
	if missing := tools.Missing(tool); len(missing) != 1 || missing[0] != "x86_64-darwin" {
		t.Error(missing)
	}
	store := newStore(t)
	sh := s.enter(store, tool, t.TempDir())
	sh.expect("hello", "hello 1.1.0 gladly")
	sh.expect("hi", "hello 1.1.0 gladly")
	tree := filepath.Dir(sh.c.Path[0])
	if _, err := os.Stat(filepath.Join(tree, "README.md")); err == nil {
		t.Error("README.md should have been left out")
	}
	if _, err := os.Stat(filepath.Join(tree, ".parts")); err == nil {
		t.Error("the staging directory is a part of the tree")
	}
}

// What is in the store is found there: the publisher may be gone.
func TestRealiseWithoutNetwork(t *testing.T) {
	site := helloSite(t)
	s := newSystemWith(t, nil, helloCatalogue(t, site.URL))
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	store := newStore(t)
	tree, err := s.Realise(t.Context(), store, tool, "x86_64-linux")
	if err != nil {
		t.Fatal(err)
	}
	tool.Platforms["x86_64-linux"] = lockfile.Platform{Parts: tool.Platforms["x86_64-linux"].Parts, NarHash: tree.NarHash.SRI()}
	before := len(site.Asked())
	again, err := s.Realise(t.Context(), store, tool, "x86_64-linux")
	if err != nil || again != tree || store.added != 1 || len(site.Asked()) != before {
		t.Errorf("%v %v, %d added, %v", again, err, store.added, site.Asked()[before:])
	}
	elsewhere, err := s.Realise(t.Context(), newStore(t), tool, "x86_64-linux")
	if err != nil || elsewhere != tree {
		t.Errorf("another store: %v %v", elsewhere, err)
	}
}

func TestMirror(t *testing.T) {
	mirror := helloSite(t)
	s := newSystemWith(t, map[string]string{"DEVENV_HELLO_MIRROR": mirror.URL + "/"}, helloCatalogue(t, "http://127.0.0.1:9/hello"))
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "1.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	if url := tool.Platforms["x86_64-linux"].Parts[0].URL; tool.Source != "mirror" || !strings.HasPrefix(url, "http://127.0.0.1:9/hello/3/") {
		t.Errorf("the lock keeps the publisher's address: %+v", tool)
	}
	if _, err := s.Realise(t.Context(), newStore(t), tool, "x86_64-linux"); err != nil {
		t.Error(err)
	}
}

// A mirror without the file is passed over; the publisher has it.
func TestMirrorWithoutTheArchive(t *testing.T) {
	site, mirror := helloSite(t), toolstest.NewSite(t, nil)
	s := newSystemWith(t, map[string]string{"DEVENV_HELLO_MIRROR": mirror.URL}, helloCatalogue(t, site.URL))
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "1.1.0"})
	if err != nil || tool.Source != "publisher" {
		t.Fatal(tool, err)
	}
	if _, err := s.Realise(t.Context(), newStore(t), tool, "x86_64-linux"); err != nil {
		t.Error(err)
	}
}

func TestNothingSatisfies(t *testing.T) {
	s := newSystemWith(t, nil, helloCatalogue(t, helloSite(t).URL))
	_, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "99"})
	var none *constraint.NoMatchError
	if !errors.As(err, &none) {
		t.Error(err)
	}
	if _, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "))"}); err == nil || errors.As(err, &none) {
		t.Error(err)
	}
	var unknown *tools.UnknownToolError
	if _, err := s.Lock(t.Context(), tools.Request{Tool: "helo", Constraint: "1"}); !errors.As(err, &unknown) {
		t.Error(err)
	}
}

// What a server may say in place of an index or an archive. Nothing of it reaches the store.
func TestHostilePublishers(t *testing.T) {
	const sums, archive = "/3/SHA256SUMS", "/3/hello-1.1.0+3-linux.tar.gz"
	escape := toolstest.TarGz(t, map[string]string{"x/../../evil": "evil"})
	outside := toolstest.TarGz(t, map[string]string{"x/bin": "-> /etc", "x/z/passwd": "evil"})
	signed := func(data []byte) map[string][]byte {
		return map[string][]byte{
			sums:    []byte(toolstest.SHA256(data) + "  hello-1.1.0+3-linux.tar.gz\n"),
			archive: data,
		}
	}
	tests := map[string]struct {
		files map[string][]byte
		want  string
	}{
		"a page":             {map[string][]byte{sums: []byte("<html><body>Log in</body></html>")}, "a web page"},
		"empty":              {map[string][]byte{sums: nil}, "empty"},
		"short sums":         {map[string][]byte{sums: []byte("abc  hello-1.1.0+3-linux.tar.gz\n")}, "not a list of checksums"},
		"nothing":            {nil, "known releases"},
		"50 MB":              {map[string][]byte{sums: make([]byte, 50<<20)}, ""},
		"another archive":    {map[string][]byte{archive: helloArchive(t, "6.6.6")}, "sha256"},
		"a cut archive":      {map[string][]byte{archive: helloArchive(t, "1.1.0")[:200]}, ""},
		"leads out by name":  {signed(escape), "evil"},
		"absolute link":      {signed(outside), ""},
		"not an archive":     {signed([]byte("<html>")), ""},
		"no archive at all":  {map[string][]byte{archive: nil}, ""},
		"archive of nothing": {signed(nil), ""},
		"another tool":       {signed(toolstest.TarGz(t, map[string]string{"x/bin/bye": "#!/bin/sh"})), "no program hello"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := toolstest.NewSite(t, nil)
			if name != "nothing" {
				data := helloArchive(t, "1.1.0")
				for path, data := range signed(data) {
					site.Put(path, data)
				}
			}
			for path, data := range tt.files {
				site.Put(path, data)
			}
			s := newSystemWith(t, nil, helloCatalogue(t, site.URL))
			store := newStore(t)
			tool, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "^1"})
			if err == nil {
				_, err = s.Realise(t.Context(), store, tool, "x86_64-linux")
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v", err)
			}
			if left, _ := os.ReadDir(store.dir); len(left) > 0 || store.added > 0 {
				t.Errorf("left in the store: %v", left)
			}
		})
	}
}

// Whoever may take an archive from elsewhere (a company's own build) gets it, against its
// checksum, in the publisher's shape.
func TestRealiseFromElsewhere(t *testing.T) {
	site, other := helloSite(t), helloSite(t)
	s := newSystemWith(t, nil, helloCatalogue(t, site.URL))
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "1.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.Realise(t.Context(), newStore(t), tool, "x86_64-linux")
	if err != nil {
		t.Fatal(err)
	}
	part := tool.Platforms["x86_64-linux"].Parts[0]
	part.URL = other.URL + strings.TrimPrefix(part.URL, site.URL)
	tool.Platforms = map[string]lockfile.Platform{"x86_64-linux": {Parts: []lockfile.Part{part}}}
	got, err := s.Realise(t.Context(), newStore(t), tool, "x86_64-linux")
	if err != nil || got != want || len(other.Asked()) == 0 {
		t.Errorf("%v, not %v; %v; asked %v", got, want, err, other.Asked())
	}
}

func TestRealiseRefuses(t *testing.T) {
	site := helloSite(t)
	s := newSystemWith(t, nil, helloCatalogue(t, site.URL))
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "hello", Constraint: "1.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	good := tool.Platforms["x86_64-linux"].Parts[0]
	with := func(p lockfile.Part, nar string) lockfile.Tool {
		changed := tool
		changed.Platforms = map[string]lockfile.Platform{"x86_64-linux": {Parts: []lockfile.Part{p}, NarHash: nar}}
		return changed
	}
	noHash := good
	noHash.Hash = ""
	elsewhere := good
	elsewhere.URL = "npm:hello@1.1.0"
	wrongNar := "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	for name, tt := range map[string]struct {
		tool   lockfile.Tool
		system string
		want   string
	}{
		"no checksum":      {with(noHash, ""), "x86_64-linux", "no checksum"},
		"another address":  {with(elsewhere, ""), "x86_64-linux", "not where Hello comes from"},
		"another tree":     {with(good, wrongNar), "x86_64-linux", wrongNar},
		"no hash":          {with(good, "nonsense"), "x86_64-linux", "narHash"},
		"another system":   {tool, "x86_64-darwin", "x86_64-darwin"},
		"a weak checksum":  {with(lockfile.Part{URL: good.URL, Hash: "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, ""), "x86_64-linux", "forged"},
		"an evil checksum": {with(lockfile.Part{URL: good.URL, Hash: "h1:xyz"}, ""), "x86_64-linux", "hash of"},
	} {
		if _, err := s.Realise(t.Context(), newStore(t), tt.tool, tt.system); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
