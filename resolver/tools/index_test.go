package tools

import (
	"strings"
	"testing"
)

const nodeIndexText = `[
{"version":"v24.11.0","date":"2025-10-28","files":["headers","linux-arm64","linux-x64","osx-arm64-tar","osx-x64-pkg","osx-x64-tar","src","win-x64-zip"],"npm":"11.6.1","v8":"13.6.233.10","lts":"Krypton","security":false},
{"version":"v25.0.0","date":"2025-10-15","files":["linux-x64"],"npm":"11.6.2","lts":false},
{"version":"v0.10.0","date":"2013-03-11","files":["osx-x64-pkg","src"],"lts":false}]`

func TestParseNodeIndex(t *testing.T) {
	all, err := parseNodeIndex([]byte(nodeIndexText), nil)
	if err != nil {
		t.Fatal(err)
	}
	first := all[0]
	if len(all) != 3 || first.Version != "24.11.0" || first.LTS != "Krypton" || first.Bundled["npm"] != "11.6.1" {
		t.Fatalf("%+v", all)
	}
	if first.Date.Format("2006-01-02") != "2025-10-28" || all[1].LTS != "" {
		t.Errorf("%+v", all)
	}
	for _, name := range []string{"node-v24.11.0-linux-x64.tar.xz", "node-v24.11.0-darwin-arm64.tar.gz", "node-v24.11.0-darwin-x64.tar.xz"} {
		if _, ok := first.Archives[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	if len(all[2].Archives) > 2 {
		t.Errorf("a package for the installer is no archive: %v", all[2].Archives)
	}
}

const goIndexText = `[{"version":"go1.24.5","stable":true,"files":[
 {"filename":"go1.24.5.src.tar.gz","os":"","arch":"","version":"go1.24.5","sha256":"` + sumA + `","size":1,"kind":"source"},
 {"filename":"go1.24.5.linux-amd64.tar.gz","os":"linux","arch":"amd64","version":"go1.24.5","sha256":"` + sumA + `","size":78541432,"kind":"archive"}]},
 {"version":"go1.25rc1","stable":false,"files":[{"filename":"go1.25rc1.linux-amd64.tar.gz","sha256":"` + sumB + `","size":5}]}]`

const (
	sumA = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	sumB = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
)

func TestParseGoIndex(t *testing.T) {
	all, err := parseGoIndex([]byte(goIndexText), builtin(t, "go").matcher())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Version != "1.24.5" || all[0].Prerelease || !all[1].Prerelease {
		t.Fatalf("%+v", all)
	}
	d := all[0].Archives["go1.24.5.linux-amd64.tar.gz"]
	if len(all[0].Archives) != 1 || d.Size != 78541432 || d.Hash.Base16() != sumA {
		t.Errorf("%+v", all[0].Archives)
	}
}

const astralText = `{"version":"3.12.6+20240909","date":"2024-09-09T22:00:00Z","artifacts":[
{"platform":"x86_64-unknown-linux-gnu","variant":"install_only_stripped","url":"https://github.com/astral-sh/python-build-standalone/releases/download/20240909/cpython-3.12.6%2B20240909-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz","archive_format":"tar.gz","sha256":"` + sumA + `"},
{"platform":"x86_64_v3-unknown-linux-gnu","variant":"install_only","url":"https://github.com/astral-sh/python-build-standalone/releases/download/20240909/cpython-3.12.6%2B20240909-x86_64_v3-unknown-linux-gnu-install_only.tar.gz","sha256":"` + sumA + `"}]}
{"version":"3.12.6+20240814","date":"2024-08-14T22:00:00Z","artifacts":[
{"url":"https://example.org/20240814/cpython-3.12.6%2B20240814-x86_64-unknown-linux-gnu-install_only.tar.gz","sha256":"` + sumB + `"}]}
{"version":"3.13.0rc2+20240909","date":"2024-09-09T22:00:00Z","artifacts":[
{"url":"https://example.org/20240909/cpython-3.13.0rc2%2B20240909-aarch64-apple-darwin-install_only.tar.gz","sha256":"` + sumB + `"}]}
`

func TestParseAstralIndex(t *testing.T) {
	text := strings.ReplaceAll(strings.ReplaceAll(astralText, "[\n", "["), ",\n", ",")
	all, err := parseAstralIndex([]byte(text), builtin(t, "python").matcher())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Version != "3.12.6" || all[0].Tag != "20240909" || len(all[0].Archives) != 1 {
		t.Fatalf("the newest build counts, for the baseline only: %+v", all)
	}
	if !all[1].Prerelease || all[0].Prerelease {
		t.Errorf("%+v", all)
	}
}

func TestParseReleaseSums(t *testing.T) {
	text := sumA + "  cpython-3.11.3+20230507-x86_64-unknown-linux-gnu-install_only.tar.gz\n" +
		sumB + " *cpython-3.11.3+20230507-aarch64-unknown-linux-gnu-install_only.tar.gz\n" +
		sumB + "  cpython-3.11.3+20230507-x86_64-pc-windows-msvc-shared-install_only.tar.gz\n"
	all, err := parseReleaseSums([]byte(text), builtin(t, "python").matcher())
	if err != nil || len(all) != 1 || len(all[0].Archives) != 2 || all[0].Tag != "20230507" {
		t.Fatalf("%+v, %v", all, err)
	}
}

func TestBadIndexes(t *testing.T) {
	bad := map[string]string{
		"empty": "", "blanks": " \n", "page": "<!DOCTYPE html><html></html>", "text": "Service unavailable",
		"object": `{"error":"no"}`, "none": "[]", "more": "[] []", "cut": nodeIndexText[:200],
	}
	for format, parse := range indexFormats() {
		for name, text := range bad {
			all, err := parse([]byte(text), builtin(t, "python").matcher())
			if err == nil && len(all) > 0 {
				t.Errorf("%s: %s: %d versions", format, name, len(all))
			}
			if err == nil && format != "astral-ndjson" && format != "release-sums" {
				t.Errorf("%s: %s is taken for an index", format, name)
			}
		}
	}
}

func FuzzIndexes(f *testing.F) {
	for _, s := range []string{nodeIndexText, goIndexText, astralText, sumA + "  x\n"} {
		f.Add([]byte(s))
	}
	c, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	var matchers []matcher
	for _, name := range c.Names() {
		matchers = append(matchers, c.tools[name].matcher())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, parse := range indexFormats() {
			for _, m := range matchers {
				all, err := parse(data, m)
				if err != nil && all != nil {
					t.Fatal("versions beside an error")
				}
			}
		}
	})
}

func builtin(t testing.TB, name string) *Tool {
	t.Helper()
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	tool, err := c.Tool(name)
	if err != nil {
		t.Fatal(err)
	}
	return tool
}
