package derivation

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/store/storepath"
)

// TestNixAgrees has real Nix instantiate derivations of all kinds that need
// each other, and derives each of its files again from what is in it.
func TestNixAgrees(t *testing.T) {
	drvs := instantiate(t, randomExpression(rand.New(rand.NewPCG(1, 2)), 200))
	read := func(p storepath.Path) (*Derivation, error) {
		return Parse(storepath.Default, drvName(p), drvs[p])
	}
	memo := NewMemo(storepath.Default, read)
	hasher := NewHasher(storepath.Default, memo)
	kinds, merged := map[Kind]int{}, 0
	for p, text := range drvs {
		d, err := read(p)
		if err != nil {
			t.Errorf("%s: %v\n%.2000s", p, err, text)
			continue
		}
		kind, err := d.Kind()
		if err != nil {
			t.Error(err)
		}
		kinds[kind]++
		if err := hasher.Check(d); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		modulo, err := hasher.Modulo(d)
		if err != nil || modulo.Known() != (kind == Fixed || kind == InputAddressed) {
			t.Errorf("%s: Modulo is known: %v, %v", p, modulo.Known(), err)
		}
		forget(d)
		got, err := hasher.Instantiate(d)
		if err != nil || got.Path != p || string(got.ATerm) != text || got.Modulo != modulo {
			t.Errorf("%s becomes %s, %v\n%.3000s\nwant\n%.3000s", p, got.Path, err, got.ATerm, text)
		}
		if known, _ := hasher.replaceInputs(d); known && strings.Count(string(hasher.ins), "(") < len(d.InputDrvs) {
			merged++
		}
		if again, err := hasher.Path(d); again != p || err != nil {
			t.Errorf("%s has the path %s, %v", p, again, err)
		}
	}
	for kind := InputAddressed; kind <= Impure; kind++ {
		if kinds[kind] < 4 {
			t.Errorf("only %d derivations are %s", kinds[kind], kind)
		}
	}
	if merged == 0 {
		t.Error("no derivation has inputs that are the same as others")
	}
}

// forget takes from d what Instantiate computes.
func forget(d *Derivation) {
	for i := range d.Outputs {
		if o := &d.Outputs[i]; o.Kind == InputAddressed {
			o.Kind, o.Path = Deferred, storepath.Path{}
		}
	}
	for _, o := range d.Outputs {
		d.SetEnv(o.Name, "")
	}
}

// randomExpression returns a list of n derivations, written in Nix.
func randomExpression(r *rand.Rand, n int) string {
	texts := []string{"", "x", `a\"b`, `back\\slash`, "tab\\tcr\\rnl\\n", "\x01\x7f", "ünï\xff\xfe", "${\"$\"}{x}", "  ", strings.Repeat("long ", 100), "\u2028"}
	text := func() string { return `"` + texts[r.IntN(len(texts))] + texts[r.IntN(len(texts))] + `"` }
	var b strings.Builder
	b.WriteString("let src = builtins.toFile \"source.sh\" \"echo\"; in let\n")
	for i := range n {
		kind, name := r.IntN(12), fmt.Sprint("drv", i%(n/2))
		if kind < 2 {
			name = "fixed"
		}
		fmt.Fprintf(&b, "d%d = derivation {\n name = \"%s\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; v%d = %s;\n args = [ \"-c\" %s src ];", i, name, r.IntN(9), text(), text())
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, " \"A ${\"b\"}.c-%d\" = %s; _x = src; Z = true; list = [ 1 2 %s ];", r.IntN(9), text(), text())
		}
		outputs := []string{`"out"`, `"dev"`, `"a"`}[:1+r.IntN(3)]
		switch kind {
		case 0, 1: // the same content by several names, so that inputs are merged
			fmt.Fprintf(&b, ` outputHashMode = "%s"; outputHashAlgo = "sha256"; outputHash = "%s";`,
				[]string{"flat", "recursive"}[kind], strings.Repeat("0", 52))
			outputs = nil
		case 2:
			b.WriteString(` outputHashAlgo = "sha1"; outputHash = "da39a3ee5e6b4b0d3255bfef95601890afd80709"; `)
			outputs = nil
		case 3:
			b.WriteString(` outputHash = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";`)
			outputs = nil
		case 4:
			b.WriteString(` __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256";`)
		case 5:
			b.WriteString(` __impure = true; outputHashMode = "flat"; outputHashAlgo = "sha1";`)
		case 6:
			b.WriteString(` __structuredAttrs = true; deep = { a = [ 1 null true "\n" ]; };`)
		}
		if outputs != nil {
			fmt.Fprintf(&b, " outputs = [ %s ];", strings.Join(outputs, " "))
		}
		b.WriteString(" deps = [")
		for range r.IntN(5) {
			if i == 0 {
				break
			}
			// Mostly early ones, so that not everything is deferred.
			dep := r.IntN(1 + r.IntN(min(i, 30)))
			fmt.Fprintf(&b, " d%d", dep)
			if r.IntN(3) == 0 {
				fmt.Fprintf(&b, " (builtins.elemAt d%d.all (builtins.length d%d.all - 1))", dep, dep)
			}
		}
		b.WriteString(" ]; };\n")
	}
	b.WriteString("in [")
	for i := range n {
		fmt.Fprintf(&b, " d%d", i)
	}
	b.WriteString(" ]")
	return b.String()
}

// instantiate returns the text of all .drv files that Nix writes for expr.
func instantiate(t *testing.T, expr string) map[storepath.Path]string {
	t.Helper()
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix-instantiate: install the package nix-bin")
		}
		t.Skip("no nix-instantiate")
	}
	root := t.TempDir()
	file := filepath.Join(root, "all.nix")
	if err := os.WriteFile(file, []byte(expr), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nix-instantiate", "--store", root, "--option", "experimental-features", "ca-derivations impure-derivations", file)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + root, "NIX_CONF_DIR=" + root}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(root, "nix/store/*.drv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no .drv files", err)
	}
	drvs := map[storepath.Path]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := storepath.ParseBase(filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		drvs[p] = string(text)
	}
	return drvs
}

func drvName(p storepath.Path) string { return strings.TrimSuffix(p.Name(), Extension) }
