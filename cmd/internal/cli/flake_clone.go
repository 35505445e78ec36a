package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"devenv/resolver/flakeref"
)

func newFlakeCloneCmd(a *app) *cobra.Command {
	var o flakeOptions
	var dest string
	cmd := &cobra.Command{
		Use:     "clone REF --dest DIR",
		Short:   "Clone the repository that a flake is in",
		Long:    "Clone the Git repository that a reference names, to work on it.",
		Example: "  devenv flake clone github:owner/repo --dest repo",
		Args:    needsOne("a reference", "devenv flake clone github:owner/repo --dest repo"),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			if dest == "" {
				return withHint(usagef("where to? --dest is missing"), "devenv flake clone "+args[0]+" --dest DIR")
			}
			ref, err := s.ref(args[0])
			if err != nil {
				return err
			}
			if ref, err = s.Resolve(ctx, ref); err != nil {
				return err
			}
			return s.clone(ctx, ref, absolute(dest, s.cwd))
		}),
	}
	cmd.Flags().StringVarP(&dest, "dest", "f", "", "clone to `DIR`")
	return cmd
}

func (s *flakes) clone(ctx context.Context, ref flakeref.Ref, dest string) error {
	if _, err := os.Lstat(dest); err == nil {
		return withHint(fmt.Errorf("%s is there already", dest), "name another directory")
	}
	address, ok := repository(ref)
	if !ok {
		return withHint(fmt.Errorf("%s is no Git repository", ref), "get its files: devenv flake prefetch "+ref.String()+" --out-link DIR")
	}
	args := []string{"clone", "--quiet"}
	branch := ref.Text("ref")
	if branch != "" && ref.Rev() == "" {
		args = append(args, "--branch", shortBranch(branch))
	}
	if ref.Flag("submodules") {
		args = append(args, "--recurse-submodules")
	}
	if err := s.git(ctx, s.cwd, append(args, "--", address, dest)...); err != nil {
		return fmt.Errorf("git clone %s: %w", flakeref.Redact(address), err)
	}
	if rev := ref.Rev(); rev != "" {
		return s.git(ctx, dest, "checkout", "--quiet", rev)
	}
	return nil
}

// repository is where git can clone a reference from; false for what is none.
func repository(ref flakeref.Ref) (string, bool) {
	at := func(host string) string {
		if named := ref.Text("host"); named != "" {
			host = named
		}
		return "https://" + host + "/" + ref.Text("owner") + "/" + ref.Text("repo")
	}
	switch ref.Type() {
	case "git":
		return ref.Text("url"), true
	case "github":
		return at("github.com") + ".git", true
	case "gitlab":
		return at("gitlab.com") + ".git", true
	case "sourcehut":
		return at("git.sr.ht"), true
	}
	return "", false
}

// shortBranch is a branch or a tag as git clone wants it.
func shortBranch(ref string) string {
	for _, prefix := range []string{"refs/heads/", "refs/tags/"} {
		ref = strings.TrimPrefix(ref, prefix)
	}
	return ref
}
