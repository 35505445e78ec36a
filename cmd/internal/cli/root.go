package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// Version is stamped by release builds; a build from a module or a checkout
// says what it knows.
var version = ""

// Main runs one command line, without the program's name, and returns the exit
// code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := newApp(os.Getenv, os.Environ())
	root := newRootCmd(a)
	root.SetArgs(joinPairs(args))
	err := root.ExecuteContext(ctx)
	a.close()
	return a.finish(ctx, err)
}

// finish reports what went wrong and chooses the exit code.
func (a *app) finish(ctx context.Context, err error) int {
	var silent *silentExit
	if ctx.Err() != nil && !errors.As(err, &silent) {
		err = context.Canceled
	}
	switch code := exitCode(err); {
	case err == nil, errors.As(err, &silent):
		return code
	case code == exitInterrupted:
		a.streams.Notice("interrupted; nothing is half done, run it again to go on")
		return code
	default:
		a.streams.Report(err)
		return code
	}
}

func newRootCmd(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "devenv",
		Short: "The right Node, Python and Go in every project folder",
		Long: `devenv gives a project folder the tools that it declares: in .nvmrc, .python-version,
go.mod and their kin, or in devenv.toml. They are there when you enter and gone when you leave.`,
		Example: `  devenv setup                    # once: hooks for your shells
  cd project && node --version    # the project's Node
  devenv develop                  # or: an explicit shell
  devenv exec -- npm test         # or: one command`,
		Version:           versionString(),
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              noCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("devenv {{.Version}}\n")
	root.SetOut(a.streams.Out)
	root.SetErr(a.streams.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{withHint(err, "see `"+cmd.CommandPath()+" --help`")}
	})
	root.PersistentFlags().BoolVarP(&a.streams.Quiet, "quiet", "q", a.streams.Quiet, "print answers and errors only")
	root.PersistentFlags().StringVarP(&a.at, "directory", "C", "", "act as if started in `DIR`")
	root.PersistentFlags().BoolVar(&a.offline, "offline", false, "touch no network")
	root.AddGroup(
		&cobra.Group{ID: "use", Title: "Use an environment:"},
		&cobra.Group{ID: "declare", Title: "Declare and pin:"},
		&cobra.Group{ID: "look", Title: "Look:"},
		&cobra.Group{ID: "nix", Title: "Evaluate and build:"},
		&cobra.Group{ID: "store", Title: "Stores and caches:"},
		&cobra.Group{ID: "care", Title: "Set up and care:"},
	)
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("use", newDevelopCmd(a), newExecCmd(a), newExportCmd(a), newAllowCmd(a), newDenyCmd(a), newReloadCmd(a), newWaitCmd(a))
	add("declare", newInitCmd(a), newAddCmd(a), newRmCmd(a), newLockCmd(a), newUpdateCmd(a))
	add("look", newStatusCmd(a), newListCmd(a), newVersionsCmd(a), newWhichCmd(a))
	add("nix", newFlakeCmd(a), newRegistryCmd(a), newEvalCmd(a), newInstantiateCmd(a), newBuildCmd(a), newPrintDevEnvCmd(a),
		newLogCmd(a), newReplCmd(a), newParseCmd(a), newHashCmd(a))
	add("store", newStoreCmd(a), newCopyCmd(a), newCacheCmd(a), newWhyCmd(a), newGCCmd(a))
	add("care", newSetupCmd(a), newHookCmd(a), newCompletionCmd(a), newDoctorCmd(a))
	root.AddCommand(newHookEventCmd(a))
	help := newHelpCmd()
	root.SetHelpCommand(help)
	add("care", help)
	root.MarkPersistentFlagDirname("directory") //nolint:errcheck // the flag is there
	polish(root)
	root.Flags().BoolP("version", "v", false, "print the version")
	return root
}

// hinted adds the next step to an error.
type hinted struct {
	error
	hint string
}

func withHint(err error, hint string) error { return &hinted{err, hint} }
func (h *hinted) Hint() string              { return h.hint }
func (h *hinted) Unwrap() error             { return h.error }

func versionString() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
