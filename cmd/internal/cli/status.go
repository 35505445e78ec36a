package cli

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/cmd/internal/workspace"
)

type statusOptions struct{ json bool }

func newStatusCmd(a *app) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say what is active here, and why",
		Long: `Say which projects apply in this directory, outermost first: what declares them, whether their
environment is active in this shell, up to date, failed or waiting for permission, and what changed.

--json prints an array of layers: dir, state ("ready", "not built yet", "changed", "failed", "needs
devenv allow", "denied", "nothing to do"), active, label, declarations, tools (as list --json
has them), variables ("+NEW", "~REPLACED", "-REMOVED", "^PREPENDED"), message, changed, why, key, built.`,
		Example: "  devenv status\n  devenv status --json",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runStatus(cmd.Context(), a, o) },
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print an array of layers, outermost first")
	return cmd
}

func runStatus(ctx context.Context, a *app, o statusOptions) error {
	ws, dir, err := a.here(ctx)
	if err != nil {
		return err
	}
	layers, err := ws.Status(ctx, dir, a.environ)
	if err != nil {
		return err
	}
	if o.json {
		if layers == nil {
			layers = []workspace.LayerStatus{}
		}
		return a.streams.JSON(layers)
	}
	if len(layers) == 0 {
		a.streams.Notice("nothing is declared in %s or above it; `devenv init` or `devenv add node` starts", dir)
		return nil
	}
	for i, l := range layers {
		if i > 0 {
			a.streams.Printf("\n")
		}
		a.printLayer(l)
	}
	return nil
}

func (a *app) printLayer(l workspace.LayerStatus) {
	st := a.streams.OutStyles()
	state := st.Warn(l.State)
	switch {
	case l.Active && (l.State == workspace.StateReady || l.State == workspace.StateNothing):
		state = st.Good("active")
	case l.Active:
		state = st.Good("active") + ", " + st.Warn(l.State)
	case l.State == workspace.StateReady:
		state = st.Good(l.State)
	case l.State == workspace.StateFailed, l.State == workspace.StateDenied:
		state = st.Bad(l.State)
	}
	a.streams.Printf("%s  %s\n", st.Bold(ui.Clean(l.Dir)), state)
	rows := [][]string{{"  declared by", strings.Join(l.Declarations, ", ")}}
	for _, t := range l.Tools {
		rows = append(rows, []string{"  " + t.Tool, cmp.Or(t.Version, t.State()) + "  " + st.Dim(ui.Clean("("+t.Constraint+", "+t.Origin+")"))})
	}
	if len(l.Variables) > 0 {
		rows = append(rows, []string{"  would change", strings.Join(l.Variables, " ")})
	}
	if l.Message != "" {
		rows = append(rows, []string{"  says", ui.Clean(a.streams.Short(l.Message))})
	}
	for _, why := range l.Changed {
		rows = append(rows, []string{"  changed", why})
	}
	if l.Key != "" && !l.Built.IsZero() {
		rows = append(rows, []string{"  built", l.Built.Format("2006-01-02 15:04:05")})
	}
	ui.Table(a.streams.Out, st, nil, rows)
}
