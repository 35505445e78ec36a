package env

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

var fullSnapshot = Snapshot{
	Dir: "/home/u/pro\xffject", Label: "node 24.21.0",
	Set:     map[string]string{"A": "", "B": "line\nfeed", "C": "\xfe\x00\xff"[:1], "D": "<&>\u2028"},
	Unset:   []string{"GONE", "ALSO"},
	Prepend: map[string][]string{"PATH": {"/n/bin", "/\xff/bin"}, "MANPATH": {"/m", ""}},
	Scripts: map[string]string{"build": "make \"$@\""},
	Enter:   "echo in", Leave: "echo out", Roots: []string{"/nix/store/x-node"},
}

// A key names files that other versions and other machines' states hold: it
// must not change by accident.
func TestKeyIsStable(t *testing.T) {
	if key := fullSnapshot.Key(); key != "z939r1q733wazwk9" {
		t.Errorf("key %s", key)
	}
	if key := (Snapshot{Dir: "/a"}).Key(); key != "dlndm2jc5i4rmzjw" {
		t.Errorf("key %s", key)
	}
}

func TestKeyTellsApart(t *testing.T) {
	all := []Snapshot{
		{}, {Dir: "/a"}, {Label: "/a"}, {Enter: "/a"}, {Leave: "/a"}, {Roots: []string{"/a"}}, {Unset: []string{"/a"}},
		{Set: map[string]string{"A": "b"}}, {Set: map[string]string{"A": "", "b": ""}}, {Set: map[string]string{"Ab": ""}},
		{Scripts: map[string]string{"A": "b"}}, {Prepend: map[string][]string{"A": {"b"}}},
		{Prepend: map[string][]string{"A": {"b", "c"}}}, {Prepend: map[string][]string{"A": {"c", "b"}}},
		{Prepend: map[string][]string{"A": {"b:c"}}}, {Prepend: map[string][]string{"A": {"b"}, "c": nil}},
		{Unset: []string{"a", "b"}}, {Unset: []string{"ab"}}, {Unset: []string{"a"}, Roots: []string{"b"}},
	}
	seen := map[string]int{}
	for i, s := range all {
		key := s.Key()
		if other, twice := seen[key]; twice {
			t.Errorf("%+v and %+v are both %s", all[other], s, key)
		}
		if !isKey(key) {
			t.Errorf("%q is no key", key)
		}
		seen[key] = i
	}
	if (Snapshot{Unset: []string{"a", "b"}}).Key() != (Snapshot{Unset: []string{"b", "a"}}).Key() {
		t.Error("the order of Unset counts")
	}
}

