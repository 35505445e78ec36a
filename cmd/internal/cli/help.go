package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print the help of a command",
		Long:  "Print the help of a command, as --help behind it does.",
		Args:  atMost(1),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			return completeNames(1, func(*cobra.Command) ([]string, error) {
				var names []string
				for _, c := range cmd.Root().Commands() {
					if c.IsAvailableCommand() {
						names = append(names, c.Name())
					}
				}
				return names, nil
			})(cmd, args, prefix)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			found, _, err := cmd.Root().Find(args)
			if err != nil || found == cmd.Root() {
				found = cmd.Root()
				if err := noCommand(found, args); err != nil {
					return err
				}
			}
			return found.Help()
		},
	}
}

// noCommand refuses words that are no command, and names the nearest.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := usagef("unknown command %q", args[0])
	if args[0] == "version" {
		return withHint(err, "devenv --version")
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return withHint(err, "did you mean `devenv "+strings.Join(near, "` or `devenv ")+"`?")
	}
	return withHint(err, "see `devenv --help`")
}

// polish gives every command the same help: a usage line that is written by
// hand, and no file names completed where none are meant.
func polish(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	cmd.Flags().BoolP("help", "h", false, "print this")
	if cmd.Name() != "exec" && cmd.Name() != "develop" && cmd.ValidArgs == nil && cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = completeNothing
	}
	for _, c := range cmd.Commands() {
		polish(c)
	}
}
