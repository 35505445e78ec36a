package derivation

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
	"unicode/utf8"

	"devenv/store/storepath"
)

// TestNixAgrees has real Nix instantiate derivations of all kinds that need
// each other, and derives each of its files again from what is in it.
func TestNixAgrees(t *testing.T) {
	drvs := instantiate(t, t.TempDir(), randomExpression(rand.New(rand.NewPCG(1, 2)), 200))
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

// TestNixShowsTheSame compares JSON with that of an older Nix, which tells the
// same facts in another form.
func TestNixShowsTheSame(t *testing.T) {
	root := t.TempDir()
	drvs := instantiate(t, root, randomExpression(rand.New(rand.NewPCG(3, 4)), 40))
	shown := map[string]*Derivation{}
	args := []string{"show-derivation"}
	for p, text := range drvs {
		d, err := Parse(storepath.Default, drvName(p), text)
		if err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(text) {
			full := storepath.Default.Join(p)
			shown[full] = d
			args = append(args, full)
		}
	}
	type facts struct {
		Args            []string
		Builder, System string
		Env             map[string]string
		InputSrcs       []string
		InputDrvs       map[string][]string
	}
	var theirs map[string]facts
	if err := json.Unmarshal(runNix(t, root, "nix", args...), &theirs); err != nil {
		t.Fatal(err)
	}
	if len(theirs) != len(shown) || len(shown) < 10 {
		t.Fatalf("%d derivations are shown of %d", len(theirs), len(shown))
	}
	for full, want := range theirs {
		text, err := shown[full].JSON()
		if err != nil {
			t.Error(err)
			continue
		}
		if again, err := ParseJSON(text); err != nil {
			t.Error(err)
		} else if printed, err := again.AppendATerm(nil, storepath.Default); err != nil || string(printed) != drvs[mustParse(t, full)] {
			t.Errorf("%s read again is %s, %v", text, printed, err)
		}
		var ours struct {
			facts
			Inputs struct {
				Drvs map[string]struct{ Outputs []string }
				Srcs []string
			}
			StructuredAttrs map[string]any
		}
		if err := json.Unmarshal(text, &ours); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		got := ours.facts
		got.InputSrcs, got.InputDrvs = []string{}, map[string][]string{}
		for _, src := range ours.Inputs.Srcs {
			got.InputSrcs = append(got.InputSrcs, "/nix/store/"+src)
		}
		for drv, uses := range ours.Inputs.Drvs {
			got.InputDrvs["/nix/store/"+drv] = uses.Outputs
		}
		if _, ok := want.Env[StructuredAttrs]; ok {
			if len(ours.StructuredAttrs) == 0 {
				t.Errorf("%s: no structured attributes", full)
			}
			delete(want.Env, StructuredAttrs)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v\nwant %+v", full, got, want)
		}
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
func instantiate(t *testing.T, root, expr string) map[storepath.Path]string {
	t.Helper()
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix-instantiate: install the package nix-bin")
		}
		t.Skip("no nix-instantiate")
	}
	file := filepath.Join(root, "all.nix")
	if err := os.WriteFile(file, []byte(expr), 0o666); err != nil {
		t.Fatal(err)
	}
	runNix(t, root, "nix-instantiate", file)
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

// runNix runs a command of Nix on the store at root and returns what it prints.
func runNix(t *testing.T, root, name string, args ...string) []byte {
	t.Helper()
	args = append([]string{"--store", root, "--option", "experimental-features", "nix-command ca-derivations impure-derivations"}, args...)
	cmd := exec.Command(name, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + root, "NIX_CONF_DIR=" + root}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	return out
}

func drvName(p storepath.Path) string { return strings.TrimSuffix(p.Name(), Extension) }

func mustParse(t *testing.T, full string) storepath.Path {
	t.Helper()
	p, err := storepath.Default.Parse(full)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
