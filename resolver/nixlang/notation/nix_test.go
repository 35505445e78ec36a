package notation

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// recorder is a Builder that prints what it is told as a Nix value.
type recorder struct {
	values []string // of what is open, the outermost first
	keys   []string
}

func (r *recorder) add(s string) error    { r.values = append(r.values, s); return nil }
func (r *recorder) Null() error           { return r.add("null") }
func (r *recorder) Bool(b bool) error     { return r.add(fmt.Sprint(b)) }
func (r *recorder) Int(i int64) error     { return r.add(fmt.Sprint(i)) }
func (r *recorder) Float(f float64) error { return r.add(string(AppendFloat(nil, f))) }
func (r *recorder) String(s string) error { return r.add(string(AppendString(nil, s))) }
func (r *recorder) BeginList() error      { return nil }
func (r *recorder) BeginSet() error       { return nil }
func (r *recorder) Key(key string) error  { r.keys = append(r.keys, key); return nil }
func (r *recorder) take(n int) (v []string) {
	v = slices.Clone(r.values[len(r.values)-n:])
	r.values = r.values[:len(r.values)-n]
	return v
}

func (r *recorder) EndList(n int) error {
	return r.add("[ " + strings.Join(append(r.take(n), "]"), " "))
}

func (r *recorder) EndSet(n int) error {
	set := map[string]string{}
	keys := r.keys[len(r.keys)-n:]
	for i, v := range r.take(n) {
		set[keys[i]] = v
	}
	r.keys = r.keys[:len(r.keys)-n]
	text := "{ "
	var names []string
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text += string(AppendAttrName(nil, name)) + " = " + set[name] + "; "
	}
	return r.add(text + "}")
}

// TestNixAgreesOnJSON has real Nix read JSON texts, most of them damaged.
func TestNixAgreesOnJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", " ", "null", "nulll", "nul", "tru", "-", "-0", "-0.0", "0", "00", "01", "1.", ".5", "1.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "+1", "1e400", "-1e400", "1e-400", "123456789",
		"9223372036854775807", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1234567", "1234567.5", "0.0001", "0.00001",
		`""`, `"a`, `"\u00e4"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\ud83d"`, `"\u12"`, `"\x"`, `"\/\b\f\n\r\t\\\""`, "\"\n\"", "\"\xff\"", "\"ä\"", "\"\xed\xa0\x80\"", "\"\xc0\x80\"",
		"[]", "[ ]", "[1,]", "[,1]", "[1 2]", "[1,2", "[[[]]]", "[}", "{}", "{ }", "{,}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1,"a":2}`, `{"a":1 "b":2}`, `{a:1}`, `{"or":1,"b c":[{}],"":0}`, "1 2", "[] []", "\ufeff1", "\ufeff", "\xef\xbb1", "// x\n1", "'a'", "NaN", "{\"a\":[1,{\"b\":null}]} \n\t\r"}
	for range 1500 {
		text := []byte(randomJSON(r, 3))
		for range r.IntN(3) {
			if len(text) == 0 {
				break
			}
			const chars = "}[],:\"\\ntue0-+.E1 \xff"
			switch i := r.IntN(len(text)); r.IntN(3) {
			case 0:
				text = slices.Delete(text, i, i+1)
			case 1:
				text[i] = chars[r.IntN(len(chars))]
			default:
				text = slices.Insert(text, i, chars[r.IntN(len(chars))])
			}
		}
		texts = append(texts, string(text))
	}
	agree(t, "fromJSON", texts, func(text string) (string, error) {
		var b recorder
		err := ParseJSON(text, 1000, &b)
		if err != nil {
			return "", err
		}
		return b.values[0], nil
	})
}

