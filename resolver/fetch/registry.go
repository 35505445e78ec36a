package fetch

import (
	"context"
	"os"
	"path/filepath"

	"devenv/resolver/flakeref"
	"devenv/transfer"
)

// Registry reads a flake registry: a file, or at an http or https URL, such as
// nix.conf's flake-registry names. An answer is used for the time to live, and
// longer while the server cannot be asked.
func (f *Fetcher) Registry(ctx context.Context, address string) (*flakeref.Registry, error) {
	const most = 8 << 20
	var data []byte
	var err error
	if filepath.IsAbs(address) {
		data, err = os.ReadFile(address)
	} else {
		data, _, err = f.opt.Client.Get(ctx, transfer.Request{URL: address, MaxAge: f.opt.TTL, StaleOK: true}, most)
	}
	if err != nil {
		return nil, err
	}
	return flakeref.ParseRegistry(data, flakeref.Redact(address))
}
