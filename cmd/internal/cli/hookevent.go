package cli

import "github.com/spf13/cobra"

// newHookEventCmd is what the hooks start, detached, when something that a
// project was built from has changed or a new project has come up.
func newHookEventCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "hook-event -- DIR...",
		Short:  "Bring the named project directories up to date in the background",
		Hidden: true,
		Args:   needs("a DIR", "the hook starts it"),
		RunE: func(cmd *cobra.Command, dirs []string) error {
			a.streams.Quiet = true
			ws, err := a.workspace(cmd.Context())
			if err != nil {
				return err
			}
			return ws.Event(cmd.Context(), dirs)
		},
	}
}
