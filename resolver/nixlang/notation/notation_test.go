package notation

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestJSONFloats(t *testing.T) {
	// As written by version 3.11 of the library that Nix writes JSON with.
	for f, want := range map[float64]string{
		0: "0.0", math.Copysign(0, -1): "-0.0", 1: "1.0", -1.5: "-1.5", 0.1: "0.1", 100: "100.0", 123456789.5: "123456789.5", 1e14: "100000000000000.0", 1e15: "1e+15",
		999999999999999: "999999999999999.0", 1e20: "1e+20", 1.5e20: "1.5e+20", 1e-4: "0.0001", 1e-5: "1e-05", 1e-7: "1e-07", 1e100: "1e+100", 5e-324: "5e-324",
		math.MaxFloat64: "1.7976931348623157e+308", math.Inf(1): "null", math.NaN(): "null",
		// Not the shortest or nearest.
		2.0953338635194078e+15: "2.0953338635194077e+15", 838372761301367.8: "838372761301367.7", 4.899026413617512e+156: "4.8990264136175116e+156",
	} {
		if got := string(AppendJSONFloat(nil, f)); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
}

func TestPrinting(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{string(AppendString(nil, "${ $${ $ {$")), `"\${ $\${ $ {$"`},
		{string(AppendAttrName(nil, "in")), `"in"`},
		{string(AppendAttrName(nil, "or")), `or`},
		{string(AppendAttrName(nil, "_a-'1")), `_a-'1`},
		{string(AppendAttrName(nil, "")), `""`},
		{string(AppendAttrName(nil, "a b${")), `"a b\${"`},
		{string(AppendAttrName(nil, "1a")), `"1a"`},
		{string(AppendFloat(nil, math.Inf(-1))), "-inf"},
		{string(AppendFloatString(nil, math.Copysign(math.NaN(), -1))), "-nan"},
		{string(AppendXML(nil, "<a>&\"'\n\t")), "&lt;a&gt;&amp;&quot;'&#xA;\t"},
	} {
		if test.got != test.want {
			t.Errorf("%s, want %s", test.got, test.want)
		}
	}
	if text, err := AppendJSONString(nil, "\x00\x1f\x7f\u2028/"); string(text) != `"\u0000\u001f`+"\x7f\u2028/\"" || err != nil {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := AppendJSONString(nil, "a\xff"); err == nil || !strings.Contains(err.Error(), "at index 1: 0xFF") {
		t.Errorf("%v", err)
	}
}

func TestErrors(t *testing.T) {
	deep := strings.Repeat("[", 1_000_000)
	parse := map[string]func(string) error{
		"JSON": func(s string) error { return ParseJSON(s, 1000, &recorder{}) },
		"TOML": func(s string) error { return ParseTOML(s, TOMLOptions{MaxDepth: 1000}, &recorder{}) },
	}
	for _, test := range [][3]string{
		{"JSON", "[1,\n 2 x]", "line 2, column 4: unexpected 'x'"},
		{"JSON", `9223372036854775808`, "outside of Nix integer range"},
		{"JSON", `"\u0000"`, "null bytes"},
		{"JSON", `{"\u0000":1}`, "null bytes"},
		{"JSON", `1e999`, "number overflow"},
		{"JSON", deep, "more than 1000"},
		{"JSON", strings.Repeat(`{"a":`, 1_000_000), "more than 1000"},
		{"JSON", `{"a":`, "unexpected end"},
		{"TOML", "a=\"\\u0000\"", "null bytes"},
		{"TOML", "\"\\u0000\"=1", "null bytes"},
		{"TOML", "a=9223372036854775808", "line 1"},
		{"TOML", "a=1979-05-27", "Dates and times are not supported"},
		{"TOML", "a=" + deep, "more than 1000"},
		{"TOML", "a=" + strings.Repeat("{a=", 1_000_000), "more than 1000"},
		{"TOML", strings.Repeat("a.", 1_000_000) + "a=1", "more than 1000"},
		{"TOML", "a=1\nb=\"\\e\"", "line 2, column 5"},
	} {
		err := parse[test[0]](test[1])
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), test[2]) {
			t.Errorf("%.50q: %.300v does not say %q", test[1], err, test[2])
		}
	}
}

