package binarycache

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"devenv/store/storepath"
)

// Info is what a cache says of itself in nix-cache-info.
type Info struct {
	Dir           storepath.Dir // the store directory that its paths are of
	WantMassQuery bool          // it likes to be asked for many paths at once
	Priority      int           // the lower is asked first
}

// defaultPriority is that of a cache that does not say.
const defaultPriority = 50

// infoFile is the name of the file.
const infoFile = "nix-cache-info"

// maxInfo is more than such files have, in bytes.
const maxInfo = 16 << 10

// parseInfo reads a nix-cache-info. Like Nix it passes over what it does not
// know.
func parseInfo(text []byte, dir storepath.Dir) (Info, error) {
	info := Info{Dir: dir, Priority: defaultPriority}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case !ok:
		case name == "StoreDir":
			info.Dir = storepath.Dir(value)
		case name == "WantMassQuery":
			info.WantMassQuery = value == "1"
		case name == "Priority":
			n, err := strconv.Atoi(value)
			if err != nil {
				return Info{}, fmt.Errorf("%s: a priority of %q is no number", infoFile, value)
			}
			info.Priority = n
		}
	}
	if info.Dir != dir {
		return Info{}, fmt.Errorf("it has paths of %q, not of %s", info.Dir, dir)
	}
	return info, nil
}

// Bytes returns what parseInfo reads.
func (i Info) Bytes() []byte {
	mass := 0
	if i.WantMassQuery {
		mass = 1
	}
	return fmt.Appendf(nil, "StoreDir: %s\nWantMassQuery: %d\nPriority: %d\n", i.Dir, mass, i.Priority)
}

// Info returns what the cache says of itself, overruled by the parameters of its
// URL. A directory or a bucket without a nix-cache-info is an empty cache.
func (c *Cache) Info(ctx context.Context) (Info, error) {
	c.infoOnce.Lock()
	defer c.infoOnce.Unlock()
	if c.info != nil {
		return *c.info, nil
	}
	info, err := c.readInfo(ctx)
	if err != nil {
		return Info{}, c.named(err)
	}
	info.Priority = c.location.number("priority", info.Priority)
	info.WantMassQuery = c.location.on("want-mass-query", info.WantMassQuery)
	c.info = &info
	return info, nil
}

func (c *Cache) readInfo(ctx context.Context) (Info, error) {
	if text, ok := c.memory.info(ctx, c.key); ok {
		if info, err := parseInfo(text, c.dir); err == nil {
			return info, nil
		}
	}
	text, err := c.files.get(ctx, infoFile, maxInfo)
	if c.isWeb() && (isMissing(err) || isForbidden(err)) {
		return Info{}, &NoCacheError{URL: c.location.shown, Err: err}
	}
	if isMissing(err) {
		return Info{Dir: c.dir, Priority: defaultPriority}, nil
	}
	if err != nil {
		return Info{}, err
	}
	info, err := parseInfo(text, c.dir)
	if err == nil {
		c.memory.setInfo(ctx, c.key, text)
	}
	return info, err
}

// A NoCacheError says that a web server has no binary cache at a URL.
type NoCacheError struct {
	URL string
	Err error
}

func (e *NoCacheError) Error() string {
	return fmt.Sprintf("%s is no binary cache: it has no %s", e.URL, infoFile)
}

// Unwrap returns the server's answer.
func (e *NoCacheError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *NoCacheError) Hint() string {
	return "check the URL in substituters; a server that wants a login needs it in the netrc file"
}

// A CacheError says which cache something went wrong with.
type CacheError struct {
	URL string // without secrets
	Err error
}

func (e *CacheError) Error() string { return "binary cache " + e.URL + ": " + e.Err.Error() }

// Unwrap returns what went wrong.
func (e *CacheError) Unwrap() error { return e.Err }

// named adds the cache to an error that does not name it.
func (c *Cache) named(err error) error {
	if err == nil || strings.Contains(err.Error(), c.location.shown) {
		return err
	}
	var done *CacheError
	if errors.As(err, &done) || errors.Is(err, context.Canceled) {
		return err
	}
	return &CacheError{URL: c.location.shown, Err: err}
}
