package derivation

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

var (
	pathA = mustPath("00000000000000000000000000000000-a.drv")
	pathB = mustPath("11111111111111111111111111111111-b.drv")
	srcC  = mustPath("22222222222222222222222222222222-c")
)

func mustPath(base string) storepath.Path {
	p, err := storepath.ParseBase(base)
	if err != nil {
		panic(err)
	}
	return p
}

// dynamic is a text that has everything of the format.
const dynamic = `DrvWithVersion("xp-dyn-drv",[("dev","","",""),("out","","","")],` +
	`[("/nix/store/00000000000000000000000000000000-a.drv",(["out"],[("out",["dev","out"]),("x",([],[("y",["z"])]))])),` +
	`("/nix/store/11111111111111111111111111111111-b.drv",["out"])],` +
	`["/nix/store/22222222222222222222222222222222-c"],"system","builder",["-c","a\nb\t\"\\\r"],[("a",""),("b","z")])`

func TestDynamic(t *testing.T) {
	d, err := Parse(storepath.Default, "x", dynamic)
	if err != nil {
		t.Fatal(err)
	}
	if in := d.InputDrvs[0]; in.Dynamic[1].Dynamic[0].Outputs[0] != "z" || d.Args[1] != "a\nb\t\"\\\r" {
		t.Errorf("%+v", d)
	}
	text, err := d.JSON()
	want := `{"args":["-c","a\nb\t\"\\\r"],"builder":"builder","env":{"a":"","b":"z"},"inputs":{"drvs":{` +
		`"00000000000000000000000000000000-a.drv":{"dynamicOutputs":{"out":{"dynamicOutputs":{},"outputs":["dev","out"]},"x":{"dynamicOutputs":{"y":{"dynamicOutputs":{},"outputs":["z"]}},"outputs":[]}},"outputs":["out"]},` +
		`"11111111111111111111111111111111-b.drv":{"dynamicOutputs":{},"outputs":["out"]}},"srcs":["22222222222222222222222222222222-c"]},"name":"x","outputs":{"dev":{},"out":{}},"system":"system","version":4}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v\nwant\n%s", text, err, want)
	}
	got, err := NewHasher(storepath.Default, NewMemo(storepath.Default, nil)).Instantiate(d)
	if err == nil || !strings.Contains(err.Error(), "-b.drv is not known") {
		t.Errorf("%+v, %v", got, err)
	}
	memo := NewMemo(storepath.Default, nil)
	memo.Add(pathB, Modulo{kind: moduloRecipe})
	got, err = NewHasher(storepath.Default, memo).Instantiate(d)
	if err != nil || got.Modulo.Known() || d.Outputs[0].Kind != Deferred {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	for _, change := range [][3]string{
		{`"xp-dyn-drv"`, `"2"`, `version "2"`},
		{`DrvWithVersion("xp-dyn-drv",`, "Derive(", "not for this version"},
		{"DrvWith", "", `"Derive(" is expected`},
		{`[("dev","","",""),("out"`, `[("out","","",""),("dev"`, "not written as Nix writes it"},
		{`("dev","","","")`, `("out","","","")`, "twice"},
		{`("dev","","","")`, `("dev","/nix/store/x","","")`, "not a store path"},
		{`("dev","","","")`, `("dev","/nix/store//22222222222222222222222222222222-c","","")`, "not written as Nix"},
		{`("dev","","","")`, `("dev","","","00")`, "no algorithm"},
		{`("dev","","","")`, `("dev","","r:sha9","")`, "unknown hash algorithm"},
		{`("dev","","","")`, `("dev","","sha256","00")`, "no sha256 digest"},
		{`("dev","","","")`, `("dev","x","r:sha256","")`, "not written as Nix"},
		{`("dev","","","")`, `("dev","","r:md5","900150983cd24fb0d6963f7d28e17f72")`, "not written as Nix"},
		{`["out"])],["/nix`, `[])],["/nix`, "no output"},
		{`"-c"`, `"\-c"`, "not written as Nix"},
		{`"-c",`, `"-c"`, `"," is expected`},
		{`a\nb`, "a\nb", "not written as Nix"},
		{`("b","z")])`, `("b","z")]`, `")" is expected`},
		{`("b","z")])`, `("b","z")])x`, "more after its end"},
		{`("b","z")])`, `("b","z`, "without an end"},
		{`["out"])]`, `["out"]),]`, `"(" is expected`},
	} {
		text := strings.Replace(dynamic, change[0], change[1], 1)
		_, err := Parse(storepath.Default, "x", text)
		var format *FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), change[2]) {
			t.Errorf("%s for %s: %v does not say %q", change[1], change[0], err, change[2])
		}
	}
	deep := `Derive([],[("/nix/store/00000000000000000000000000000000-a.drv",` + strings.Repeat(`([],[("a",`, 1<<20)
	if _, err := Parse(storepath.Default, "x", strings.Replace(deep, "Derive(", `DrvWithVersion("xp-dyn-drv",`, 1)); err == nil {
		t.Error("deep nesting is no error")
	}
}

