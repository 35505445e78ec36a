package shellhooks

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"

	"devenv/env"
)

//go:embed hook.bash
var bashHook string

//go:embed hook.zsh
var zshHook string

//go:embed hook.fish
var fishHook string

// Hook returns the file that a shell sources at its start. The state tree is
// fixed in it, and devenv, the absolute path of the program; where that is gone,
// the hook takes the one on PATH.
func Hook(shell env.Shell, layout env.Layout, devenv string) ([]byte, error) {
	root, err := layout.Root("/")
	if err != nil {
		return nil, err
	}
	facts := []struct{ name, value string }{
		{"abi", ABI},
		{"roots", filepath.Dir(root.Path())},
		{"envs", layout.Env("")},
		{"devenv", devenv},
	}
	var assign, text string
	switch shell {
	case env.Bash:
		assign, text = "__devenv_%s=%s\n", bashHook
	case env.Zsh:
		assign, text = "typeset -g __devenv_%s=%s\n", zshHook
	case env.Fish:
		assign, text = "set -g __devenv_%s %s\n", fishHook
		facts = append(facts, struct{ name, value string }{"stamp", layout.Hook(shell) + ".asked"})
	default:
		return nil, fmt.Errorf("there is no hook for the shell %q", shell)
	}
	var b strings.Builder
	for _, fact := range facts {
		quoted, err := Quote(shell, fact.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, assign, fact.name, quoted)
	}
	return []byte(strings.Replace(text, "# facts\n", b.String(), 1)), nil
}