func TestSnapshotJSON(t *testing.T) {
	data, err := json.Marshal(fullSnapshot)
	if err != nil {
		t.Fatal(err)
	}
	var back Snapshot
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, fullSnapshot) {
		t.Errorf("came back as %+v", back)
	}
	for what, damaged := range map[string]string{
		"newer":     strings.Replace(string(data), `"format":1`, `"format":2`, 1),
		"changed":   strings.Replace(string(data), "echo in", "echo on", 1),
		"cut":       string(data[:len(data)/2]),
		"not ours":  `{"hello":"world"}`,
		"not JSON":  "\x00\x00",
		"wrong one": `{"format":1,"key":7}`,
	} {
		if json.Unmarshal([]byte(damaged), new(Snapshot)) == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func FuzzSnapshotJSON(f *testing.F) {
	data, _ := json.Marshal(fullSnapshot)
	f.Add(data)
	f.Add([]byte(`{"format":1,"key":"","set":{"A":"\u0000//8="}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Snapshot
		if json.Unmarshal(data, &s) != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Snapshot
		if err := json.Unmarshal(again, &back); err != nil || back.Key() != s.Key() {
			t.Fatalf("%q does not come back: %v", again, err)
		}
	})
}

func TestValidate(t *testing.T) {
	set := func(name, value string) Snapshot { return Snapshot{Dir: "/a", Set: map[string]string{name: value}} }
	list := func(name string, elements ...string) Snapshot {
		return Snapshot{Dir: "/a", Prepend: map[string][]string{name: elements}}
	}
	for want, s := range map[string]Snapshot{
		"":                                fullSnapshot,
		`directory "" is not absolute`:    {},
		`directory "a" is not absolute`:   {Dir: "a"},
		`is not in its shortest form`:     {Dir: "/a/../b"},
		`has a component @env`:            {Dir: "/a/@env/b"},
		`directory "/a\x00" contains a N`: {Dir: "/a\x00"},
		`variable "" has a name that sh`:  set("", ""),
		`variable "A=B" has a name`:       set("A=B", ""),
		`variable "1A" has a name`:        set("1A", ""),
		`variable "É" has a name`:         set("É", ""),
		"DEVENV_LAYERS is devenv's own":   set("DEVENV_LAYERS", ""),
		"__devenv_x is devenv's own":      set("__devenv_x", ""),
		"UID belongs to the shell":        set("UID", "0"),
		"path belongs to the shell":       list("path", "/x"),
		"variable A contains a NUL":       set("A", "a\x00b"),
		"variable A has 131073 bytes":     set("A", strings.Repeat("x", MaxString-2)),
		"variable L has 131073 bytes":     list("L", strings.Repeat("x", MaxString-2)),
		`has the element "/a:b": a col`:   list("PATH", "/a:b"),
		"variable PATH has an empty el":   list("PATH", ""),
		"is both set and unset":           {Dir: "/a", Set: map[string]string{"A": ""}, Unset: []string{"A"}},
		"is both set and prepended to":    {Dir: "/a", Set: map[string]string{"A": ""}, Prepend: map[string][]string{"A": {"x"}}},
		"is both unset and unset":         {Dir: "/a", Unset: []string{"A", "A"}},
		`script "a/b" has a name that`:    {Dir: "/a", Scripts: map[string]string{"a/b": ""}},
		`script "-x" has a name that`:     {Dir: "/a", Scripts: map[string]string{"-x": ""}},
		`script ".." has a name that`:     {Dir: "/a", Scripts: map[string]string{"..": ""}},
		`script x contains a NUL`:         {Dir: "/a", Scripts: map[string]string{"x": "\x00"}},
		"the hook enter has 131073 byte":  {Dir: "/a", Enter: strings.Repeat("x", MaxString)},
	} {
		err := s.Validate()
		switch {
		case want == "" && err != nil, want != "" && err == nil:
			t.Errorf("want %q, got %v", want, err)
		case err != nil && !strings.Contains(err.Error(), want):
			t.Errorf("want %q, got %q", want, err)
		}
	}
	if err := set("A", strings.Repeat("x", MaxString-3)).Validate(); err != nil {
		t.Errorf("the largest string: %v", err)
	}
}

// The limit is the kernel's: one byte more and execve fails.
func TestMaxStringIsTheKernels(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the limit is Linux's")
	}
	run := func(size int) error {
		cmd := exec.Command("/bin/sh", "-c", ":")
		cmd.Env = []string{"A=" + strings.Repeat("x", size-len("A=")-1)}
		return cmd.Run()
	}
	if err := run(MaxString); err != nil {
		t.Errorf("%d bytes: %v", MaxString, err)
	}
	if run(MaxString+1) == nil {
		t.Errorf("%d bytes are taken", MaxString+1)
	}
}

func TestWarnings(t *testing.T) {
	big := Snapshot{Set: map[string]string{"A": "x", "B": strings.Repeat("x", 120<<10), "C": strings.Repeat("x", 110<<10), "D": strings.Repeat("x", 100<<10)}}
	if w := big.Warnings(); len(w) != 1 || !strings.Contains(w[0], "330 KiB, B alone 120 KiB") {
		t.Errorf("%q", w)
	}
	if w := fullSnapshot.Warnings(); w != nil {
		t.Errorf("%q", w)
	}
}

// Every variable that a shell knows of itself and that does not take a value is
// refused, as the shells on this machine see it.
func TestShellsOwnVariables(t *testing.T) {
	for _, shell := range []struct {
		name   string
		script string
	}{
		{"bash", `for v in $(compgen -v); do ( export $v=xyzzy; [[ ${!v} == xyzzy ]] ) 2>/dev/null ||
			( export $v=7; [[ ${!v} == 7 ]] ) 2>/dev/null || echo $v; done`},
		{"zsh", `zmodload zsh/parameter; for v in ${(k)parameters}; do for x in xyzzy 7; do
			zsh -fc "export $v=$x; [[ \"\$$v\" == $x ]]" >/dev/null 2>&1 && continue 2; done; print -r -- $v; done`},
		{"fish", `for v in (set -n); set -gx $v xyzzy 2>/dev/null; test "$$v" = xyzzy; or echo $v; end`},
	} {
		t.Run(shell.name, func(t *testing.T) {
			args := map[string][]string{"bash": {"--norc", "-c"}, "zsh": {"-fc"}, "fish": {"--no-config", "-c"}}[shell.name]
			path, err := exec.LookPath(shell.name)
			if err != nil {
				if os.Getenv("CI") == "true" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			out, err := exec.Command(path, append(args, shell.script)...).Output()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			names := strings.Fields(string(out))
			if len(names) < 5 {
				t.Fatalf("only %q", names)
			}
			for _, name := range names {
				if isIdentifier(name) && !ownedByShell(name) {
					t.Errorf("%s keeps %s for itself", shell.name, name)
				}
			}
		})
	}
}
