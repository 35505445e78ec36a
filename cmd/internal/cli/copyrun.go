package cli

import (
	"context"
	"runtime/debug"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/store/transport"
)

// copyOptions are what all commands that copy take.
type copyOptions struct {
	noCheckSigs, noRecursive bool
	trusted                  []string
	jobs                     int
	json                     bool
}

func (o *copyOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.noRecursive, "no-recursive", false, "copy the paths without what they refer to")
	f.IntVarP(&o.jobs, "jobs", "j", 32, "copy `N` paths at once")
	f.BoolVar(&o.json, "json", false, "print what was copied: [{path, narHash, narSize, references}]")
}

func (o *copyOptions) trustFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.noCheckSigs, "no-check-sigs", false, "take what nobody who is trusted has signed")
	cmd.Flags().StringArrayVar(&o.trusted, "trusted-public-key", nil, "trust `KEY` too, beside trusted-public-keys; may be repeated")
}

// copied is what --json prints of a path.
type copied struct {
	Path       string   `json:"path"`
	NarHash    string   `json:"narHash"`
	NarSize    int64    `json:"narSize"`
	References []string `json:"references"`
}

// copyGCPercent lets the garbage of a copy, all of it buffers, wait longer: that
// saves a quarter of the processor time of many small paths, for some megabytes.
const copyGCPercent = 400

// copyPaths copies and tells.
func (a *app) copyPaths(ctx context.Context, from transport.Source, to *anyStore, paths []storepath.Path, o copyOptions, t transport.Options) error {
	debug.SetGCPercent(copyGCPercent)
	t.Alone, t.Jobs = o.noRecursive, o.jobs
	t.Progress = &copyProgress{shown: a.progress}
	done, err := transport.Copy(ctx, from, to.both, paths, t) // which may take batches
	if err != nil {
		return err
	}
	a.progress.Close()
	var bytes int64
	list := []copied{}
	for _, info := range done {
		bytes += info.NarSize
		list = append(list, describe(to.Dir(), info))
	}
	if o.json {
		return a.streams.JSON(list)
	}
	if len(done) == 0 {
		a.streams.Notice("nothing to copy: it is all there")
		return nil
	}
	a.streams.Notice("%s copied, %s", storePaths(len(done)), ui.Bytes(bytes))
	return nil
}

func describe(dir storepath.Dir, info narinfo.Info) copied {
	c := copied{Path: dir.Join(info.Path), NarHash: info.NarHash.SRI(), NarSize: info.NarSize, References: []string{}}
	for _, r := range info.References {
		c.References = append(c.References, dir.Join(r))
	}
	return c
}

// copyProgress shows a copy as one transfer.
type copyProgress struct{ shown *ui.Progress }

const copyID = "copy"

func (p *copyProgress) Planned(paths int, bytes int64) {
	if paths > 0 {
		p.shown.Start(copyID, storePaths(paths), bytes)
	}
}
func (p *copyProgress) Begin(storepath.Path, int64)   {}
func (p *copyProgress) Add(_ storepath.Path, n int64) { p.shown.Add(copyID, n) }
func (p *copyProgress) End(storepath.Path, error)     {}
