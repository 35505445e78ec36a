package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

func newStoreAddDerivationCmd(a *app, f *storeFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "add-derivation < FILE",
		Short:   "Add a derivation that is written as JSON",
		Long:    "Add a derivation that is written as JSON, in the form of each of those that show-derivation prints, and print its store path.",
		Example: "  devenv store add-derivation < hello.json",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxDerivationJSON))
			if err != nil {
				return err
			}
			drv, err := derivation.ParseJSON(text)
			if err != nil {
				return err
			}
			return a.withStore(cmd.Context(), f, func(s *anyStore) error {
				aterm, err := drv.AppendATerm(nil, s.Dir())
				if err != nil {
					return err
				}
				to, err := able[interface {
					AddText(ctx context.Context, name string, text []byte, refs []storepath.Path) (store.Info, error)
				}](s, "take derivations", "add it to your own store, then `devenv copy --to URL`")
				if err != nil {
					return err
				}
				info, err := to.AddText(cmd.Context(), drv.Name+derivation.Extension, aterm, drv.References())
				if err == nil {
					a.streams.Printf("%s\n", s.Dir().Join(info.Path))
				}
				return err
			})
		},
	}
}

// maxDerivationJSON is how many bytes of JSON are read.
const maxDerivationJSON = 64 << 20
