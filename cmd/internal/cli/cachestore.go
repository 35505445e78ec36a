package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/workspace"
	"devenv/nixconf"
	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/store/transport"
	"devenv/transfer"
)

// stores opens stores by their URLs, as Nix's settings have it.
type stores struct {
	a        *app
	ws       *workspace.Workspace
	settings *nixconf.Settings
	client   *transfer.Client
	memory   *binarycache.Memory
	keys     []narinfo.SecretKey // sign what goes into caches
	opened   []*store.Store
}

// nixosKey is what Nix trusts unless it is told otherwise.
const nixosKey = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="

// nixosCache is where Nix looks unless it is told otherwise.
const nixosCache = "https://cache.nixos.org"

func (a *app) stores(ctx context.Context, keyFiles []string) (*stores, error) {
	settings, err := nixconf.Read(a.getenv)
	if err != nil {
		return nil, err
	}
	ws, err := a.workspace(ctx)
	if err != nil {
		return nil, err
	}
	s := &stores{a: a, settings: settings, ws: ws}
	for _, file := range keyFiles {
		k, err := readKeyFile(file)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, k)
	}
	if !a.offline {
		err = s.connect(ctx)
	}
	return s, err
}

// connect makes the client. It has no cache of files: what arrives goes straight
// into the store.
func (s *stores) connect(ctx context.Context) (err error) {
	numbers := map[string]int64{"http-connections": 25, "stalled-download-timeout": 30, "download-attempts": 5,
		"narinfo-cache-positive-ttl": 30 * 24 * 3600, "narinfo-cache-negative-ttl": 3600}
	for name, def := range numbers {
		if numbers[name], err = s.settings.Int(name, def); err != nil {
			return err
		}
	}
	connections := int(numbers["http-connections"])
	if connections == 0 { // Nix: as many as it takes
		connections = 100
	}
	retries := int(numbers["download-attempts"]) - 1
	if retries <= 0 {
		retries = -1
	}
	s.client, err = transfer.New(transfer.Options{
		Getenv: s.getenv, UserAgent: "devenv/" + versionString(), Concurrency: connections,
		Retries: retries, Stall: time.Duration(numbers["stalled-download-timeout"]) * time.Second,
	})
	kept := func(name string) time.Duration {
		if numbers[name] == 0 {
			return -1 // nothing is kept
		}
		return time.Duration(numbers[name]) * time.Second
	}
	s.memory = binarycache.OpenMemory(ctx, s.ws.Layout().Cache, binarycache.MemoryOptions{
		Positive: kept("narinfo-cache-positive-ttl"), Negative: kept("narinfo-cache-negative-ttl"),
	})
	return err
}

// getenv is the environment, and the settings that stand for variables of it.
func (s *stores) getenv(name string) string {
	if v := s.a.getenv(name); v != "" {
		return v
	}
	switch name {
	case "NETRC":
		return s.settings.String("netrc-file", "")
	case "SSL_CERT_FILE":
		return s.settings.String("ssl-cert-file", "")
	}
	return ""
}

func (s *stores) close() {
	s.memory.Close()
	for _, o := range s.opened {
		o.Close()
	}
}

// both is a store that one can copy from and to.
type both interface {
	transport.Source
	transport.Destination
}

// open opens a store or a cache. An empty URL is the machine's own store.
func (s *stores) open(ctx context.Context, url string) (both, error) {
	if binarycache.IsURL(url) {
		return s.cache(url)
	}
	return s.local(ctx, url)
}

func (s *stores) local(ctx context.Context, url string) (*store.Store, error) {
	o, err := store.Open(ctx, store.Options{
		URL: url, Getenv: s.a.getenv, DataDir: s.ws.Layout().Data, Now: time.Now,
		Waiting: func(what string) { s.a.streams.Notice("waiting for %s", what) },
	})
	if err == nil {
		s.opened = append(s.opened, o)
	}
	return o, err
}

func (s *stores) cache(url string) (*binarycache.Cache, error) {
	if s.a.offline && !isFile(url) {
		return nil, withHint(errors.New("copying needs the network, and --offline was asked for"), "run it without --offline")
	}
	return binarycache.Open(url, binarycache.Options{Client: s.client, Memory: s.memory, Keys: s.keys, Getenv: s.getenv, Now: time.Now})
}

func isFile(url string) bool { return len(url) > 7 && url[:7] == "file://" }

// caches are those of urls, or the substituters of Nix's settings, as one.
func (s *stores) caches(urls []string, trust func(narinfo.Info) error) (*binarycache.Set, error) {
	if len(urls) == 0 {
		urls = s.settings.List("substituters", nixosCache)
	}
	var caches []*binarycache.Cache
	for _, url := range urls {
		c, err := s.cache(url)
		if err != nil {
			return nil, err
		}
		caches = append(caches, c)
	}
	return binarycache.NewSet(caches, binarycache.SetOptions{Trust: trust, Warn: func(err error) {
		s.a.streams.Notice("%s; it is not asked any more", err)
	}}), nil
}

// trust is what a path needs to come into a store: a signature by one of Nix's
// trusted-public-keys or of more, unless require-sigs is off. Nil: nothing.
func (s *stores) trust(more []string) (func(narinfo.Info) error, error) {
	required, err := s.settings.Bool("require-sigs", true)
	if err != nil || !required {
		return nil, err
	}
	keys, err := narinfo.ParseKeys(append(s.settings.List("trusted-public-keys", nixosKey), more...)...)
	if err != nil {
		return nil, err
	}
	return func(info narinfo.Info) error { return keys.Check(storepath.Default, info) }, nil
}

func readKeyFile(file string) (narinfo.SecretKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return narinfo.SecretKey{}, err
	}
	k, err := narinfo.ParseSecretKey(string(text))
	if err != nil {
		return narinfo.SecretKey{}, withHint(errors.New(file+": "+err.Error()), "devenv cache generate-key NAME FILE")
	}
	return k, nil
}

// storePathsOf reads arguments: store paths, paths in them, and links to them.
func (a *app) storePathsOf(args []string) ([]storepath.Path, error) {
	var paths []storepath.Path
	for _, arg := range args {
		p, _, err := storepath.Default.ParseInside(arg)
		if err != nil {
			dir, direrr := a.dir("")
			if direrr != nil {
				return nil, direrr
			}
			file := arg
			if !filepath.IsAbs(file) {
				file = filepath.Join(dir, arg)
			}
			target, linkErr := os.Readlink(file)
			if linkErr != nil {
				return nil, &usageError{withHint(err, "write a path such as "+string(storepath.Default)+"/…, or a link to one, such as result")}
			}
			if p, _, err = storepath.Default.ParseInside(target); err != nil {
				return nil, &usageError{err}
			}
		}
		paths = append(paths, p)
	}
	return paths, nil
}

func keyFileFlag(cmd *cobra.Command, into *[]string) {
	cmd.Flags().StringArrayVar(into, "key-file", nil, "sign with the secret key in `FILE`; may be repeated")
	cmd.MarkFlagFilename("key-file") //nolint:errcheck // the flag is there
}
