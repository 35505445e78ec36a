package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"

	"devenv/transfer"
	"devenv/transfer/unpack"
)

// fetchModule downloads a module's zip and, side by side, unpacks it into dir and checks its
// h1: hash. That hash is one of the files inside, so it cannot be had while the zip arrives;
// nobody looks into dir before both have succeeded.
func (r *Resolver) fetchModule(ctx context.Context, mod module.Version, p part, dir string) error {
	if !strings.HasPrefix(p.Hash, "h1:") {
		return fmt.Errorf("hash of %s: %q is not of the h1: kind", p.URL, p.Hash)
	}
	config, err := r.machine.Go(ctx)
	if err != nil {
		return err
	}
	proxies, err := parseGoproxy(config.Proxy)
	if err != nil {
		return &RegistryMissingError{Part: p.URL, Setting: "GOPROXY"}
	}
	file := dir + ".zip" // beside what it becomes, so that it goes when that goes
	s := &goproxySource{r: r, proxies: proxies}
	err = s.each(func(proxy string) error {
		req := transfer.Request{URL: zipURL(proxy, mod), Size: unknown(p.Size), Label: label(p.URL)}
		return r.client.Stream(ctx, req, func(body io.Reader) error { return spoolTo(file, body) }, r.progress)
	})
	if err != nil {
		return err
	}
	unpacked := make(chan error, 1)
	go func() { unpacked <- unpackZip(ctx, file, dir, p.layout) }()
	wrong := checkModule(file, mod, p.Hash)
	if err := <-unpacked; wrong == nil {
		return err
	}
	return wrong
}

// ModuleHashError: a module's files are not those that the checksum database knows.
type ModuleHashError struct{ Module, Want, Got string }

func (e *ModuleHashError) Error() string {
	return fmt.Sprintf("%s: the zip is not the one that was locked: its hash is %s, locked is %s", e.Module, e.Got, e.Want)
}

// Hint names the suspects.
func (e *ModuleHashError) Hint() string {
	return "the module proxy serves something else than the checksum database vouches for; try another GOPROXY"
}

func checkModule(file string, mod module.Version, want string) error {
	got, err := dirhash.HashZip(file, dirhash.Hash1)
	if err != nil {
		return fmt.Errorf("%s: not a zip that can be read: %w", mod, err)
	}
	if got != want {
		return &ModuleHashError{Module: mod.String(), Want: want, Got: got}
	}
	return nil
}

func unpackZip(ctx context.Context, file, dir string, l Layout) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return unpack.Zip(ctx, f, info.Size(), dir, l.options())
}

func spoolTo(file string, body io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, body)
	return errors.Join(err, f.Close())
}
