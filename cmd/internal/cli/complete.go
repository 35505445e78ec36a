package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func newCompletionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print the completions of a shell",
		Long: `Print a shell's completions: commands, flags, and the names of tools. bash needs its package
bash-completion for them.`,
		Example: `  source <(devenv completion bash)      # ~/.bashrc
  source <(devenv completion zsh)       # ~/.zshrc, after compinit
  devenv completion fish > ~/.config/fish/completions/devenv.fish`,
		Args:      needsOneOf(shellNames, "devenv completion bash"),
		ValidArgs: shellNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch root := cmd.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.streams.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.streams.Out)
			default:
				return root.GenFishCompletion(a.streams.Out, true)
			}
		},
	}
}

type completer = cobra.CompletionFunc

// completeCatalogue offers the tools that can be had, each once; only the
// first n arguments are tools.
func completeCatalogue(a *app, n int) completer {
	return completeNames(n, func(cmd *cobra.Command) ([]string, error) {
		ws, err := a.workspace(cmd.Context())
		if err != nil {
			return nil, err
		}
		return ws.Catalogue(), nil
	})
}

// completeDeclared offers the tools that apply in the directory.
func completeDeclared(a *app) completer {
	return completeNames(1<<10, func(cmd *cobra.Command) ([]string, error) {
		dir, err := a.dir("")
		if err != nil {
			return nil, err
		}
		ws, err := a.workspace(cmd.Context())
		if err != nil {
			return nil, err
		}
		tools, err := ws.Tools(cmd.Context(), dir)
		var names []string
		for _, t := range tools {
			names = append(names, t.Tool)
		}
		slices.Sort(names)
		return slices.Compact(names), err
	})
}

func completeNames(n int, all func(*cobra.Command) ([]string, error)) completer {
	return func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names, err := all(cmd)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return slices.DeleteFunc(names, func(name string) bool {
			return slices.Contains(args, name) || !strings.HasPrefix(name, prefix)
		}), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeDirs offers directories.
func completeDirs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeNothing keeps shells from offering files.
func completeNothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}
