//go:build linux || darwin

package nar

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// nix runs a command of real Nix.
func nix(t *testing.T, stdin []byte, argv ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(argv[0]); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("this test needs %s: install the package nix-bin", argv[0])
		}
		t.Skip("no " + argv[0])
	}
	home := t.TempDir()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "NIX_CONF_DIR=" + home}
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", argv, err, stderr.String())
	}
	return out
}

func TestNixAgrees(t *testing.T) {
	root := oddTree(t)
	for _, path := range []string{root, filepath.Join(root, "sizes/9"), filepath.Join(root, "modes/755"), filepath.Join(root, "links/up"), filepath.Join(root, "empty/deep/er")} {
		ours := dumped(t, path)
		if theirs := nix(t, nil, "nix-store", "--dump", path); !bytes.Equal(ours, theirs) {
			t.Errorf("%s: our archive of %d bytes is not Nix's of %d", path, len(ours), len(theirs))
		}
		hash, size, err := HashPath(path)
		must(t, err)
		if want := strings.TrimSpace(string(nix(t, nil, "nix-hash", "--type", "sha256", "--base32", path))); hash.Nix32() != want || size != int64(len(ours)) {
			t.Errorf("%s: we hash %d bytes to %s, Nix says %s of %d", path, size, hash.Nix32(), want, len(ours))
		}

		theirs := filepath.Join(t.TempDir(), "theirs")
		nix(t, ours, "nix-store", "--restore", theirs)
		if again := dumped(t, theirs); !bytes.Equal(again, ours) {
			t.Errorf("%s: Nix restores it differently", path)
		}
		mine := filepath.Join(t.TempDir(), "mine")
		must(t, Restore(bytes.NewReader(ours), mine))
		if again := nix(t, nil, "nix-store", "--dump", mine); !bytes.Equal(again, ours) {
			t.Errorf("%s: we restore it differently", path)
		}
	}
}

func TestNixListing(t *testing.T) {
	tree := archive(dir(
		entry("a", file("")...),
		entry("b", script("#!\n<&>")...),
		entry("c", dir(entry("é", link("../<a>")...), entry("ü", file("12345678")...))...),
		entry("d", dir()...)))
	path := filepath.Join(t.TempDir(), "x.nar")
	must(t, os.WriteFile(path, []byte(tree), 0o666))
	listing, err := List(strings.NewReader(tree))
	must(t, err)
	ours, err := json.Marshal(listing)
	must(t, err)
	for _, file := range []string{"/a", "/b", "/c/ü"} {
		node := listing
		for name := range strings.SplitSeq(file[1:], "/") {
			node = node.Entries[name]
		}
		contents := nix(t, nil, "nix", "--extra-experimental-features", "nix-command", "nar", "cat", path, file)
		if got := tree[node.Offset:][:node.Size]; got != string(contents) {
			t.Errorf("%s: %q is at the offset, want %q", file, got, contents)
		}
	}
	theirs := nix(t, nil, "nix", "--extra-experimental-features", "nix-command", "nar", "ls", "--json", "--recursive", path, "/")
	var a, b any
	must(t, json.Unmarshal(ours, &a))
	must(t, json.Unmarshal(theirs, &b))
	if !reflect.DeepEqual(a, b) {
		t.Errorf("we list\n%s\nNix lists\n%s", ours, theirs)
	}
	var back Listing
	must(t, json.Unmarshal(theirs, &back))
	if !reflect.DeepEqual(&back, listing) {
		t.Errorf("Nix's listing is read as %+v", back)
	}
}

// TestNixCaseHack makes and dumps trees as on a Mac, where Nix's hack is on.
func TestNixCaseHack(t *testing.T) {
	tree := archive(dir(
		entry("A", file("1")...), entry("B", dir(entry("x", file("")...))...), entry("Make", file("2")...),
		entry("a", file("3")...), entry("b", file("4")...), entry("mAKE", link("x")...), entry("make", file("5")...)))
	theirs, mine := filepath.Join(t.TempDir(), "theirs"), filepath.Join(t.TempDir(), "mine")
	nix(t, []byte(tree), "nix-store", "--option", "use-case-hack", "true", "--restore", theirs)
	must(t, restore(strings.NewReader(tree), mine, true))
	if want, got := dumped(t, theirs), dumped(t, mine); !bytes.Equal(got, want) {
		t.Errorf("the case hack makes\n%q\nof Nix, and ours\n%q", want, got)
	}
	var got bytes.Buffer
	_, err := dump(&got, mine, true)
	must(t, err)
	if got.String() != tree {
		t.Errorf("undoing the case hack gives\n%q\nwant\n%q", got.String(), tree)
	}
	must(t, os.WriteFile(filepath.Join(mine, "A"+caseHackSuffix+"7"), nil, 0o666))
	if _, err := dump(&got, mine, true); err == nil {
		t.Error("two files with one name are no error")
	}
}
