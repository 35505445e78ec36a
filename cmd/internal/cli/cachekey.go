package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"devenv/store/binarycache"
	"devenv/store/narinfo"
	"devenv/store/transport"
)

type cacheKeyOptions struct{ json bool }

func newCacheKeyCmd(a *app) *cobra.Command {
	var o cacheKeyOptions
	cmd := &cobra.Command{
		Use:   "generate-key NAME FILE",
		Short: "Make a key to sign with",
		Long: `Make an Ed25519 key: the secret half goes into FILE, which must not exist and only you may read; the
public half is printed, for trusted-public-keys. Give each key a name of its own, with a number.`,
		Example: "  devenv cache generate-key cache.example.org-1 secret.key",
		Args:    cobra.MatchAll(needsTwo("a NAME and a FILE", "devenv cache generate-key cache.example.org-1 secret.key"), atMost(2)),
		RunE:    func(_ *cobra.Command, args []string) error { return runCacheKey(a, o, args[0], args[1]) },
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print {name, publicKey, secretKeyFile}")
	return cmd
}

func runCacheKey(a *app, o cacheKeyOptions, name, file string) error {
	k, err := narinfo.GenerateKey(name, rand.Reader)
	if err != nil {
		return &usageError{err}
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return withHint(errors.New(file+" is there already"), "a lost key cannot be had back: choose another name, or move the old file away")
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(k.Text() + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	if o.json {
		return a.streams.JSON(struct {
			Name          string `json:"name"`
			PublicKey     string `json:"publicKey"`
			SecretKeyFile string `json:"secretKeyFile"`
		}{name, k.Public().String(), file})
	}
	a.streams.Printf("%s\n", k.Public())
	return nil
}

type cacheSignOptions struct {
	keyFiles    []string
	noRecursive bool
	json        bool
}

func newCacheSignCmd(a *app) *cobra.Command {
	var o cacheSignOptions
	cmd := &cobra.Command{
		Use:     "sign --key-file FILE URL PATH...",
		Short:   "Sign what a cache has",
		Long:    "Add signatures to what a cache says of store paths and of all that they refer to.",
		Example: "  devenv cache sign --key-file secret.key file:///srv/cache /nix/store/…-hello-2.12",
		Args:    needsTwo("a URL and a store PATH", "devenv cache sign --key-file secret.key file:///srv/cache ./result"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runCacheSign(cmd.Context(), a, o, args) },
	}
	keyFileFlag(cmd, &o.keyFiles)
	cmd.Flags().BoolVar(&o.noRecursive, "no-recursive", false, "sign the paths without what they refer to")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the paths that have a new signature")
	return cmd
}

func runCacheSign(ctx context.Context, a *app, o cacheSignOptions, args []string) error {
	if len(o.keyFiles) == 0 {
		return withHint(usagef("sign needs --key-file"), "devenv cache generate-key NAME FILE makes one")
	}
	s, err := a.stores(ctx, o.keyFiles)
	if err != nil {
		return err
	}
	defer s.close()
	opened, err := s.open(ctx, args[0])
	if err != nil {
		return err
	}
	c, err := able[*binarycache.Cache](opened, "be signed", "name a cache: file:///DIRECTORY, https://HOST or s3://BUCKET")
	if err != nil {
		return err
	}
	paths, err := storePathArgs(opened, args[1:])
	if err != nil {
		return err
	}
	plan, err := transport.MakePlan(ctx, c, nowhere{dir: c.Dir()}, paths, transport.Options{Alone: o.noRecursive})
	if err != nil {
		return err
	}
	signed := []string{}
	for _, info := range plan.Paths {
		fresh, err := c.Sign(ctx, info.Path, s.keys...)
		if err != nil {
			return err
		}
		if fresh {
			signed = append(signed, c.Dir().Join(info.Path))
		}
	}
	if o.json {
		return a.streams.JSON(signed)
	}
	a.streams.Notice("%s signed, %d had the signature", storePaths(len(signed)), len(plan.Paths)-len(signed))
	return nil
}