// randomJSON returns a JSON text without integers from 2⁶³ to 2⁶⁴-1, which this
// Nix takes for others.
func randomJSON(r *rand.Rand, depth int) string {
	n := r.IntN(8)
	if depth == 0 {
		n %= 6
	}
	switch n {
	case 0, 1:
		return fmt.Sprint(r.IntN(2000) - 1000)
	case 2:
		return []string{"1.5", "-2e3", "0.125E-2", "1e20", "99999999999999999999.0"}[r.IntN(5)]
	case 3, 4:
		return []string{`"a"`, `"\n\u0041"`, `"x$y \\"`, `"ä€😀"`}[r.IntN(4)]
	case 5:
		return []string{"null", "true", "false"}[r.IntN(3)]
	}
	var parts []string
	for range r.IntN(4) {
		part := randomJSON(r, depth-1)
		if n == 7 {
			part = []string{`"a"`, `"or"`, `"x'-_1"`, `"1"`, `"-a"`, `"ä"`}[r.IntN(6)] + " : " + part
		}
		parts = append(parts, part)
	}
	if n == 6 {
		return "[" + strings.Join(parts, ",") + "]"
	}
	return "{" + strings.Join(parts, " ,\n") + "}"
}

// TestNixAgreesOnTOML has real Nix read TOML documents.
func TestNixAgreesOnTOML(t *testing.T) {
	texts := []string{"", "a=1", "a=", "=1", "a", "a=1\na=2", "a.b=1\na.c=2", "a.b=1\na=2", "[a]\n[a]", "[a.b]\nc=1\n[a]\nd=2", "[[a]]\nb=1\n[[a]]\nb=2\n[a.c]\nd=3", "[a]\n[[a]]", "a=[]\n[[a]]", "[a", "[]", "[a]x", "a={b=1,c={d=2}}", "a={b=1,}", "a={b=1\n}", "a={\nb=1}", "a={b=1 # c\n}", "a={b=[1,\n2]}", "a={b=\"\"\"\n\"\"\"}", "a={b=\"}\",c='{'}", "a={}\n[a.b]", "a={b.c=1}",
		"a=[1,2,3,]", "a=[1,'x',1.5,[true]]", "a=[1,,2]", "a=[\n1, # c\n2\n]", "a=true", "a=True", "a=+1", "a=-0", "a=0x1F", "a=0o17", "a=0b101", "a=1_000", "a=1__0", "a=_1", "a=01", "a=0xG", "a=9223372036854775807", "a=-9223372036854775808",
		"a=1.5", "a=.5", "a=1.", "a=1e3", "a=1.5E-3", "a=6.02_2e23", "a=inf", "a=-inf", "a=+inf", "a=1.e3", "a=0.0", "a=1e06",
		`a="x\ty\u00e4\U0001F600\\\""`, `a="\x41"`, `a="\\e"`, `a='\e'`, `a='''\e'''`, `a="""\e"""`, `a=""`, `a=''`, `a="\e"`, "a=\"x\ny\"", "a='x\\y'", "a='''\nx'y\n'''", "a=\"\"\"\nx\\\n   y\"\"\"", `a="""x""y"""`, "a=\"\xff\"", `"a b"=1`, `'a'.b."c d"=1`, `""=1`, "a=1 b=2", "a=1 # c", "# only", "a = \"#\" # c",
		"a-b_c1=1", "1=2", "a.1.2=3", "ä=1", "a=1\r\nb=2", "\ufeffa=1", "[a.'b.c']\nd=1", "a=[{b=1},{b=2}]", "a=1979-05-27", "a=07:32:00", "a=1979-05-27T07:32:00Z", "[[a.b]]\nc=1\n[[a.b]]\n[[a.b.d]]\ne=1", "a.b.c=1\n[a.b.d]\ne=2", "a=\"\\ud800\"", "a=nan"}
	agree(t, "fromTOML", texts, func(text string) (string, error) {
		var b recorder
		err := ParseTOML(text, TOMLOptions{MaxDepth: 100}, &b)
		if err != nil {
			return "", err
		}
		return b.values[0], nil
	})
}

