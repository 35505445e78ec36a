package machines

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	files := map[string]string{
		"/etc/nix/machines": "# all of them\nssh://mac x86_64-darwin,aarch64-darwin /key 4 2.5 big-parallel,kvm - c3NoLWVkMjU1MTkgQUFBQQ==\n\n@ /more\n",
		"/more":             "nix@linux - - 8 - - benchmark ; daemon",
		"/loop":             "@/loop",
	}
	read := func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	got, err := Parse("@/etc/nix/machines; @/nowhere", "x86_64-linux", read)
	if err != nil {
		t.Fatal(err)
	}
	want := []Machine{
		{URL: "ssh://mac", Systems: []string{"x86_64-darwin", "aarch64-darwin"}, SSHKey: "/key", MaxJobs: 4, Speed: 2.5,
			Supported: []string{"big-parallel", "kvm"}, HostKey: "c3NoLWVkMjU1MTkgQUFBQQ=="},
		{URL: "nix@linux", Systems: []string{"x86_64-linux"}, MaxJobs: 8, Speed: 1, Mandatory: []string{"benchmark"}},
		{URL: "daemon", Systems: []string{"x86_64-linux"}, MaxJobs: 1, Speed: 1},
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i].String() != want[i].String() || got[i].Speed != want[i].Speed || got[i].SSHKey != want[i].SSHKey || !reflect.DeepEqual(got[i].Systems, want[i].Systems) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	}
	for i, url := range []string{"ssh-ng://mac?base64-ssh-public-host-key=c3NoLWVkMjU1MTkgQUFBQQ%3D%3D&ssh-key=%2Fkey", "ssh-ng://nix@linux", "daemon"} {
		if got[i].StoreURL() != url {
			t.Errorf("%s is %s", got[i].URL, got[i].StoreURL())
		}
	}
	for text, fact := range map[string]string{
		"- x86_64-linux":         "first column",
		"h - - many":             "fourth column",
		"h - - -1":               "fourth column",
		"h - - 1 fast":           "fifth column",
		"h - - 1 -2":             "fifth column",
		"h - - 1 NaN":            "fifth column",
		"h - - 1 1 - - not-b64!": "eighth column",
		"h - - 1 1 - - - more":   "9 columns",
		"good\n bad - - x":       "builders:2",
	} {
		_, err := Parse(text, "x", read)
		var line *LineError
		if !errors.As(err, &line) || !strings.Contains(err.Error(), fact) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Parse("@/loop", "x", read); err == nil {
		t.Error("a file that names itself is read")
	}
	if all, err := Parse(" \n;;# x", "x", read); err != nil || len(all) != 0 {
		t.Errorf("nothing is %v, %v", all, err)
	}
}

func TestCan(t *testing.T) {
	m := Machine{Systems: []string{"a", "b"}, Supported: []string{"kvm"}, Mandatory: []string{"bench"}}
	for _, test := range []struct {
		system   string
		features string
		want     bool
	}{
		{"a", "bench", true}, {"b", "bench kvm", true}, {"builtin", "bench", true},
		{"c", "bench", false}, {"a", "", false}, {"a", "kvm", false}, {"a", "bench other", false},
	} {
		if got := m.Can(test.system, strings.Fields(test.features)); got != test.want {
			t.Errorf("%s with %q: %v", test.system, test.features, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ssh://mac x86_64-darwin /key 4 2.5 big-parallel,kvm - c3NoLWVkMjU1MTkgQUFBQQ==; @/x\n# note")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := Parse(text, "x", func(string) ([]byte, error) { return nil, fs.ErrNotExist })
		for _, m := range all {
			if err != nil || m.URL == "" || len(m.Systems) == 0 || m.Speed <= 0 || m.StoreURL() == "" {
				t.Errorf("%q has %+v, %v", text, m, err)
			}
		}
	})
}
