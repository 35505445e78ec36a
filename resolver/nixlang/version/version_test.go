package version

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestNixAgrees has real Nix compare and divide random versions and names.
func TestNixAgrees(t *testing.T) {
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix-instantiate: install the package nix-bin")
		}
		t.Skip("no nix-instantiate")
	}
	r := rand.New(rand.NewPCG(1, 2))
	var list strings.Builder
	type answer struct {
		A, B    string
		Order   int
		Split   []string
		Name    string
		Version string
	}
	parts := []string{"1", "2", "10", "007", "2147483647", "2147483648", "99999999999999999999", "pre", "prex", "a", "b", "B", "rc", "+", "_", "-", ".", "..", "--", "ä", "name", "-1", "-a", "2.3a", "2.3.1"}
	random := func() string {
		var b strings.Builder
		for range r.IntN(6) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		return b.String()
	}
	for range 3000 {
		a, b := random(), random()
		if r.IntN(3) == 0 {
			b = a + random()
		}
		fmt.Fprintf(&list, "{ a = %q; b = %q; }\n", a, b)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "all.nix")
	expr := "map ({ a, b }: { inherit a b; Order = builtins.compareVersions a b; Split = builtins.splitVersion a; Name = (builtins.parseDrvName a).name; Version = (builtins.parseDrvName a).version; }) [" + list.String() + "]"
	if err := os.WriteFile(file, []byte(expr), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--store", dir, file)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "NIX_CONF_DIR=" + dir}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	for _, want := range answers {
		got := answer{A: want.A, B: want.B, Order: Compare(want.A, want.B), Split: append([]string{}, Split(want.A)...)}
		got.Name, got.Version = ParseName(want.A)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nwant %+v", got, want)
		}
	}
	if len(answers) != 3000 {
		t.Errorf("%d answers", len(answers))
	}
}

func TestParseNameShort(t *testing.T) {
	for full, want := range map[string][2]string{"": {}, "-": {"-", ""}, "-1": {"", "1"}, "a-\xff": {"a", "\xff"}} {
		if name, version := ParseName(full); name != want[0] || version != want[1] {
			t.Errorf("%q: %q, %q", full, name, version)
		}
	}
}
