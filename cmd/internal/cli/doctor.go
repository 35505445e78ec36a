package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/cmd/internal/workspace"
)

func newDoctorCmd(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the installation, and say how to cure what is wrong",
		Long: `Check the shell hook, the store, the sources of toolchains and the other tools that manage
environments on this machine. The exit code is 1 when something is wrong.`,
		Example: "  devenv doctor\n  devenv doctor --json",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), a, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an array of {check, state, fact, cure}")
	return cmd
}

func runDoctor(ctx context.Context, a *app, asJSON bool) error {
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	findings := ws.Examine(ctx)
	wrong := false
	for _, f := range findings {
		wrong = wrong || f.State == workspace.Wrong
	}
	if asJSON {
		if err := a.streams.JSON(findings); err != nil {
			return err
		}
	} else {
		a.printFindings(findings)
	}
	if wrong {
		return &silentExit{exitFailed}
	}
	return nil
}

func (a *app) printFindings(findings []workspace.Finding) {
	st := a.streams.OutStyles()
	rows := make([][]string, 0, len(findings))
	for _, f := range findings {
		word := st.Good(string(f.State))
		switch f.State {
		case workspace.Wrong:
			word = st.Bad(string(f.State))
		case workspace.Odd:
			word = st.Warn(string(f.State))
		}
		rows = append(rows, []string{word, f.Check, f.Fact})
		if f.Cure != "" {
			rows = append(rows, []string{"", "", st.Dim("→ " + f.Cure)})
		}
	}
	ui.Table(a.streams.Out, st, nil, rows)
}