func TestTimestamps(t *testing.T) {
	for text, want := range map[string]string{
		"1979-05-27T07:32:00Z":                "1979-05-27T07:32:00Z",
		"1979-05-27 00:32:00.5-07:00":         "1979-05-27T00:32:00.500-07:00",
		"1979-05-27t00:32:00.123456":          "1979-05-27T00:32:00.123456",
		"1979-05-27":                          "1979-05-27",
		"07:32:00":                            "07:32:00",
		"00:32:00.1234567":                    "00:32:00.123456700",
		"1979-05-27T00:32:00.000001000+00:00": "1979-05-27T00:32:00.000001Z",
	} {
		var b recorder
		err := ParseTOML("a="+text, TOMLOptions{Timestamps: true, MaxDepth: 10}, &b)
		if want = `{ a = { _type = "timestamp"; value = "` + want + `"; }; }`; err != nil || b.values[0] != want {
			t.Errorf("%s: %v, %v", text, b.values, err)
		}
	}
}

// failing is a Builder that does not want any number.
type failing struct{ recorder }

var errNumber = errors.New("a number")

func (failing) Int(int64) error { return errNumber }

func TestBuilderFails(t *testing.T) {
	if err := ParseJSON("[1]", 9, &failing{}); err != errNumber {
		t.Error(err)
	}
	if err := ParseTOML("a=[1]", TOMLOptions{MaxDepth: 9}, &failing{}); err != errNumber {
		t.Error(err)
	}
}

// What is read prints as a text that reads as the same.
func FuzzJSON(f *testing.F) {
	f.Add(`{"a":[1,2.5,"x\u00e4\n",null,true,{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var b recorder
		if ParseJSON(text, 100, &b) != nil {
			return
		}
		if len(b.values) != 1 || len(b.keys) != 0 {
			t.Errorf("%q leaves %v, %v", text, b.values, b.keys)
		}
	})
}

func FuzzJSONString(f *testing.F) {
	f.Add("a\"\\\n\u2028\xff")
	f.Fuzz(func(t *testing.T, s string) {
		text, err := AppendJSONString(nil, s)
		if err != nil || strings.Contains(s, "\x00") {
			return
		}
		var b recorder
		if err := ParseJSON(string(text), 1, &b); err != nil || b.values[0] != string(AppendString(nil, s)) {
			t.Errorf("%q prints as %s, which reads as %v, %v", s, text, b.values, err)
		}
	})
}

func FuzzJSONFloat(f *testing.F) {
	f.Add(0.1)
	f.Fuzz(func(t *testing.T, x float64) {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return
		}
		p := floatTaker{}
		if err := ParseJSON(string(AppendJSONFloat(nil, x)), 1, &p); err != nil || p.f != x {
			t.Errorf("%v prints as %s, which reads as %v, %v", x, AppendJSONFloat(nil, x), p.f, err)
		}
	})
}

type floatTaker struct {
	recorder
	f float64
}

func (p *floatTaker) Float(f float64) error { p.f = f; return nil }

func FuzzTOML(f *testing.F) {
	f.Add("a = [1, 'x', {b = 1.5}]\n[t.\"u\"]\nd = 1979-05-27")
	f.Fuzz(func(t *testing.T, text string) {
		var b recorder
		if ParseTOML(text, TOMLOptions{Timestamps: true, MaxDepth: 50}, &b) == nil && len(b.values) != 1 {
			t.Errorf("%q leaves %v", text, b.values)
		}
	})
}

func BenchmarkParseJSON(b *testing.B) {
	text := "[" + strings.TrimSuffix(strings.Repeat(`{"name":"some-package","version":"1.2.3","count":12,"deps":["a","b","c"],"ok":true},`, 1000), ",") + "]"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := ParseJSON(text, 100, nothing{}); err != nil {
			b.Fatal(err)
		}
	}
}

// nothing is a Builder that builds nothing.
type nothing struct{}

func (nothing) Null() error         { return nil }
func (nothing) Bool(bool) error     { return nil }
func (nothing) Int(int64) error     { return nil }
func (nothing) Float(float64) error { return nil }
func (nothing) String(string) error { return nil }
func (nothing) BeginList() error    { return nil }
func (nothing) EndList(int) error   { return nil }
func (nothing) BeginSet() error     { return nil }
func (nothing) Key(string) error    { return nil }
func (nothing) EndSet(int) error    { return nil }
