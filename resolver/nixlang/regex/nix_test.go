package regex

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestNixAgrees has real Nix match and split by random patterns and by those
// that are known to be hard.
func TestNixAgrees(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cases := hard()
	for range 3000 {
		cases = append(cases, [2]string{randomPattern(r, 3), randomText(r, "aabbc\nA0-_] ", 9)})
	}
	for range 1500 {
		cases = append(cases, [2]string{randomText(r, `ab()[]{}*+?|^$.\-:=,01`, 9), randomText(r, `aab01-\]`, 6)})
	}
	for range 1500 {
		cases = append(cases, [2]string{randomBracket(r) + "(b*)", randomText(r, "aAbz-]^[:.\\\xff\x80", 4)})
	}
	var exprs []string
	for _, c := range cases {
		exprs = append(exprs, fmt.Sprintf("match %s %s", quote(c[0]), quote(c[1])), fmt.Sprintf("split %s %s", quote(c[0]), quote(c[1])))
	}
	answers := askNix(t, exprs)
	valid, matches, reported := 0, 0, 0
	for i, c := range cases {
		match, split := ours(c[0], c[1])
		if match != "invalid" {
			valid++
		}
		if match != "null" && match != "invalid" {
			matches++
		}
		if (match != answers[2*i] || split != answers[2*i+1]) && reported < 20 {
			reported++
			t.Errorf("%q on %q:\nmatch %s\nNix   %s\nsplit %s\nNix   %s", c[0], c[1], match, answers[2*i], split, answers[2*i+1])
		}
	}
	if valid < len(cases)/2 || matches < len(cases)/20 {
		t.Errorf("of %d cases only %d are valid and %d match", len(cases), valid, matches)
	}
}