// TestNixAgreesOnPrinting has real Nix write strings and floats.
func TestNixAgreesOnPrinting(t *testing.T) {
	var texts []string
	for _, s := range []string{"", "a", "\\", "\"", "$", "$x{", "\n\r\tx", "ä", "\xff", "a$"} {
		texts = append(texts, s)
	}
	agree(t, "(x: x)", texts, func(s string) (string, error) { return string(AppendString(nil, s)), nil })
	agree(t, "toXML", texts, func(s string) (string, error) {
		return string(AppendString(nil, "<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <string value=\""+string(AppendXML(nil, s))+"\" />\n</expr>\n")), nil
	})
	agree(t, "toJSON", slices.DeleteFunc(texts, func(s string) bool { return s == "\xff" }), func(s string) (string, error) {
		text, err := AppendJSONString(nil, s)
		return string(AppendString(nil, string(text))), err
	})
	var floats []string
	for _, mantissa := range []string{"1.0", "1.5", "9.99999", "9.999999", "1.23456789", "-2.5"} {
		for _, e := range []int{-300, -9, -6, -5, -4, -3, -1, 0, 1, 4, 5, 6, 7, 14, 15, 16, 20, 300} {
			floats = append(floats, fmt.Sprintf("%se%d", mantissa, e))
		}
	}
	floatOf := func(s string) (f float64) { fmt.Sscan(s, &f); return f }
	agree(t, "fromJSON", floats, func(s string) (string, error) { return string(AppendFloat(nil, floatOf(s))), nil })
	agree(t, "(s: toString (builtins.fromJSON s))", floats, func(s string) (string, error) {
		return string(AppendString(nil, string(AppendFloatString(nil, floatOf(s))))), nil
	})
}

// agree applies a function of builtins to strings, with ours and with real Nix.
// Both must print the same, or both refuse.
func agree(t *testing.T, function string, args []string, ours func(string) (string, error)) {
	t.Helper()
	for i, want := range askNix(t, function, args) {
		got, err := ours(args[i])
		if (err != nil) != (want == "error") || err == nil && got != want {
			t.Errorf("%s %q: %s, %v\nwant %s", function, args[i], got, err, want)
		}
	}
}

// askNix returns what a real Nix prints of function applied to each arg, or
// "error".
func askNix(t *testing.T, function string, args []string) []string {
	t.Helper()
	if _, err := exec.LookPath("nix"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix: install the package nix-bin")
		}
		t.Skip("no nix")
	}
	if !strings.HasPrefix(function, "(") {
		function = "builtins." + function
	}
	root := t.TempDir()
	var input strings.Builder
	for _, arg := range args {
		fmt.Fprintf(&input, ":p %s %s\n", function, AppendString(nil, arg))
		input.WriteString("\"end of answer\"\n")
	}
	cmd := exec.Command("nix", "--extra-experimental-features", "nix-command", "repl", "--store", root)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + root, "NIX_CONF_DIR=" + root}
	cmd.Stdin = strings.NewReader(input.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("nix repl: %v\n%s", err, out)
	}
	var answers []string
	answer := ""
	for line := range strings.Lines(string(out)) {
		switch line = plain(strings.TrimSpace(line)); {
		case line == `"end of answer"`:
			answers = append(answers, answer)
			answer = ""
		case strings.HasPrefix(line, "error:"):
			answer = "error"
		case answer == "" && line != "" && !strings.HasPrefix(line, "nix-repl>") && !strings.HasPrefix(line, "warning:") && !strings.HasPrefix(line, "Welcome"):
			answer = line
		}
	}
	if len(answers) != len(args) {
		t.Fatalf("%d answers to %d questions: %.2000s", len(answers), len(args), out)
	}
	return answers
}

// plain drops the colours of a line.
func plain(line string) string {
	for {
		before, after, ok := strings.Cut(line, "\x1b[")
		if !ok {
			return line
		}
		_, after, _ = strings.Cut(after, "m")
		line = before + after
	}
}
