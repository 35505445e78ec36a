package devshell_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// goldens are what Nix 2.34.8 printed for testdata/shells.nix with "nix
// print-dev-env --json", by attribute, with the paths of the environments made
// the same.
func goldens(t *testing.T) map[string]document {
	text, err := os.ReadFile("testdata/shells.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]document
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

type document map[string]map[string]any

// TestAsNix captures shells of all kinds and compares them with what the newest
// Nix said, and with the Nix that is installed.
func TestAsNix(t *testing.T) {
	all := goldens(t)
	attrs := []string{"large"}
	for attr := range all {
		attrs = append(attrs, attr)
	}
	slices.Sort(attrs)
	s := newSite(t, attrs...)
	for _, attr := range attrs {
		printed, err := s.capture(attr).JSON()
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(printed)
		if err != nil {
			t.Fatal(err)
		}
		got := read(t, string(text))
		if want, ok := all[attr]; ok {
			same(t, attr, got, want, regexp.MustCompile(`^LINENO$`)) // of the script that asks
		}
		if attr == "structured" {
			continue // Nix 2.8 cannot
		}
		old := read(t, s.nix(s.theirs, "nix", "print-dev-env", "--json", "--file", "testdata/shells.nix", attr))
		same(t, attr+" with the Nix that is installed", got, old, regexp.MustCompile(`^(LINENO|COMP_WORDBREAKS|EPOCH.*|name)$`))
	}
}

func read(t *testing.T, text string) (d document) {
	t.Helper()
	if err := json.Unmarshal([]byte(sameEnvironments(text)), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func same(t *testing.T, what string, got, want document, but *regexp.Regexp) {
	t.Helper()
	for _, part := range []string{"variables", "bashFunctions", "structuredAttrs"} {
		for name := range want[part] {
			if _, ok := got[part][name]; !ok && !but.MatchString(name) {
				t.Errorf("%s: %s: there is no %s", what, part, name)
			}
		}
		for name, value := range got[part] {
			if !but.MatchString(name) && !reflect.DeepEqual(value, want[part][name]) {
				t.Errorf("%s: %s: %s is %q, and with Nix %q", what, part, name, value, want[part][name])
			}
		}
	}
}

// TestScriptAsNix sources the text for bash, and Nix's, and compares what bash
// knows then.
func TestScriptAsNix(t *testing.T) {
	attrs := []string{"values", "stdenvShell", "outputs", "functions", "setupOptions"}
	s := newSite(t, attrs...)
	other := regexp.MustCompile(`^declare -[-x] (nix_saved_.*|LINENO|COMP_.*|EPOCH.*|name|XDG_DATA_DIRS|BASH_ARGV0)\b`)
	state := func(text []byte) (lines []string) {
		tmp := regexp.MustCompile(`nix-shell\.\w+`)
		for line := range strings.Lines(bashState(t, text, "declare -p; declare -f; alias")) {
			if line = tmp.ReplaceAllString(sameEnvironments(line), "TMP"); !other.MatchString(line) {
				lines = append(lines, line)
			}
		}
		return lines
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, attr := range attrs {
		got := state(s.capture(attr).Script(wd + "/outputs"))
		want := state([]byte(s.nix(s.theirs, "nix", "print-dev-env", "--file", "testdata/shells.nix", attr)))
		for _, line := range want {
			if !slices.Contains(got, line) {
				t.Errorf("%s: with Nix there is %s", attr, line)
			}
		}
		for _, line := range got {
			if !slices.Contains(want, line) {
				t.Errorf("%s: with Nix there is no %s", attr, line)
			}
		}
	}
}

// TestWithoutOutputs: what Nix cannot capture because a raw derivation does not
// say which outputs it has, or because setup wants all variables to be set.
func TestWithoutOutputs(t *testing.T) {
	s := newSite(t, "raw", "strict")
	if got := s.capture("raw").Lookup("FOO"); got != "bar" {
		t.Errorf("FOO is %q", got)
	}
	if got := s.capture("strict").Lookup("FROM_SETUP"); got != "1" {
		t.Errorf("FROM_SETUP is %q", got)
	}
}