// hard are patterns and subjects on which engines differ.
func hard() [][2]string {
	var cases [][2]string
	for _, p := range []string{
		"(a*)*", "(a*)+", "(x*)*y", "((a*)*)*", "(a|ab)(c|bcd)(d*)", "(a|ab|abc|abcd)(bcd|cd|d|)", "((a)|b)*", "(a|b*)*", "(a*|b)*", "(|a)*", "(|a)+", "(a|)+",
		"(a?)*", "(a?){3}", "(a{0,2})*", "(a|b){2,3}", "(a){0}", "(a*){2,}", "a{,2}", "a{2", "a{2,1}", "a{1}{2}", "a**", "a+?", "a*+", "*", "a|*", "(*)", "()", "()*", "a||b", "|", "(^a|b)*",
		"^*", "a^b", "$a", "a$", "^", "$", "^a|b$", "(^)*a", "[]a]", "[^]a]", "[a-]", "[-a]", "[a-c-e]", "[--0]", "[a--]", "[]-a]", "[[:alpha:]]", "[[:ALPHA:]]", "[[:w:]]+",
		"[[:foo:]]", "[[.a.]]", "[[.hyphen.]-z]", "[a-[.z.]]", "[[.-.]]", "[[=a=]]", "[[=a=]b]", "[[:alpha:]-z]", "[z-a]", "[", "[a", "[^", "[[:alpha:]", "[[:alpha", "a]", "a}", "a)", "(a",
		`\`, `\.`, `\d`, `\w`, `\1`, `(a)\1`, `\]`, `\}`, `\n`, `[\.]`, `[\n]`, ".", ".*", "a.c", "(.*)(a)", "(.*)(a*)", "(a*)(a*)", "(a+|b+)*", "(a|aa)+", "((a|b)(c|))*", "(aa|aab|b)*", "(a)?(ab)?b", "(a|b)*?",
		"(a(b)?)+", "(a(b*))*", "((a)(b)?)*", "(b|(a))*", "[\x80-\xff]", "[\xff]", "\xff", "[a\xff-~]", "a{0}", "a{0,0}b", "(a|b|c|d){1,2}(e?)", "{", "{1}", "a{x}", "a{1x}", "a{-1}", "a{1,", "a{}", "[a]{2}", "a|b|", "(a|b|)", "(?:a)", "a(?=b)",
		"((a*)(b*))*", "((a?)(b?))*", "((a*)|(b*))*", "(((a*)*)*)*b", "(a*)*(b|ba)*", "(.|\n)*", "[[:space:]]*", "([a-z]*)-([0-9]*)", "(a|b)*abb", "(a*)(ab)*(b*)",
	} {
		for _, s := range []string{"", "a", "b", "aa", "ab", "aab", "abcd", "baac", "ba\na", "abab", "-", "]", "\xff\x80", "A.b", "abba"} {
			cases = append(cases, [2]string{p, s})
		}
	}
	return cases
}

// randomPattern returns a pattern of a grammar that is mostly valid.
func randomPattern(r *rand.Rand, depth int) string {
	var b strings.Builder
	for range 1 + r.IntN(3) {
		switch n := r.IntN(10); {
		case n < 4 || depth == 0:
			b.WriteString([]string{"a", "b", "c", ".", "[ab]", "[^a]", "aa", "[[:alpha:]]", "^", "$", ""}[r.IntN(11)])
		case n < 7:
			b.WriteString("(" + randomPattern(r, depth-1) + ")")
		case n < 9:
			b.WriteString("(" + randomPattern(r, depth-1) + "|" + randomPattern(r, depth-1) + ")")
		default:
			b.WriteString(randomPattern(r, depth-1) + "|" + randomPattern(r, depth-1))
		}
		if r.IntN(2) == 0 {
			b.WriteString([]string{"*", "+", "?", "*", "{2}", "{0,2}", "{1,}", "{0}"}[r.IntN(8)])
		}
	}
	return b.String()
}

func randomBracket(r *rand.Rand) string {
	parts := []string{"a", "z", "-", "]", "^", "[", ":", ".", `\`, "[:alpha:]", "[:Digit:]", "[=a=]", "[.z.]", "[.hyphen.]", "[.period.]", "\xff", "\x80", "A"}
	b := "["
	for range 1 + r.IntN(4) {
		b += parts[r.IntN(len(parts))]
	}
	return b + "]"
}

func randomText(r *rand.Rand, alphabet string, most int) string {
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteByte(alphabet[r.IntN(len(alphabet))])
	}
	return b.String()
}

// ours returns what match and split answer, as JSON, or "invalid".
func ours(pattern, subject string) (match, split string) {
	re, err := Compile(pattern)
	if err != nil {
		return "invalid", "invalid"
	}
	strs := func(spans []Span) any {
		list := make([]any, 0, len(spans))
		for _, s := range spans {
			if text, ok := s.Of(subject); ok {
				list = append(list, readable(text))
			} else {
				list = append(list, nil)
			}
		}
		return list
	}
	groups, ok, err := re.Match(subject, nil)
	if err != nil {
		return err.Error(), ""
	}
	var answer any
	if ok {
		answer = strs(groups)
	}
	var parts []any
	done := 0
	err = re.Each(subject, nil, func(m []Span) {
		parts = append(parts, readable(subject[done:m[0].Start]), strs(m[1:]))
		done = m[0].End
	})
	if err != nil {
		return "", err.Error()
	}
	parts = append(parts, readable(subject[done:]))
	return asJSON(answer), asJSON(parts)
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// readable spells the bytes that JSON cannot say.
func readable(s string) string {
	return strings.NewReplacer("\xff", "(ff)", "\x80", "(80)", "\n", "(nl)").Replace(s)
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "${", `\${`).Replace(s) + `"`
}

// askNix returns what a real Nix answers to each expression, which may use
// match and split, or "invalid".
func askNix(t *testing.T, exprs []string) []string {
	t.Helper()
	if _, err := exec.LookPath("nix"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix: install the package nix-bin")
		}
		t.Skip("no nix")
	}
	root := t.TempDir()
	var input strings.Builder
	input.WriteString(`clean = let go = v: if builtins.isString v then builtins.replaceStrings [ "` + "\xff\" \"\x80" + `" "\n" ] [ "(ff)" "(80)" "(nl)" ] v else if builtins.isList v then map go v else v; in go` + "\n")
	for _, expr := range exprs {
		fmt.Fprintf(&input, "builtins.toJSON (clean (builtins.%s))\n", expr)
	}
	cmd := exec.Command("nix", "--extra-experimental-features", "nix-command", "repl", "--store", root)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + root, "NIX_CONF_DIR=" + root}
	cmd.Stdin = strings.NewReader(input.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("nix repl: %v\n%s", err, out)
	}
	var answers []string
	for line := range strings.Lines(string(out)) {
		if result, ok := strings.CutPrefix(line, "\x1b[35;1m\""); ok {
			result, _, _ = strings.Cut(result, "\"\x1b[0m")
			answers = append(answers, strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\$`, `$`).Replace(result))
		} else if strings.HasPrefix(line, "error: invalid regular expression") {
			answers = append(answers, "invalid")
		} else if strings.HasPrefix(line, "error:") {
			answers = append(answers, line)
		}
	}
	if len(answers) != len(exprs) {
		t.Fatalf("%d answers to %d expressions: %.2000s", len(answers), len(exprs), out)
	}
	return answers
}
