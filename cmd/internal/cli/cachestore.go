package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/workspace"
	"devenv/nixconf"
	"devenv/store/binarycache"
	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/transfer"
)

// stores opens stores by their URLs, as Nix's settings have it.
type stores struct {
	a        *app
	ws       *workspace.Workspace
	settings *nixconf.Settings
	keys     []narinfo.SecretKey // sign what goes into caches
	said     []string            // NAME=VALUE of --option, which daemons are told of
	unsigned bool                // daemons take what nobody has signed
	opened   []io.Closer
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
	return s, nil
}

// network is what all stores of a command that are elsewhere share.
type network struct {
	client *transfer.Client
	memory *binarycache.Memory // of what caches said
}

// network returns what the stores share that are elsewhere, empty if nothing may
// be asked for. It is made for the first that needs it.
func (s *stores) network(ctx context.Context) (*network, error) {
	if s.a.offline {
		return &network{}, nil
	}
	if s.a.net == nil {
		n, err := s.connect(ctx)
		if err != nil {
			return nil, err
		}
		s.a.net = n
	}
	return s.a.net, nil
}

// connect makes the client. It has no cache of files: what arrives goes straight
// into the store.
func (s *stores) connect(ctx context.Context) (n *network, err error) {
	numbers := map[string]int64{"http-connections": 25, "stalled-download-timeout": 30, "download-attempts": 5,
		"narinfo-cache-positive-ttl": 30 * 24 * 3600, "narinfo-cache-negative-ttl": 3600}
	for name, def := range numbers {
		if numbers[name], err = s.settings.Int(name, def); err != nil {
			return nil, err
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
	n = &network{}
	n.client, err = transfer.New(transfer.Options{
		Getenv: s.getenv, UserAgent: "devenv/" + versionString(), Concurrency: connections,
		Retries: retries, Stall: time.Duration(numbers["stalled-download-timeout"]) * time.Second,
	})
	kept := func(name string) time.Duration {
		if numbers[name] == 0 {
			return -1 // nothing is kept
		}
		return time.Duration(numbers[name]) * time.Second
	}
	n.memory = binarycache.OpenMemory(ctx, s.ws.Layout().Cache, binarycache.MemoryOptions{
		Positive: kept("narinfo-cache-positive-ttl"), Negative: kept("narinfo-cache-negative-ttl"),
	})
	return n, err
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

// close closes the stores that were opened.
func (s *stores) close() {
	for _, o := range slices.Backward(s.opened) {
		o.Close()
	}
}

func (s *stores) cache(ctx context.Context, url string) (*binarycache.Cache, error) {
	if s.a.offline && !isFile(url) {
		return nil, s.noNetwork("a binary cache")
	}
	n, err := s.network(ctx)
	if err != nil {
		return nil, err
	}
	return binarycache.Open(url, binarycache.Options{Client: n.client, Memory: n.memory, Keys: s.keys, Getenv: s.getenv, Now: time.Now})
}

func isFile(url string) bool { return len(url) > 7 && url[:7] == "file://" }

// caches are those of urls, or the substituters of Nix's settings, as one.
func (s *stores) caches(ctx context.Context, urls []string, trust func(narinfo.Info) error) (*binarycache.Set, error) {
	if len(urls) == 0 {
		urls = s.settings.List("substituters", nixosCache)
	}
	var caches []*binarycache.Cache
	for _, url := range urls {
		c, err := s.cache(ctx, url)
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
func (s *stores) trust(dir storepath.Dir, more []string) (func(narinfo.Info) error, error) {
	required, err := s.settings.Bool("require-sigs", true)
	if err != nil || !required {
		return nil, err
	}
	keys, err := narinfo.ParseKeys(append(s.settings.List("trusted-public-keys", nixosKey), more...)...)
	if err != nil {
		return nil, err
	}
	return func(info narinfo.Info) error { return keys.Check(dir, info) }, nil
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

func keyFileFlag(cmd *cobra.Command, into *[]string) {
	cmd.Flags().StringArrayVar(into, "key-file", nil, "sign with the secret key in `FILE`; may be repeated")
	cmd.MarkFlagFilename("key-file") //nolint:errcheck // the flag is there
}
