package cli

import (
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// needs asks for at least one argument, named as the usage line names it.
func needs(what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return withHint(usagef("%s needs %s", cmd.Name(), what), example)
		}
		return nil
	}
}

// needsOne asks for exactly one.
func needsOne(what, example string) cobra.PositionalArgs {
	return cobra.MatchAll(needs(what, example), atMost(1))
}

// exactly asks for n arguments.
func exactly(n int, what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return withHint(usagef("%s needs %s", cmd.Name(), what), example)
		}
		return nil
	}
}

// needsOneOf asks for exactly one of the given words.
func needsOneOf(words []string, example string) cobra.PositionalArgs {
	return cobra.MatchAll(needsOne("one of "+alternatives(words), example), anyOf(words))
}

// anyOf takes any number of the given words.
func anyOf(words []string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		for _, arg := range args {
			if !slices.Contains(words, arg) {
				return withHint(usagef("%s knows no %q", cmd.Name(), arg), "it is one of "+alternatives(words))
			}
		}
		return nil
	}
}

func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return withHint(usagef("unexpected argument %q", args[n]), "see `"+cmd.CommandPath()+" --help`")
		}
		return nil
	}
}

func alternatives(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// absolute is a path as seen from a directory.
func absolute(path, cwd string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(cwd, path)
}

// parseSize reads a number of bytes, such as 512M: K, M, G and T are powers of
// 1024. An empty text is 0.
func parseSize(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	digits := strings.TrimRight(text, "KMGTkmgt")
	n, err := strconv.Atoi(digits)
	unit := strings.IndexByte("KMGT", byte(strings.ToUpper(text[len(digits):] + " ")[0]))
	if err != nil || n <= 0 || len(text)-len(digits) > 1 || n > math.MaxInt>>(10*(unit+1)) {
		return 0, withHint(usagef("%q is no size", text), "write bytes, or 512M, 2G")
	}
	return n << (10 * (unit + 1)), nil
}

// first is the first argument, "" without one.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
