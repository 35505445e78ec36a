package cli

import (
	"context"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"devenv/resolver/flake"
)

func newFlakeLockCmd(a *app) *cobra.Command {
	o := flakeOptions{fresh: true}
	var check, asJSON bool
	cmd := &cobra.Command{
		Use:   "lock [REF]",
		Short: "Write what is missing in a flake's lock",
		Long: `Lock the inputs of a flake that are not locked, or not any more as flake.nix asks for them. Inputs that
are locked stay as they are, and are not fetched.`,
		Example: `  devenv flake lock
  devenv flake lock --override-input nixpkgs github:NixOS/nixpkgs/nixos-unstable
  devenv flake lock --check       # in CI: exit 1 when the lock is stale`,
		Args: atMost(1),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			o.lock.MustLock = true
			return s.runLock(ctx, first(args), &o, check, asJSON)
		}),
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; exit 1 when the lock is stale")
	cmd.Flags().BoolVar(&asJSON, "json", false, flakeLockJSON)
	cmd.Flags().StringArrayVar(&o.updates, "update-input", nil, "lock `INPUT` anew")
	return cmd
}

func newFlakeUpdateCmd(a *app) *cobra.Command {
	o := flakeOptions{fresh: true}
	var ref string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "update [INPUT...]",
		Short: "Move a flake's inputs to what their references mean now",
		Long: `Lock inputs anew: all of them, or only those that are named. An input of an input is named with a slash,
as in home-manager/nixpkgs. What has changed is told, with dates.`,
		Example: "  devenv flake update\n  devenv flake update nixpkgs home-manager/nixpkgs\n  devenv flake update --flake ./dir",
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			o.updates = args
			o.lock.Recreate = len(args) == 0
			return s.runLock(ctx, ref, &o, false, asJSON)
		}),
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&ref, "flake", "", "update the flake `REF`")
	cmd.Flags().BoolVar(&asJSON, "json", false, flakeLockJSON)
	return cmd
}

const flakeLockJSON = "print {file, written, stale, changes: [{input, old, new}]}"

// lockReport is what has become of a flake's lock.
type lockReport struct {
	File    string         `json:"file"`
	Written bool           `json:"written"`
	Stale   bool           `json:"stale"`
	Changes []changeReport `json:"changes"`
}

type changeReport struct {
	Input string `json:"input"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// runLock locks a flake and tells what has changed.
func (s *flakes) runLock(ctx context.Context, text string, o *flakeOptions, check, asJSON bool) error {
	ref, err := s.ref(text)
	if err != nil {
		return err
	}
	lock, err := s.lockOptions(o)
	if err != nil {
		return err
	}
	lock.NoWrite = lock.NoWrite || check
	l, err := s.Lock(ctx, ref, lock)
	s.a.progress.Close()
	if err != nil {
		return explained(err, false)
	}
	stale := l.Differs && !l.Written
	if asJSON {
		report := lockReport{File: l.File, Written: l.Written, Stale: stale, Changes: []changeReport{}}
		for _, c := range l.Changes {
			report.Changes = append(report.Changes, changeReport{c.Input.String(), c.Old, c.New})
		}
		err = s.a.streams.JSON(report)
	} else {
		s.tellLock(l, check)
	}
	if err == nil && check && stale {
		err = &silentExit{exitFailed}
	}
	return err
}

func (s *flakes) tellLock(l *flake.Locked, check bool) {
	if l.Differs {
		s.a.streams.Printf("%s", l.Changes)
	}
	switch {
	case l.Written:
		s.a.streams.Notice("wrote %s", l.File)
	case check && l.Differs:
		s.a.streams.Notice("flake.lock is stale; `devenv flake lock` brings it up to date")
	case !l.Differs:
		s.a.streams.Notice("flake.lock is up to date")
	}
	if l.Committed != "" {
		s.a.streams.Notice("committed %s", l.Committed)
	}
}

// beside reports whether a directory is a flake's and declares nothing in
// devenv's own words: locking it means to lock the flake.
func beside(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, "devenv.toml"))
	if err == nil {
		return false
	}
	_, err = os.Lstat(filepath.Join(dir, "flake.nix"))
	return err == nil
}

// lockFlake does for a flake what `devenv lock` says.
func (a *app) lockFlake(ctx context.Context, o lockOptions, names []string) error {
	fo := flakeOptions{fresh: true, updates: names}
	fo.lock.MustLock = !o.update
	fo.lock.Recreate = o.update && len(names) == 0
	s, err := a.flakes(ctx, &fo)
	if err != nil {
		return err
	}
	return s.runLock(ctx, "", &fo, o.check, o.json)
}
