package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/cmd/internal/workspace"
)

type gcOptions struct {
	dryRun, json bool
	olderThan    string
	maxFreed     string
}

func newGCCmd(a *app) *cobra.Command {
	var o gcOptions
	cmd := &cobra.Command{
		Use:     "gc [--dry-run] [--older-than AGE] [--max-freed SIZE]",
		Aliases: []string{"prune"},
		Short:   "Delete what no project needs any more",
		Long: `Delete the store paths that no project's environment needs. With --older-than also the
environments of projects that have not been used for that long count as not needed; they are built
again, with the same pins, when they are next entered. Projects whose directory is gone never count.
With --dry-run it also tells what the environment of each project takes.

Links such as ./result keep what they lead to, running processes keep what they use, and so do Nix's own
roots. A Nix daemon's store is collected by ` + "`devenv store gc`" + `.`,
		Example: "  devenv gc --dry-run\n  devenv gc --older-than 30d\n  devenv gc --max-freed 5G",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runGC(cmd.Context(), a, o) },
	}
	cmd.Flags().BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would go")
	cmd.Flags().StringVar(&o.olderThan, "older-than", "", "drop environments unused for `AGE` too: 12h, 30d, 2w")
	cmd.Flags().StringVar(&o.maxFreed, "max-freed", "", "stop once `SIZE` is freed, such as 5G")
	cmd.Flags().BoolVar(&o.json, "json", false, "print {paths: [{path, bytes}], projects: [{dir, bytes, lastUsed, goes}], bytes, freed}")
	return cmd
}

func runGC(ctx context.Context, a *app, o gcOptions) error {
	var age time.Duration
	if o.olderThan != "" {
		var err error
		if age, err = parseAge(o.olderThan); err != nil {
			return err
		}
	}
	size, err := parseSize(o.maxFreed)
	if err != nil {
		return err
	}
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	report, err := ws.GC(ctx, workspace.GCOptions{OlderThan: age, MaxFreed: int64(size), DryRun: o.dryRun})
	if err != nil {
		return err
	}
	if o.json {
		return a.streams.JSON(report)
	}
	rows := make([][]string, 0, len(report.Paths))
	for _, p := range report.Paths {
		rows = append(rows, []string{p.Path, ui.Bytes(p.Bytes)})
	}
	ui.Table(a.streams.Out, a.streams.OutStyles(), nil, rows)
	rows = rows[:0]
	for _, p := range report.Projects {
		fate := "stays; last used " + p.LastUsed.Format(time.DateOnly)
		if p.Goes {
			fate = "not used since " + p.LastUsed.Format(time.DateOnly)
		}
		rows = append(rows, []string{ui.Clean(p.Dir) + ":", ui.Bytes(p.Bytes), fate})
	}
	ui.Table(a.streams.Out, a.streams.OutStyles(), nil, rows)
	if o.dryRun {
		a.streams.Notice("%s would go, %s; without --dry-run they do", storePaths(len(report.Paths)), ui.Bytes(report.Bytes))
	} else {
		a.streams.Notice("%s deleted, %s freed", storePaths(len(report.Paths)), ui.Bytes(report.Freed))
	}
	return nil
}

// parseAge reads 12h, 30d or 2w.
func parseAge(s string) (time.Duration, error) {
	units := map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	for unit, size := range units {
		if digits, ok := strings.CutSuffix(s, unit); ok {
			if n, err := strconv.ParseUint(digits, 10, 20); err == nil {
				return time.Duration(n) * size, nil
			}
		}
	}
	return 0, withHint(usagef("%q is not an age", s), "write 12h, 30d or 2w")
}

func storePaths(n int) string {
	if n == 1 {
		return "1 store path"
	}
	return fmt.Sprintf("%d store paths", n)
}
