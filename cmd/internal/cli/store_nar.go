package cli

import (
	"bufio"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/store/nar"
)

func newNarDumpCmd(a *app) *cobra.Command {
	return fileCommand(&cobra.Command{
		Use:     "nar-dump PATH > FILE",
		Short:   "Write a file or directory as a NAR",
		Long:    "Write any file or directory as a NAR, Nix's archive.",
		Example: "  devenv store nar-dump ./src > src.nar",
		Args:    needsOne("a PATH", "devenv store nar-dump ./src > src.nar"),
		RunE:    func(_ *cobra.Command, args []string) error { return nar.Dump(a.streams.Out, args[0]) },
	})
}

func newNarRestoreCmd(a *app) *cobra.Command {
	return fileCommand(&cobra.Command{
		Use:     "nar-restore PATH < FILE",
		Short:   "Unpack a NAR",
		Long:    "Unpack a NAR at PATH, where nothing may be.",
		Example: "  devenv store nar-restore ./src < src.nar",
		Args:    needsOne("a PATH", "devenv store nar-restore ./src < src.nar"),
		RunE:    func(cmd *cobra.Command, args []string) error { return nar.Restore(cmd.InOrStdin(), args[0]) },
	})
}

func newNarLsCmd(a *app) *cobra.Command {
	var o lsOptions
	cmd := fileCommand(&cobra.Command{
		Use:     "nar-ls [-lR] [--json] FILE [PATH]",
		Short:   "List what is in a NAR",
		Long:    "List what is in a NAR, or at PATH in it. A FILE - is the standard input.",
		Example: "  devenv store nar-ls -lR src.nar /",
		Args:    cobra.MatchAll(needs("a FILE", "devenv store nar-ls src.nar"), atMost(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := readListing(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			if len(args) > 1 {
				for _, part := range pathParts(args[1]) {
					if root = root.Entries[part]; root == nil {
						return usagef("there is no %s in %s", args[1], args[0])
					}
				}
			}
			return o.print(a, root)
		},
	})
	o.addTo(cmd)
	return cmd
}

// fileCommand has the arguments of cmd completed as file names.
func fileCommand(cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return cmd
}

func readListing(stdin io.Reader, file string) (*nar.Listing, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return nar.List(bufio.NewReader(in))
}

// pathParts returns the names in a path from the root of a tree.
func pathParts(path string) (parts []string) {
	for path = filepath.Clean("/" + path); path != "/"; path = filepath.Dir(path) {
		parts = append(parts, filepath.Base(path))
	}
	slices.Reverse(parts)
	return parts
}

// lsOptions say how a tree is listed.
type lsOptions struct{ long, recursive, json bool }

func (o *lsOptions) addTo(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.long, "long", "l", false, "with modes and sizes")
	cmd.Flags().BoolVarP(&o.recursive, "recursive", "R", false, "with what is in directories")
	cmd.Flags().BoolVar(&o.json, "json", false, "print Nix's JSON of a listing")
}

func (o *lsOptions) print(a *app, root *nar.Listing) error {
	if o.json {
		if !o.recursive {
			root = shallow(root)
		}
		return a.compactJSON(root)
	}
	if root.Type != nar.Directory {
		o.line(a, ".", root)
		return nil
	}
	o.entries(a, "./", root)
	return nil
}

// shallow leaves out what is in the directories of a directory.
func shallow(root *nar.Listing) *nar.Listing {
	top := *root
	top.Entries = maps.Clone(root.Entries)
	for name, e := range top.Entries {
		if e.Type == nar.Directory {
			top.Entries[name] = &nar.Listing{Type: nar.Directory, Entries: map[string]*nar.Listing{}}
		}
	}
	return &top
}

func (o *lsOptions) entries(a *app, prefix string, dir *nar.Listing) {
	for _, name := range slices.Sorted(maps.Keys(dir.Entries)) {
		e := dir.Entries[name]
		o.line(a, prefix+name, e)
		if o.recursive && e.Type == nar.Directory {
			o.entries(a, prefix+name+"/", e)
		}
	}
}

func (o *lsOptions) line(a *app, name string, e *nar.Listing) {
	if !o.long {
		a.streams.Printf("%s\n", ui.Clean(name))
		return
	}
	mode, suffix := "-r--r--r--", ""
	switch {
	case e.Type == nar.Directory:
		mode = "dr-xr-xr-x"
	case e.Type == nar.Symlink:
		mode, suffix = "lrwxrwxrwx", " -> "+e.Target
	case e.Executable:
		mode = "-r-xr-xr-x"
	}
	a.streams.Printf("%s %20d %s%s\n", mode, e.Size, ui.Clean(name), ui.Clean(suffix))
}