func TestKinds(t *testing.T) {
	sha1, sha256 := Output{Name: "a", Kind: Floating, Algo: nixhash.SHA1}, Output{Name: "b", Kind: Floating, Algo: nixhash.SHA256}
	fixed := FixedOutput(storepath.Flat, nixhash.Hash{})
	odd := fixed
	odd.Name = "odd"
	for want, outputs := range map[string][]Output{
		"at least one":         nil,
		"same hash algorithm":  {sha1, sha256},
		"one kind only":        {sha1, fixed},
		"only one fixed":       {fixed, odd},
		`must be called "out"`: {odd},
	} {
		d := Derivation{Name: "x", Outputs: outputs}
		for _, err := range []error{
			second(d.Kind()),
			second(NewHasher("/nix/store", nil).Instantiate(&d)),
			second(NewHasher("/nix/store", nil).Modulo(&d)),
			NewHasher("/nix/store", nil).Check(&d),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v", outputs, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestCheck changes derivations whose outputs are right.
func TestCheck(t *testing.T) {
	hasher := NewHasher(storepath.Default, NewMemo(storepath.Default, nil))
	sample := func() *Derivation {
		d := &Derivation{Name: "x", Outputs: []Output{{Name: "out"}}, InputSrcs: []storepath.Path{srcC}, System: "s", Builder: "b"}
		if _, err := hasher.Instantiate(d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	if err := hasher.Check(sample()); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*Derivation){
		`output "out" has the path`:     func(d *Derivation) { d.Outputs[0].Path = srcC },
		"but should have":               func(d *Derivation) { d.System = "t" },
		`environment variable "out" is`: func(d *Derivation) { d.SetEnv("out", "/x") },
	} {
		d := sample()
		change(d)
		if err := hasher.Check(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestSort(t *testing.T) {
	d := Derivation{
		Outputs: []Output{{Name: "out"}, {Name: "dev"}},
		InputDrvs: []Input{{Path: pathB, Outputs: []string{"out"}}, {Path: pathA, Outputs: []string{"x", "a"}},
			{Path: pathB, Outputs: []string{"dev", "out"}, Dynamic: []DynamicInput{{Output: "o", Outputs: []string{"b"}}, {Output: "o", Outputs: []string{"a"}}}}},
		InputSrcs: []storepath.Path{srcC, pathA, srcC},
		Env:       []Var{{"b", "1"}, {"a", "2"}, {"b", "3"}},
	}
	d.Sort()
	got := fmt.Sprint(d.Outputs[0].Name, d.InputDrvs, d.InputSrcs, d.Env, d.References())
	want := "dev[{" + pathA.Base() + " [a x] []} {" + pathB.Base() + " [dev out] [{o [a b] []}]}] [" + pathA.Base() + " " + srcC.Base() + "] [{a 2} {b 1}] [" +
		pathA.Base() + " " + pathB.Base() + " " + srcC.Base() + "]"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// TestEndlessChain reads a derivation that needs itself.
func TestEndlessChain(t *testing.T) {
	read := func(p storepath.Path) (*Derivation, error) {
		return &Derivation{Name: "a", Outputs: []Output{{Name: "out"}}, InputDrvs: []Input{{Path: p, Outputs: []string{"out"}}}}, nil
	}
	if _, err := NewMemo(storepath.Default, read).Modulo(pathA); err == nil || !strings.Contains(err.Error(), "chain of more than") || len(err.Error()) > 500 {
		t.Errorf("%.500v", err)
	}
}

func TestShowJSON(t *testing.T) {
	d := &Derivation{Name: "x", Outputs: []Output{FixedOutput(storepath.NAR, mustHash("sha256:"+strings.Repeat("0", 64)))},
		Env: []Var{{StructuredAttrs, `{"a":"<>"}`}, {"c", "\u2028\\u2028\x7f\b"}}}
	got, err := ShowJSON(map[storepath.Path]*Derivation{pathA: d})
	want := `{"derivations":{"` + pathA.Base() + `":{"args":[],"builder":"","env":{"c":"` + "\u2028" + `\\u2028` + "\x7f" + `\b"},"inputs":{"drvs":{},"srcs":[]},"name":"x",` +
		`"outputs":{"out":{"hash":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","method":"nar"}},"structuredAttrs":{"a":"<>"},"system":"","version":4}},"version":4}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant\n%s", got, err, want)
	}
	for _, env := range []Var{{"a", "\xff"}, {StructuredAttrs, "{"}} {
		d.Env = []Var{env}
		if got, err := d.JSON(); err == nil {
			t.Errorf("%v is shown as %s", env, got)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	for got, want := range map[string]string{
		Placeholder("out"): "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9",
		UpstreamOutput(mustPath("g1w7hy3qg1w7hy3qg1w7hy3qg1w7hy3q-foo.drv"), "out").String():                   "/0c6rn30q4frawknapgwq386zq358m8r6msvywcvc89n6m5p2dgbz",
		UpstreamOutput(mustPath("g1w7hy3qg1w7hy3qg1w7hy3qg1w7hy3q-foo.drv.drv"), "out").Output("out").String(): "/0gn6agqxjyyalf0dpihgyf49xq5hqxgw100f0wydnj6yqrhqsb3w",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func mustHash(s string) nixhash.Hash {
	h, err := nixhash.Parse(s)
	if err != nil {
		panic(err)
	}
	return h
}

// What is accepted prints as it was read, and has a path and JSON or an error.
func FuzzParse(f *testing.F) {
	f.Add(dynamic)
	f.Add(`Derive([("out","/nix/store/22222222222222222222222222222222-c","","")],[],[],"","",[],[("out","")])`)
	f.Add(`Derive([("out","","r:sha256","impure")],[],[],"","",[],[])`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(storepath.Default, "x", text)
		if err != nil {
			return
		}
		again, err := d.AppendATerm(nil, storepath.Default)
		if err != nil || string(again) != text {
			t.Errorf("%q prints as %q, %v", text, again, err)
		}
		d.JSON()
		hasher := NewHasher(storepath.Default, NewMemo(storepath.Default, nil))
		hasher.Check(d)
		d.Sort()
		if again, _ := d.AppendATerm(nil, storepath.Default); string(again) != text {
			t.Errorf("%q sorted prints as %q", text, again)
		}
	})
}

// BenchmarkInstantiate completes a derivation of 4.5 kB with 20 inputs.
func BenchmarkInstantiate(b *testing.B) {
	memo := NewMemo(storepath.Default, nil)
	var inputs []Input
	for i := range 20 {
		p := mustPath(fmt.Sprintf("%032d-some-package-1.%d.drv", i, i))
		memo.Add(p, Modulo{moduloRecipe, [32]byte{byte(i * 7)}})
		inputs = append(inputs, Input{Path: p, Outputs: []string{"out"}})
	}
	env := []Var{{"out", ""}}
	for i := range 50 {
		env = append(env, Var{fmt.Sprintf("variable%02d", i), strings.Repeat("words that are not\n", i%5) + "/nix/store/22222222222222222222222222222222-c"})
	}
	d := &Derivation{Name: "package-1.0", Outputs: []Output{{Name: "out"}}, InputDrvs: inputs, InputSrcs: []storepath.Path{srcC},
		System: "x86_64-linux", Builder: "/bin/sh", Args: []string{"-e", "/nix/store/22222222222222222222222222222222-c"}, Env: env}
	d.Sort()
	hasher := NewHasher(storepath.Default, memo)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		got, err := hasher.Instantiate(d)
		if err != nil {
			b.Fatal(err)
		}
		size = len(got.ATerm)
	}
	b.ReportMetric(float64(size), "ATerm-B")
}

func TestParseJSONRefuses(t *testing.T) {
	const whole = `{"args":[],"builder":"/x","env":{},"inputs":{"drvs":{},"srcs":[]},"name":"a","outputs":{"out":{"hashAlgo":"sha256","method":"nar"}},"system":"s","version":4}`
	if d, err := ParseJSON([]byte(whole)); err != nil || d.Outputs[0].Kind != Floating {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, change := range [][2]string{
		{`"version":4`, `"version":3`}, {`"version":4`, `"version":4,"more":1`}, {`"method":"nar"`, `"method":"tar"`}, {`,"method":"nar"`, ``},
		{`"sha256"`, `"sha3"`}, {`"name":"a"`, `"name":"a/b"`}, {`"srcs":[]`, `"srcs":["/etc/passwd"]`}, {`"drvs":{}`, `"drvs":{"x":{}}`},
		{`"out":{"hashAlgo"`, `"out":{"path":"x","hashAlgo"`}, {`}`, ``}, {`"outputs":{`, `"outputs":{"dev":{},`},
	} {
		if d, err := ParseJSON([]byte(strings.Replace(whole, change[0], change[1], 1))); err == nil {
			t.Errorf("with %s it is %+v", change[1], d)
		}
	}
}
