package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
)

type options struct {
	rounds int
	only   string
	peers  peerPaths
	nix    languageOptions
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 10, "samples of everything")
	flag.StringVar(&o.only, "only", "prompt,startup,commands,calls,language", "which `tables`; others are \"builds\", and \"store\", which takes minutes and 8 GB of disk")
	flag.StringVar(&o.peers.direnv, "direnv", "direnv", "the packaged direnv: a `program`")
	flag.StringVar(&o.peers.direnvNew, "direnv-new", os.Getenv("DIRENV_NEW"), "the newest direnv: a `program` ($DIRENV_NEW)")
	flag.StringVar(&o.peers.mise, "mise", os.Getenv("MISE"), "mise: a `program` ($MISE); without it one is installed by npm into the user's cache")
	flag.StringVar(&o.nix.packages, "packages", os.Getenv("NIX_PACKAGES"), "the package set that the language is measured with: a `directory` ($NIX_PACKAGES)")
	flag.StringVar(&o.nix.attr, "package", "nodejs", "one `attribute` of it")
	flag.StringVar(&o.nix.peers, "nix-peers", os.Getenv("NIX_PEERS"), "further Nixes: `NAME=COMMAND; …`, the command that nix-instantiate is started by ($NIX_PEERS)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is the whole story.
func run(ctx context.Context, out io.Writer, o options) error {
	if o.rounds < 1 {
		return fmt.Errorf("-rounds %d: at least one is needed", o.rounds)
	}
	site, err := newSite(ctx)
	if err != nil {
		return err
	}
	defer site.close()
	contenders := site.contenders(ctx, o.peers)
	fmt.Fprint(out, describeMachine(contenders, o.rounds))
	for _, m := range []struct {
		name  string
		table func(context.Context, []*Contender, int) (string, error)
	}{
		{"prompt", site.prompts},
		{"startup", site.startups},
		{"commands", site.commands},
		{"calls", site.calls},
		{"language", func(ctx context.Context, _ []*Contender, rounds int) (string, error) {
			return site.language(ctx, o.nix, rounds)
		}},
		{"store", site.stores},
		{"builds", site.builds},
	} {
		if !slices.Contains(strings.Split(o.only, ","), m.name) {
			continue
		}
		text, err := m.table(ctx, contenders, o.rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Fprint(out, text)
	}
	return ctx.Err()
}
