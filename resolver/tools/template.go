package tools

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[^{}]*\}`) })

// expand replaces {name} by vars[name]. A name that vars lacks is an error.
//
// Names: version, major and minor ("24", "3.11") everywhere; base, release, archive in
// addresses; tree and place in environments.
func expand(text string, vars map[string]string) (string, error) {
	var unknown string
	out := placeholder().ReplaceAllStringFunc(text, func(m string) string {
		v, ok := vars[m[1:len(m)-1]]
		if !ok {
			unknown = m
		}
		return v
	})
	if unknown != "" {
		return "", fmt.Errorf("%q: %s means nothing here", text, unknown)
	}
	return out, nil
}

// versionVars are the placeholders that a version fills: "3.11.4" is major 3 and minor 3.11.
func (t *Tool) versionVars(version string) map[string]string {
	parts := strings.SplitN(version, ".", 3)
	major, minor := parts[0], parts[0]
	if len(parts) > 1 {
		minor += "." + leadingDigits(parts[1])
	}
	return map[string]string{"version": version, "major": major, "minor": minor}
}

// fileMatcher matches names that the template makes, with {version} and {release} as groups.
func fileMatcher(template string) *regexp.Regexp {
	var b strings.Builder
	b.WriteByte('^')
	last := 0
	for _, at := range placeholder().FindAllStringIndex(template, -1) {
		b.WriteString(regexp.QuoteMeta(template[last:at[0]]))
		fmt.Fprintf(&b, "(?P<%s>[0-9][0-9A-Za-z.]*)", template[at[0]+1:at[1]-1])
		last = at[1]
	}
	b.WriteString(regexp.QuoteMeta(template[last:]) + "$")
	return regexp.MustCompile(b.String())
}

func leadingDigits(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}
