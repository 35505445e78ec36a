package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
)

type versionsOptions struct {
	json, all bool
	limit     int
}

func newVersionsCmd(a *app) *cobra.Command {
	var o versionsOptions
	cmd := &cobra.Command{
		Use:               "versions TOOL",
		Aliases:           []string{"ls-remote"},
		Short:             "List the releases of a tool",
		Long:              "List the releases of a tool that this machine can get, newest first, with their LTS names and dates\nwhere the source knows them.",
		Example:           "  devenv versions node\n  devenv versions go --json",
		Args:              needsOne("the name of a TOOL", "devenv versions node"),
		ValidArgsFunction: completeCatalogue(a, 1),
		RunE:              func(cmd *cobra.Command, args []string) error { return runVersions(cmd.Context(), a, o, args[0]) },
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print {tool, source, versions: [{version, lts, date, prerelease}]}")
	cmd.Flags().BoolVar(&o.all, "all", false, "all of them, prereleases too")
	cmd.Flags().IntVar(&o.limit, "limit", 20, "at most `N` lines")
	return cmd
}

func runVersions(ctx context.Context, a *app, o versionsOptions, tool string) error {
	if o.limit < 0 {
		return withHint(usagef("--limit %d is less than nothing", o.limit), "--all lists everything")
	}
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	candidates, source, err := ws.Versions(ctx, tool)
	if err != nil {
		return err
	}
	type release struct {
		Version    string `json:"version"`
		LTS        string `json:"lts"`
		Date       string `json:"date"`
		Prerelease bool   `json:"prerelease"`
	}
	releases := make([]release, 0, len(candidates))
	for _, c := range slices.Backward(candidates) { // oldest first as they come
		if c.Prerelease && !o.all {
			continue
		}
		r := release{Version: c.Version, LTS: c.LTS, Prerelease: c.Prerelease}
		if !c.Date.IsZero() {
			r.Date = c.Date.Format("2006-01-02")
		}
		releases = append(releases, r)
	}
	if o.json {
		return a.streams.JSON(struct {
			Tool     string    `json:"tool"`
			Source   string    `json:"source"`
			Versions []release `json:"versions"`
		}{tool, source, releases})
	}
	rows := make([][]string, 0, len(releases))
	for _, r := range releases {
		if !o.all && len(rows) == o.limit {
			break
		}
		rows = append(rows, []string{r.Version, r.LTS, r.Date})
	}
	ui.Table(a.streams.Out, a.streams.OutStyles(), nil, rows)
	if rest := len(releases) - len(rows); rest > 0 {
		a.streams.Notice("and %d more from %s; --all lists them", rest, source)
	}
	return nil
}
