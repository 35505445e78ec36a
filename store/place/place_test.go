package place

import (
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
		{"auto", "/data", nix, Place{System, nix}, ""},
		{"auto", "/data", empty, Place{Private, "/data"}, ""},
		{"auto", "/data/", unused, Place{Private, "/data"}, ""},
		{"auto", "", empty, Place{}, "no data directory"},
		{"auto", "relative", empty, Place{}, "no data directory"},
		{"local", "/data", empty, Place{System, "/"}, ""},
		{"local?root=/a/../b", "/data", empty, Place{Private, "/b"}, ""},
		{"local?root=%2Fwith%20space", "/data", empty, Place{Private, "/with space"}, ""},
		{"local?root=/", "", empty, Place{System, "/"}, ""},
		{"local?root=rel", "", empty, Place{}, "not an absolute path"},
		{"local?real=/x", "", empty, Place{}, `parameter "real"`},
		{"local?root=%zz", "", empty, Place{}, "invalid URL escape"},
		{"/some/dir/", "", empty, Place{Private, "/some/dir"}, ""},
		{"/what?root=/x", "", empty, Place{Private, "/what?root=/x"}, ""},
		{"/", "", empty, Place{System, "/"}, ""},
		{"daemon", "", empty, Place{}, "not known"},
		{"https://cache.example", "", empty, Place{}, "not known"},
		{"relative/dir", "", empty, Place{}, "not known"},
	} {
		got, err := Locate(tt.url, tt.data, tt.machine)
		if tt.err == "" && (err != nil || got != tt.want) || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("Locate(%q, %q): %v, %v", tt.url, tt.data, got, err)
		}
	}
}
