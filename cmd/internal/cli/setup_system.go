package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// runSetupSystem gives this machine a /nix of the user's.
func runSetupSystem(ctx context.Context, a *app, o setupOptions) error {
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	plan, err := ws.PlanSystem()
	if err != nil {
		return err
	}
	if plan.Done {
		a.streams.Notice("a /nix that you may write is there already")
		return nil
	}
	root := os.Getuid() == 0
	for _, argv := range plan.Commands {
		if !root {
			argv = append([]string{"sudo"}, argv...)
		}
		if o.dryRun || !root && !o.yes {
			a.streams.Printf("%s\n", strings.Join(argv, " "))
			continue
		}
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, a.streams.Err, a.streams.Err
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
		}
	}
	if o.dryRun || !root && !o.yes {
		a.streams.Notice("nothing was done; `devenv setup --system --yes` runs this, and makes the store")
		return nil
	}
	if err := ws.FinishSystem(ctx, plan); err != nil {
		return err
	}
	a.streams.Notice("/nix is there; projects use it when their environments are built next")
	return nil
}
