package nixconf

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// files writes a directory of settings and returns the variables that lead to
// it.
func files(t *testing.T, texts map[string]string) (vars []string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "@dir@", dir)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"NIX_CONF_DIR=" + dir + "/etc", "XDG_CONFIG_HOME=" + dir + "/home", "XDG_CONFIG_DIRS=" + dir + "/xdg1:" + dir + "/xdg2", "HOME=" + dir, "NIX_CONFIG=" + texts["NIX_CONFIG"]}
}

func getenv(vars []string) func(string) string {
	return func(name string) string {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

var everything = map[string]string{
	"etc/nix.conf": `
# a comment
cores = 3            # and one behind
keep-outputs = yes
substituters = https://one.example/ https://two.example/
extra-substituters = https://three.example/
include more.conf
!include not-there.conf
max-build-log-size = 5
`,
	"etc/more.conf":      "build-use-sandbox = false\ntrusted-public-keys = a:AAAA\n",
	"xdg1/nix/nix.conf":  "gc-keep-derivations = 0\nconnect-timeout = 7\n",
	"xdg2/nix/nix.conf":  "connect-timeout = 9\ntimeout = 11\nextra-substituters = https://three.example/ https://four.example/\n",
	"home/nix/nix.conf":  "extra-trusted-public-keys = b:BBBB\n\t max-silent-time\t=\t13\nnetrc-file = /a  b/c\n",
	"home/nix/other":     "timeout = 99\n",
	"NIX_CONFIG":         "extra-trusted-public-keys = c:CCCC\nfallback = true\n",
	"xdg2/nix/nix2.conf": "timeout = 12",
}

func TestAsNix(t *testing.T) {
	vars := files(t, everything)
	s, err := Read(getenv(vars))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nix", "--extra-experimental-features", "nix-command", "show-config", "--json")
	cmd.Env = append(vars, "PATH="+os.Getenv("PATH"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs map[string]struct{ Value any }
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"keep-outputs", "keep-derivations", "fallback"} {
		if ours, err := s.Bool(name, name == "keep-derivations"); err != nil || ours != theirs[name].Value {
			t.Errorf("%s: %v, %v; Nix has %v", name, ours, err, theirs[name].Value)
		}
	}
	for _, name := range []string{"cores", "connect-timeout", "timeout", "max-silent-time", "max-build-log-size"} {
		if ours, err := s.Int(name, -1); err != nil || float64(ours) != theirs[name].Value {
			t.Errorf("%s: %v, %v; Nix has %v", name, ours, err, theirs[name].Value)
		}
	}
	for _, name := range []string{"sandbox", "netrc-file"} {
		if ours := s.String(name, ""); ours != fmt.Sprint(theirs[name].Value) {
			t.Errorf("%s: %q; Nix has %v", name, ours, theirs[name].Value)
		}
	}
	for _, name := range []string{"substituters", "trusted-public-keys"} {
		var want []string
		for _, v := range theirs[name].Value.([]any) {
			want = append(want, v.(string))
		}
		ours := s.List(name)
		slices.Sort(ours) // this Nix sorts some lists, the newest none
		slices.Sort(want)
		if !slices.Equal(ours, slices.Compact(want)) {
			t.Errorf("%s: %q; Nix has %q", name, ours, want)
		}
	}
}

func TestUserFiles(t *testing.T) {
	vars := files(t, everything)
	dir := getenv(vars)("HOME")
	s, err := Read(getenv(append(vars, "NIX_USER_CONF_FILES="+dir+"/home/nix/other:"+dir+"/xdg2/nix/nix2.conf")))
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Int("timeout", 0); n != 99 {
		t.Errorf("timeout %d: the first file wins", n)
	}
	if s.Origin("timeout") != dir+"/home/nix/other:1" {
		t.Errorf("origin %q", s.Origin("timeout"))
	}
	if n, _ := s.Int("connect-timeout", 5); n != 5 {
		t.Errorf("connect-timeout %d is of a file that is not asked", n)
	}
}

func TestLater(t *testing.T) {
	var s Settings
	s.Set("extra-x", "c a", "1")
	if got := s.List("x", "a", "b"); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("with defaults: %q", got)
	}
	s.Set("x", "q", "2")
	if got := s.List("x", "a"); !slices.Equal(got, []string{"q"}) {
		t.Errorf("set after: %q", got)
	}
	s.Set("n", "3k", "3")
	if n, err := s.Int("n", 0); n != 3072 || err != nil {
		t.Error(n, err)
	}
	for _, bad := range []string{"", "K", "1.5", "9999999999T", "five"} {
		s.Set("n", bad, "--option")
		var wrong *ValueError
		if _, err := s.Int("n", 0); !errors.As(err, &wrong) || wrong.Origin != "--option" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	s.Set("b", "maybe", "file:7")
	if _, err := s.Bool("b", false); err == nil || err.Error() != `file:7: setting "b" is "maybe"` {
		t.Error(err)
	}
}

func TestBroken(t *testing.T) {
	for text, want := range map[string]string{
		"a":                       `/etc/nix.conf:1: "a" is no setting`,
		"\n\na b c":               `/etc/nix.conf:3: "a b c" is no setting`,
		"include":                 `/etc/nix.conf:1: include takes one file`,
		"include nix.conf":        "is included by itself",
		"include more\n":          "more: no such file or directory",
		"include @dir@\n":         "not a file of settings",
		"!include /dev/zero\n":    "not a file of settings",
		"include /proc/self/fd/0": "not a file of settings",
	} {
		_, err := Read(getenv(files(t, map[string]string{"etc/nix.conf": text})))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add(everything["etc/nix.conf"])
	f.Fuzz(func(t *testing.T, text string) {
		var s Settings
		if s.apply(text, "x", "/nowhere", nil) != nil {
			return
		}
		for name, v := range s.values {
			if !strings.HasPrefix(v.origin, "x:") || strings.ContainsAny(name, " \t\n#") || strings.ContainsRune(v.value, '#') {
				t.Errorf("%q = %q by %q", name, v.value, v.origin)
			}
		}
	})
}
