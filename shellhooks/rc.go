package shellhooks

import (
	"fmt"
	"path/filepath"
	"strings"

	"devenv/env"
)

const (
	blockBegin = "# >>> devenv >>>"
	blockEnd   = "# <<< devenv <<<"
)

// Block returns the lines of an rc file that source the hook file, between two
// lines by which [Insert] and [Remove] know them. A hook file that is missing
// and a shell that is not interactive cost nothing and say nothing.
func Block(shell env.Shell, hookFile string) (string, error) {
	file, err := Quote(shell, hookFile)
	if err != nil {
		return "", err
	}
	lines := "case $- in *i*) if [ -r %[1]s ]; then . %[1]s; fi ;; esac"
	if shell == env.Fish {
		lines = "if status is-interactive; and test -r %[1]s; source %[1]s; end"
	}
	return blockBegin + "\n" + fmt.Sprintf(lines, file) + "\n" + blockEnd + "\n", nil
}

// RCFile is the file that an interactive shell reads at its start: ~/.bashrc,
// .zshrc in ZDOTDIR or ~, config.fish in fish's configuration directory.
func RCFile(shell env.Shell, getenv func(string) string) string {
	or := func(variable string, fallback ...string) string {
		if dir := getenv(variable); filepath.IsAbs(dir) {
			return dir
		}
		return filepath.Join(append([]string{getenv("HOME")}, fallback...)...)
	}
	switch shell {
	case env.Zsh:
		return filepath.Join(or("ZDOTDIR"), ".zshrc")
	case env.Fish:
		return filepath.Join(or("XDG_CONFIG_HOME", ".config"), "fish", "config.fish")
	}
	return filepath.Join(getenv("HOME"), ".bashrc")
}

// A BlockError is an rc file in which someone has changed the lines around a
// [Block], so that its extent is unknown.
type BlockError struct {
	Line int // of the marker without its other one, from 1
}

func (e *BlockError) Error() string {
	return fmt.Sprintf("line %d: one of the lines %q and %q is there without the other", e.Line, blockBegin, blockEnd)
}

// Hint is the next step.
func (e *BlockError) Hint() string { return "remove what is left of the block by hand" }

// Insert returns the text of an rc file with the block in it once: in the place
// of the one that is there, else at the end. Inserting twice is inserting once.
// The only error is a *[BlockError].
func Insert(text, block string) (string, error) {
	begin, end, found, err := findBlock(text)
	switch {
	case err != nil:
		return "", err
	case found:
		return text[:begin] + block + text[end:], nil
	case text != "" && !strings.HasSuffix(text, "\n"):
		return text + "\n" + block, nil
	}
	return text + block, nil
}

// Remove returns the text of an rc file without the block; it undoes [Insert]
// but for a newline at the end of a file that had none. The only error is a
// *[BlockError].
func Remove(text string) (string, error) {
	begin, end, found, err := findBlock(text)
	if err != nil || !found {
		return text, err
	}
	return text[:begin] + text[end:], nil
}

// findBlock returns the extent of the first block, with the newline of its last
// line.
func findBlock(text string) (begin, end int, found bool, err error) {
	offset, beginLine := 0, 0
	n := 0
	for line := range strings.Lines(text) {
		n++
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == blockBegin && beginLine == 0:
			begin, beginLine = offset, n
		case trimmed == blockEnd && beginLine != 0:
			return begin, offset + len(line), true, nil
		case trimmed == blockBegin || trimmed == blockEnd:
			return 0, 0, false, &BlockError{n}
		}
		offset += len(line)
	}
	if beginLine != 0 {
		return 0, 0, false, &BlockError{beginLine}
	}
	return 0, 0, false, nil
}
