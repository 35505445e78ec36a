package devshell_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"devenv/env/devshell"
	"devenv/store/build"
)

// environment is what commands have that a bash starts with the text for users.
func environment(t *testing.T, s *devshell.Shell, before string) map[string]string {
	t.Helper()
	vars := map[string]string{}
	out := bashState(t, append([]byte(before), s.UserScript("/outputs")...), "exec /bin/busybox env -0")
	out = strings.TrimSuffix(strings.TrimPrefix(out, "hello from the hook\n"), "\x00")
	for kv := range strings.SplitSeq(out, "\x00") {
		name, value, _ := strings.Cut(kv, "=")
		vars[name] = value
	}
	for _, name := range []string{"PWD", "SHLVL", "_"} {
		delete(vars, name)
	}
	return vars
}

// TestUserScript: a person's commands get what the shell declares and nothing
// that only a build wants.
func TestUserScript(t *testing.T) {
	s := newSite(t, "stdenvShell", "unset", "values")
	got := environment(t, s.capture("stdenvShell").Shell, "shellHook='echo not mine'\n")
	for name, want := range map[string]string{
		"PATH": "/bin:/usr/bin:/bin", "XDG_DATA_DIRS": "/share:/usr/local/share:/usr/share",
	} {
		value := environmentPath.ReplaceAllString(got[name], "")
		if !strings.HasPrefix(value, "/nix/store/") || !strings.HasSuffix(value, want) {
			t.Errorf("%s is %q", name, value)
		}
		delete(got, name)
	}
	want := map[string]string{
		"HOME": "/home", "TMPDIR": "/tmp", "IN_NIX_SHELL": "impure", "FROM_SETUP": "1",
		"SOURCE_DATE_EPOCH": "315532800", "greeting": "hello", "declared": "",
	}
	if !maps.Equal(got, want) {
		t.Errorf("the environment is %q, and not %q", got, want)
	}

	// What the build changed of the person's own stays the person's.
	if got := environment(t, s.capture("unset").Shell, ""); got["HOME"] != "/home" || got["TMPDIR"] != "/tmp" || got["SHELL"] != "" || got["IFS"] != "" {
		t.Errorf("the environment is %q", got)
	}
	values := s.capture("values")
	got = environment(t, values.Shell, "")
	for name, v := range values.Variables {
		if v.Kind == devshell.Exported && slices.Contains([]string{"newlines", "quotes", "unicode", "blanks", "evil", "brackets", "empty"}, name) && got[name] != v.Value {
			t.Errorf("%s is %q, and not %q", name, got[name], v.Value)
		}
	}
}

// TestHook: shellHook sees everything, and what it exports is exported.
func TestHook(t *testing.T) {
	shell := &devshell.Shell{
		Variables: map[string]devshell.Variable{
			"outputs": {Kind: devshell.Exported, Value: "out"}, "out": {Kind: devshell.Exported, Value: "/out"}, "name": {Kind: devshell.Exported, Value: "x"},
			"list":      {Kind: devshell.Array, List: []string{"a", "b c"}},
			"shellHook": {Kind: devshell.Exported, Value: "export FROM=\"$out ${list[1]} $(f)\" name; false; cd /usr"},
			"BIG":       {Kind: devshell.Exported, Value: strings.Repeat("x", devshell.MaxExported)},
			"FITS":      {Kind: devshell.Exported, Value: strings.Repeat("x", devshell.MaxExported-len("FITS")-2)},
			"PATH":      {Kind: devshell.Exported, Value: "/path-not-set"},
		},
		Functions: map[string]string{"f": " \n    echo 'of f'\n"},
	}
	got := environment(t, shell, "export out=mine\n")
	if len(got["FITS"]) < 100<<10 {
		t.Errorf("FITS has %d bytes", len(got["FITS"]))
	}
	delete(got, "FITS")
	want := map[string]string{"FROM": "/outputs/out b c of f", "name": "x", "PATH": "/usr/bin:/bin", "HOME": "/home", "TMPDIR": "/tmp", "OLDPWD": "/"}
	if !maps.Equal(got, want) {
		t.Errorf("the environment is %q", got)
	}
	if large := shell.TooLarge(); !slices.Equal(large, []string{"BIG"}) {
		t.Errorf("too large: %q", large)
	}
}

// TestNoShell: what has no shell, or whose setup fails.
func TestNoShell(t *testing.T) {
	s := newSite(t, "sh", "exits", "fails")
	for attr, want := range map[string]string{"sh": "built by /bin/sh, not by bash", "exits": "", "fails": "no setup"} {
		_, err := devshell.Capture(s.Context(), s.store, s.build, s.drvs[attr])
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", attr, err)
		}
		var not *devshell.NotBashError
		var failed *build.Error
		if attr == "sh" && !errors.As(err, &not) || attr != "sh" && !errors.As(err, &failed) {
			t.Errorf("%s: %T", attr, err)
		}
	}
}

// TestJSONIsText: bytes that JSON cannot hold are named.
func TestJSONIsText(t *testing.T) {
	shell := &devshell.Shell{Variables: map[string]devshell.Variable{"LATIN": {Kind: devshell.Plain, Value: "gr\xfc\xdfe"}}}
	if _, err := shell.JSON(); err == nil || !strings.Contains(err.Error(), "LATIN is not UTF-8") {
		t.Errorf("%v", err)
	}
	if got := bashState(t, shell.Script("/"), `printf %s "$LATIN"`); got != "gr\xfc\xdfe" {
		t.Errorf("LATIN is %q", got)
	}
}
