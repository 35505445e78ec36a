package shellhooks

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"devenv/env"
)

// shellPath finds a shell; without it the test is skipped, except where CI says
// that everything has to be there.
func shellPath(t testing.TB, shell env.Shell) string {
	t.Helper()
	path, err := exec.LookPath(string(shell))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

var hostileStrings = []string{
	"", " ", "-n", "--", "-", "~", "~root", "~+", "a~b", "=ls", "!", "!!", "!$", "a!b", "^a^b", "#", "# c", "$HOME", "${x}", "$(id)", "`id`",
	"'", "''", `"`, `\`, `\\`, `\'`, `'\''`, `a\`, `\n`, "a b", "\ta\t", "a\nb", "\n", "a\n", "\n\n", "\r", "a\r\n", "*", "?", "[a]", "{a,b}",
	"a;b", "a&b", "a|b", "<a", ">a", "(a)", "%", "%s", "%%1", "@", "a=b", "\x01", "\x7f", "\x1b[31m", "\xff", "a\xffb", "\xff\xfe'\\", "\xc3\x28", "\xe2\x82", "€", "ü", "日本", "🦀",
	"\u2028", "\ufeff", "\ufdd0", "\ufdd1", "\uf600", "\uf6ff", "\uf8ff", "\U0010ffff", "\xed\xa0\x80", "a\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\x80", "x\xc3", strings.Repeat("a'\\\n", 500),
}

// readBack lets a shell print the words; it gets them in a file that it sources.
func readBack(t testing.TB, shell env.Shell, words []string) []string {
	t.Helper()
	var script bytes.Buffer
	for _, w := range words {
		q, err := Quote(shell, w)
		if err != nil {
			t.Fatal(err)
		}
		script.WriteString("printf '%s\\0' " + q + "\n")
	}
	file := t.TempDir() + "/script"
	if err := os.WriteFile(file, script.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := map[env.Shell][]string{
		env.Bash: {"--norc", "-c", `. "$1"`, "sh"}, env.Zsh: {"-f", "-c", `. "$1"`, "sh"}, env.Fish: {"--no-config", "-c", "source $argv[1]"},
	}[shell]
	cmd := exec.Command(shellPath(t, shell), append(flags, file)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, script.Bytes())
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func checkReadBack(t testing.TB, shell env.Shell, words []string) {
	t.Helper()
	got := readBack(t, shell, words)
	if len(got) != len(words) {
		t.Fatalf("%d words became %d", len(words), len(got))
	}
	for i := range words {
		if got[i] != words[i] {
			q, _ := Quote(shell, words[i])
			t.Errorf("%q was written %s and read %q", words[i], q, got[i])
		}
	}
}

func TestQuote(t *testing.T) {
	for _, shell := range env.Shells() {
		t.Run(string(shell), func(t *testing.T) {
			checkReadBack(t, shell, hostileStrings)
			random := rand.New(rand.NewPCG(1, 2))
			words := make([]string, 3000)
			for i := range words {
				word := make([]byte, random.IntN(12))
				for j := range word {
					word[j] = byte(1 + random.IntN(255))
					if random.IntN(3) == 0 {
						word[j] = "'\\$`\n!~\"\xe2\x82\xac"[random.IntN(11)]
					}
				}
				words[i] = string(word)
			}
			checkReadBack(t, shell, words)
		})
	}
}

func TestQuoteRefusesNUL(t *testing.T) {
	for _, shell := range env.Shells() {
		if q, err := Quote(shell, "a\x00b"); err == nil {
			t.Errorf("%s: a NUL byte was written %s", shell, q)
		}
	}
}

func FuzzQuote(f *testing.F) {
	for _, s := range hostileStrings {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\x00") {
			return
		}
		for _, shell := range env.Shells() {
			checkReadBack(t, shell, []string{s})
		}
	})
}
