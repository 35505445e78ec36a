package binarycache

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/transfer"
)

// Options say how caches are used.
type Options struct {
	Dir      storepath.Dir       // the store directory; default storepath.Default
	Client   *transfer.Client    // for http, https and s3
	Progress transfer.Progress   // of archives that arrive, in compressed bytes; may be nil
	Memory   *Memory             // may be nil: then nothing is kept
	Keys     []narinfo.SecretKey // sign what is added
	TempDir  string              // for archives that are being made; default the system's
	Getenv   func(string) string // AWS_…, HOME; default: an empty environment
	Now      func() time.Time    // default time.Now
}

// Cache is one binary cache. It may be used by many goroutines at once.
type Cache struct {
	location location
	dir      storepath.Dir
	files    files
	memory   *Memory
	key      string // what memory knows the cache by
	keys     []narinfo.SecretKey
	tempDir  string

	infoOnce sync.Mutex // guards what follows
	info     *Info      // nil until it was read
	made     bool       // the cache has a nix-cache-info that fits

	mu    sync.Mutex // guards known
	known map[storepath.Path]*narinfo.File
}

// Open reads a cache's URL. It touches neither the network nor the disk, but for
// the file that ?secret-key= names.
func Open(url string, o Options) (*Cache, error) {
	l, err := parseLocation(url)
	if err != nil {
		return nil, err
	}
	c := &Cache{location: l, dir: o.Dir, memory: o.Memory, keys: o.Keys, tempDir: o.TempDir, known: map[storepath.Path]*narinfo.File{}}
	if c.dir == "" {
		c.dir = storepath.Default
	}
	if dir := l.params.Get("store"); dir != "" && dir != string(c.dir) {
		return nil, &URLError{l.shown, fmt.Sprintf("it has paths of %s, not of %s", dir, c.dir)}
	}
	if file := l.params.Get("secret-key"); file != "" {
		k, err := readSecretKey(file)
		if err != nil {
			return nil, err
		}
		c.keys = append(c.keys[:len(c.keys):len(c.keys)], k)
	}
	if c.files, err = openFiles(l, o); err != nil {
		return nil, err
	}
	c.key = l.shown + " " + l.params.Get("endpoint")
	if l.scheme == "file" {
		c.memory = nil // looking is as fast as remembering
	}
	return c, nil
}

func readSecretKey(file string) (narinfo.SecretKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return narinfo.SecretKey{}, err
	}
	k, err := narinfo.ParseSecretKey(string(text))
	if err != nil {
		return narinfo.SecretKey{}, fmt.Errorf("%s: %w", file, err)
	}
	return k, nil
}

func openFiles(l location, o Options) (files, error) {
	switch {
	case l.scheme == "file":
		return &dirFiles{l.base}, nil
	case o.Client == nil:
		return nil, &URLError{l.shown, "the network is not to be used"}
	case l.scheme == "s3":
		return openBucket(l, o)
	}
	return &httpFiles{client: o.Client, base: l.base, progress: o.Progress}, nil
}

// String returns the cache's URL as it may be shown: without its parameters, user
// and password.
func (c *Cache) String() string { return c.location.shown }

// Dir returns the store directory that the cache's paths are of.
func (c *Cache) Dir() storepath.Dir { return c.dir }

// Trusted reports whether the cache's URL says that its paths need no signature.
func (c *Cache) Trusted() bool { return c.location.on("trusted", false) }

func (c *Cache) isWeb() bool { return c.location.scheme == "http" || c.location.scheme == "https" }

// recall returns what this process knows of p.
func (c *Cache) recall(p storepath.Path) *narinfo.File {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[p]
}

func (c *Cache) learn(p storepath.Path, f *narinfo.File) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[p] = f
}

// forget makes the next Lookup ask the cache.
func (c *Cache) forget(ctx context.Context, p storepath.Path) {
	c.mu.Lock()
	delete(c.known, p)
	c.mu.Unlock()
	c.memory.forget(ctx, c.key, p)
}
