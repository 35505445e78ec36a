package regex

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLimits holds that hostile patterns and subjects end, soon and in order.
func TestLimits(t *testing.T) {
	long := strings.Repeat("a", 200_000)
	for _, test := range []struct{ pattern, subject, want string }{
		{"(a|a)*b", long[:2000], ""},
		{"(a*)*b", long[:2000], ""},
		{"(a|aa)+$", long[:5000] + "b", ""},
		{"(.*)(.*)(.*)(.*)(.*)b", long[:300], ""},
		{"((a|b)*c|(a|b)*d)*", long[:2000], ""},
		{"(x+x+)+y", strings.Repeat("x", 3000), ""},
		{"(.|x)*", long, ""},
		{"(a{1,100}){1,100}b", long[:200], ""},
		{"((a{100}){100}){100}", "a", "memory limit exceeded"},
		{"a{100001}", "a", "memory limit exceeded"},
		{"a{99999999999999999999}", "a", "too large"},
		{strings.Repeat("(", 1_000_000), "a", "memory limit exceeded"},
		{strings.Repeat("a", 1_000_000), "a", "memory limit exceeded"},
		{strings.Repeat("[", 1_000_000), "a", "invalid regular expression"},
	} {
		start := time.Now()
		re, err := Compile(test.pattern)
		if err == nil {
			_, _, err = re.Match(test.subject, nil)
			if err == nil {
				err = re.Each(test.subject, nil, func([]Span) {})
			}
		}
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.60q: %.200v", test.pattern, err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%.60q takes %s", test.pattern, took)
		}
	}
}

// TestInterrupted ends a match that would take very long.
func TestInterrupted(t *testing.T) {
	stop := errors.New("stop")
	calls := 0
	check := func() error {
		if calls++; calls > 3 {
			return stop
		}
		return nil
	}
	re, err := Compile(strings.Repeat("(", 40) + "a|" + strings.Repeat(")*", 40) + "b")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := re.Match("aaaaaaaaaaaaaaaaaaaaaaa", check); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	if err := re.Each("aaaaaaaaaaaaaaaaaaaaaaa", check, func([]Span) {}); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}

// FuzzRegex holds that a match is one by another engine's judgement too: which
// subjects match is the same everywhere, only the groups differ.
func FuzzRegex(f *testing.F) {
	for _, c := range hard() {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, pattern, subject string) {
		re, err := Compile(pattern)
		if err != nil || len(re.states) > 200 || len(subject) > 100 {
			return
		}
		budget := 200
		stop := errors.New("stop")
		check := func() error {
			if budget--; budget < 0 {
				return stop
			}
			return nil
		}
		groups, ok, err := re.Match(subject, check)
		if err != nil {
			return
		}
		if ok && len(groups) != re.Groups() {
			t.Errorf("%q on %q: %v", pattern, subject, groups)
		}
		at := 0
		err = re.Each(subject, check, func(match []Span) {
			if match[0].Start < at || match[0].End < match[0].Start || match[0].End > len(subject) {
				t.Errorf("%q on %q: %v after %d", pattern, subject, match, at)
			}
			at = match[0].End
		})
		if err != nil {
			return
		}
		if other, err := regexp.CompilePOSIX(`\A(` + pattern + `)\z`); err == nil && portable(pattern+subject) {
			if other.MatchString(subject) != ok {
				t.Errorf("%q on %q: match is %v", pattern, subject, ok)
			}
		}
	})
}

// portable reports whether s has nothing that the engines take differently.
func portable(s string) bool {
	return !strings.ContainsAny(s, "\\^$[{}?.\n") && strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 || r < ' ' }) < 0
}

func BenchmarkMatch(b *testing.B) {
	for name, c := range map[string][2]string{
		"version": {"([0-9]+)\\.([0-9]+)(\\.[0-9]+)?", "12.34.56"},
		"plain":   {"[a-zA-Z0-9_-]*", "some-package-name_with-text"},
		"url":     {"([a-z]+)://([^/]*)(/.*)?", "https://example.org/a/long/path/with/parts.tar.gz"},
	} {
		re, err := Compile(c[0])
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok, _ := re.Match(c[1], nil); !ok {
					b.Fatal("no match")
				}
			}
		})
	}
}

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat("a line of text, no longer than others\n", 1000)
	re, err := Compile("\n")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		re.Each(text, nil, func([]Span) {})
	}
}
