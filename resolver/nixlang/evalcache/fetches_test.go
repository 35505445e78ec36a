package evalcache_test

import (
	"context"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// fetched is where the file of every URL is.
const fetched = "/nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-x"

// fetches is a Fetcher that lays a file where what was fetched would be.
type fetches struct {
	eval.Fetcher
	world *host.Host
	file  string
}

func (f *fetches) FetchURL(context.Context, eval.FetchURL) (string, error) {
	f.world.Mount(host.Mount{At: fetched, Dir: f.file, Immutable: true})
	return fetched, nil
}
