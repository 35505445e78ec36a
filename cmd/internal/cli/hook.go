package cli

import (
	"github.com/spf13/cobra"

	"devenv/env"
)

var shellNames = []string{string(env.Bash), string(env.Zsh), string(env.Fish)}

func newHookCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "hook bash|zsh|fish",
		Short: "Print the hook of a shell",
		Long: `Print the hook of a shell, to be evaluated in its rc file. ` + "`devenv setup`" + ` does better: it
keeps the same text in a file, so that a new shell starts no process for it.`,
		Example: `  eval "$(devenv hook bash)"       # ~/.bashrc
  devenv hook fish | source        # ~/.config/fish/config.fish`,
		Args:      needsOneOf(shellNames, "devenv hook bash"),
		ValidArgs: shellNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ws, err := a.workspace(cmd.Context())
			if err != nil {
				return err
			}
			text, err := ws.Hook(env.Shell(args[0]))
			if err != nil {
				return err
			}
			a.streams.Printf("%s", text)
			return nil
		},
	}
}
