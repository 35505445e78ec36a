package narinfo

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"devenv/store/storepath"
)

const (
	hello = "StorePath: /nix/store/1h9r5sykpv8zqnz6gj7xk4ynz9v5cvjc-hello-2.12\n" +
		"URL: nar/0lwrsh5p7sr0v7v2r1lkr2bp9bnl5zwkkyf1dmhc3vgi5dqzbvkn.nar.xz\n" +
		"Compression: xz\n" +
		"FileHash: sha256:0lwrsh5p7sr0v7v2r1lkr2bp9bnl5zwkkyf1dmhc3vgi5dqzbvkn\n" +
		"FileSize: 50096\n" +
		"NarHash: sha256:1sk8lf0d5bplsiqwwmw6ssjk4j13mwnzgnkr0l8i5q0i8z0p3z9v\n" +
		"NarSize: 226488\n" +
		"References: 1h9r5sykpv8zqnz6gj7xk4ynz9v5cvjc-hello-2.12 3dvsvvp53x22y5bh2xw5k9qq4w4m6xdd-glibc-2.37\n" +
		"Deriver: 0qq5xhq2hq8mk4w9yh9xv5m4mzwfkz2a-hello-2.12.drv\n" +
		"Sig: cache.example.org-1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n"
)

func parse(text string) (*File, error) { return Parse(storepath.Default, []byte(text)) }

func TestParse(t *testing.T) {
	f, err := parse(hello)
	if err != nil {
		t.Fatal(err)
	}
	if f.Path.Name() != "hello-2.12" || f.Compression != "xz" || f.FileSize != 50096 || f.NarSize != 226488 ||
		len(f.References) != 2 || f.Deriver.Name() != "hello-2.12.drv" || len(f.Signatures) != 1 || !f.CA.IsZero() {
		t.Errorf("%+v", f)
	}
	if got := string(f.Bytes(storepath.Default)); got != hello {
		t.Errorf("printed:\n%s", got)
	}
}

func TestParseIsTolerant(t *testing.T) {
	for what, text := range map[string]string{
		"unknown fields":      hello + "Future: yes\nFuture: no\n",
		"unsorted references": strings.Replace(hello, "References: ", "References: 3dvsvvp53x22y5bh2xw5k9qq4w4m6xdd-glibc-2.37 ", 1),
		"an unknown deriver":  strings.Replace(hello, "0qq5xhq2hq8mk4w9yh9xv5m4mzwfkz2a-hello-2.12.drv", "unknown-deriver", 1),
		"no space":            strings.Replace(hello, "NarSize: ", "NarSize:", 1),
		"an empty CA":         hello + "CA: \n",
		"a base16 hash":       strings.Replace(hello, "1sk8lf0d5bplsiqwwmw6ssjk4j13mwnzgnkr0l8i5q0i8z0p3z9v", strings.Repeat("0", 64), 1),
	} {
		if f, err := parse(text); err != nil || len(f.References) != 2 {
			t.Errorf("%s: %v", what, err)
		}
	}
	none := strings.NewReplacer("Compression: xz\n", "", "FileSize: 50096\n", "").Replace(hello)
	if f, err := parse(none); err != nil || f.Compression != "bzip2" || f.FileSize != 0 {
		t.Errorf("without Compression: %+v, %v", f, err)
	}
}

func TestParseIsStrict(t *testing.T) {
	without := func(name string) string {
		var b strings.Builder
		for line := range strings.Lines(hello) {
			if !strings.HasPrefix(line, name+":") {
				b.WriteString(line)
			}
		}
		return b.String()
	}
	replace := func(old, new string) string { return strings.Replace(hello, old, new, 1) }
	for what, text := range map[string]string{
		"nothing":                 "",
		"no StorePath":            without("StorePath"),
		"no URL":                  without("URL"),
		"no NarHash":              without("NarHash"),
		"no NarSize":              without("NarSize"),
		"a cut line":              strings.TrimSuffix(hello, "\n"),
		"a web page":              "<!DOCTYPE html>\n<html></html>\n",
		"twice StorePath":         hello + "StorePath: /nix/store/3dvsvvp53x22y5bh2xw5k9qq4w4m6xdd-glibc-2.37\n",
		"another store":           replace("/nix/store/", "/gnu/store/"),
		"a path inside":           replace("hello-2.12\n", "hello-2.12/bin\n"),
		"a NarSize of 0":          replace("226488", "0"),
		"a negative NarSize":      replace("226488", "-5"),
		"a NarSize with a sign":   replace("226488", "+5"),
		"a NarSize beyond int64":  replace("226488", "9223372036854775808"),
		"a short hash":            replace("sha256:1sk8", "sha256:sk8"),
		"a NarHash of sha1":       replace("NarHash: sha256:1sk8lf0d5bplsiqwwmw6ssjk4j13mwnzgnkr0l8i5q0i8z0p3z9v", "NarHash: sha1:"+strings.Repeat("0", 40)),
		"a reference as a path":   replace("References: ", "References: /nix/store/"),
		"a reference of dots":     replace("References: ", "References: ../../etc/passwd "),
		"a signature of no key":   replace("cache.example.org-1:", ":"),
		"a short signature":       replace("AAAA", "AAA"),
		"a URL with a tab":        replace("nar/0lw", "nar/\t0lw"),
		"a content address of no": hello + "CA: fixed:sha256\n",
	} {
		_, err := parse(text)
		var bad *FormatError
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(hello))
	f.Add([]byte(hello + "CA: fixed:r:sha256:1sk8lf0d5bplsiqwwmw6ssjk4j13mwnzgnkr0l8i5q0i8z0p3z9v\nX: y\n"))
	f.Add([]byte("StorePath:\nURL:"))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := Parse(storepath.Default, text)
		if err != nil {
			return
		}
		printed := first.Bytes(storepath.Default)
		again, err := Parse(storepath.Default, printed)
		if err != nil {
			t.Fatalf("what is printed cannot be read: %v\n%s", err, printed)
		}
		if twice := again.Bytes(storepath.Default); !bytes.Equal(printed, twice) {
			t.Fatalf("printed\n%s\nthen\n%s", printed, twice)
		}
	})
}
