package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"devenv/store/nar"
	"devenv/store/nixhash"
)

// hashFormats are the ways of writing a hash, the usual one first.
var hashFormats = []string{"sri", "nix32", "base16", "base64"}

type hashOptions struct {
	algo, format string
}

func newHashCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hash COMMAND",
		Short: "Hash files and trees as Nix does, and rewrite hashes",
		Long: `Hash a file by its content, hash a file or a directory as a tree (its NAR, as the store does), or write
a hash in another format.`,
		Example: `  devenv hash path ./src
  devenv hash file --algo sha512 archive.tar.gz
  devenv hash convert --to nix32 sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHashOfCmd(a, "path", "Hash a file or directory as the store does", hashTree),
		newHashOfCmd(a, "file", "Hash the content of a file", hashFile), newHashConvertCmd(a))
	return cmd
}

// newHashOfCmd is `hash path` or `hash file`.
func newHashOfCmd(a *app, name, short string, of func(path string, algo nixhash.Algo) (nixhash.Hash, error)) *cobra.Command {
	var o hashOptions
	cmd := &cobra.Command{
		Use:     name + " PATH...",
		Short:   short,
		Long:    short + ", and print it, a line for each path.",
		Example: "  devenv hash " + name + " --format nix32 ./x",
		Args:    needs("a path", "devenv hash "+name+" ./x"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runHash(cmd.Context(), a, o, args, of)
		},
	}
	cmd.Flags().StringVar(&o.algo, "algo", "sha256", "the `ALGORITHM`: md5, sha1, sha256, sha512 or blake3")
	cmd.Flags().StringVar(&o.format, "format", "sri", "the `FORMAT`: "+alternatives(hashFormats))
	return cmd
}

func runHash(ctx context.Context, a *app, o hashOptions, paths []string, of func(string, nixhash.Algo) (nixhash.Hash, error)) error {
	algo, err := hashAlgo(o.algo)
	if err != nil {
		return err
	}
	cwd, err := a.dir("")
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		sum, err := of(absolute(path, cwd), algo)
		if err != nil {
			return err
		}
		text, err := hashText(sum, o.format)
		if err != nil {
			return err
		}
		a.streams.Printf("%s\n", text)
	}
	return nil
}

func newHashConvertCmd(a *app) *cobra.Command {
	var o hashOptions
	cmd := &cobra.Command{
		Use:   "convert [--algo ALGORITHM] --to FORMAT HASH...",
		Short: "Write a hash in another format",
		Long: `Write hashes in another format. A hash is read as "sha256-…" (SRI), "sha256:…" or, with --algo, without
its algorithm; base16, nix32 and base64 are told apart by their length.`,
		Example: "  devenv hash convert --algo sha1 --to sri 800d59cfcd3c05e900cb4e214be48f6b886a08df",
		Args:    needs("a hash", "devenv hash convert --to nix32 sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
		RunE:    func(_ *cobra.Command, args []string) error { return runHashConvert(a, o, args) },
	}
	cmd.Flags().StringVar(&o.algo, "algo", "", "the `ALGORITHM` of hashes that do not name it")
	cmd.Flags().StringVar(&o.format, "to", "sri", "the `FORMAT`: "+alternatives(hashFormats))
	return cmd
}

func runHashConvert(a *app, o hashOptions, hashes []string) error {
	var algo nixhash.Algo
	var err error
	if o.algo != "" {
		if algo, err = hashAlgo(o.algo); err != nil {
			return err
		}
	}
	for _, h := range hashes {
		sum, err := nixhash.ParseAny(h, algo)
		if err != nil {
			return &usageError{err}
		}
		text, err := hashText(sum, o.format)
		if err != nil {
			return err
		}
		a.streams.Printf("%s\n", text)
	}
	return nil
}

func hashAlgo(name string) (nixhash.Algo, error) {
	algo, err := nixhash.ParseAlgo(name)
	if err != nil {
		return 0, &usageError{err}
	}
	return algo, nil
}

func hashText(h nixhash.Hash, format string) (string, error) {
	switch format {
	case "sri":
		return h.SRI(), nil
	case "nix32", "base32":
		return h.Nix32(), nil
	case "base16":
		return h.Base16(), nil
	case "base64":
		return h.Base64(), nil
	}
	return "", withHint(usagef("there is no hash format %q", format), "it is one of "+alternatives(slices.Clone(hashFormats)))
}

// hashTree hashes the NAR of a path.
func hashTree(path string, algo nixhash.Algo) (nixhash.Hash, error) {
	hasher := nixhash.NewHasher(algo)
	err := nar.Dump(hasher, path)
	return hasher.Sum(), err
}

// hashFile hashes a file's content; a symbolic link is followed.
func hashFile(path string, algo nixhash.Algo) (nixhash.Hash, error) {
	f, err := os.Open(path)
	if err != nil {
		return nixhash.Hash{}, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nixhash.Hash{}, withHint(fmt.Errorf("%s is a directory", path), "devenv hash path "+strings.TrimSuffix(path, "/"))
	}
	hasher := nixhash.NewHasher(algo)
	_, err = io.Copy(hasher, f)
	return hasher.Sum(), err
}
