package build

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// shellName is what a variable of a shell may be called.
var shellName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
})

// shellText returns structured attributes as a script for bash, .attrs.sh: what
// bash has no value for is left out.
func shellText(attrs map[string]any) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(attrs)) {
		if !shellName().MatchString(key) {
			continue
		}
		switch value := attrs[key].(type) {
		case []any:
			if words, ok := shellWords(value); ok {
				fmt.Fprintf(&b, "declare -a %s=(%s)\n", key, words)
			}
		case map[string]any:
			if words, ok := shellPairs(value); ok {
				fmt.Fprintf(&b, "declare -A %s=(%s)\n", key, words)
			}
		default:
			if word, ok := shellWord(value); ok {
				fmt.Fprintf(&b, "declare %s=%s\n", key, word)
			}
		}
	}
	return b.String()
}

func shellWords(list []any) (string, bool) {
	var b strings.Builder
	for _, value := range list {
		word, ok := shellWord(value)
		if !ok {
			return "", false
		}
		b.WriteString(word + " ")
	}
	return b.String(), true
}

func shellPairs(attrs map[string]any) (string, bool) {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(attrs)) {
		word, ok := shellWord(attrs[key])
		if !ok {
			return "", false
		}
		fmt.Fprintf(&b, "[%s]=%s ", shellQuote(key), word)
	}
	return b.String(), true
}

// shellWord returns a plain value for bash. Numbers go through the types that
// Nix gives them, a 32-bit float to see whether there is a fraction and a 32-bit
// integer to print.
func shellWord(value any) (string, bool) {
	switch value := value.(type) {
	case nil:
		return "''", true
	case bool:
		if value {
			return "1", true
		}
		return "", true
	case string:
		return shellQuote(value), true
	case int64:
		return fmt.Sprint(int32(value)), true //nolint:gosec // as Nix does
	case uint64:
		return fmt.Sprint(int32(value)), true //nolint:gosec // as Nix does
	case float64:
		if f := float64(float32(value)); math.Ceil(f) == f {
			if math.Abs(value) >= 1<<31 {
				return fmt.Sprint(math.MinInt32), true
			}
			return fmt.Sprint(int32(value)), true
		}
	}
	return "", false
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
