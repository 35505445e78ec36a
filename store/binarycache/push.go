package binarycache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// defaultCompression is that of archives that are added. Nix's is xz, which
// takes many times as long to pack and to unpack.
const defaultCompression = "zstd"

// Import adds a path to the cache: its archive, compressed, then its .narinfo,
// so that whoever finds the latter finds the former. R is all of the NAR; its
// hash and size must be those of info, else the error is a *NarError and nothing
// was added. What info refers to must be there already, else it is a
// *ReferenceError. A path that the cache has is not added again; then nothing is
// read. The signatures of info are kept, and those of Options.Keys added.
func (c *Cache) Import(ctx context.Context, info narinfo.Info, r io.Reader) error {
	return c.named(c.add(ctx, info, r))
}

func (c *Cache) add(ctx context.Context, info narinfo.Info, r io.Reader) error {
	if err := c.makeInfo(ctx); err != nil {
		return err
	}
	if there, err := c.files.has(ctx, narinfoFile(info.Path)); there || err != nil {
		return err
	}
	for _, ref := range info.References {
		if ref == info.Path {
			continue
		}
		if _, err := c.Narinfo(ctx, ref); errors.Is(err, narinfo.ErrInvalid) {
			return &ReferenceError{From: info.Path.Base(), To: ref.Base()}
		} else if err != nil {
			return err
		}
	}
	compression := c.location.params.Get("compression")
	if compression == "" {
		compression = defaultCompression
	}
	packed, err := c.pack(ctx, info, r, compression)
	if err != nil {
		return err
	}
	defer packed.discard()
	f := &narinfo.File{Info: info, Compression: compression, FileHash: packed.hash, FileSize: packed.size}
	f.URL = "nar/" + packed.hash.Nix32() + ".nar" + suffixes[compression]
	f.NarSize = packed.narSize
	if f.Signatures, err = c.signed(f.Info); err != nil {
		return err
	}
	return c.publish(ctx, f, packed)
}

// publish puts the archive there, then the .narinfo.
func (c *Cache) publish(ctx context.Context, f *narinfo.File, packed *packed) error {
	there, err := c.files.has(ctx, f.URL)
	if err == nil && !there {
		err = c.files.put(ctx, f.URL, "application/x-nix-nar", packed.content())
	}
	if err != nil {
		return err
	}
	return c.writeNarinfo(ctx, f)
}

func (c *Cache) writeNarinfo(ctx context.Context, f *narinfo.File) error {
	text := f.Bytes(c.dir)
	if err := c.files.put(ctx, narinfoFile(f.Path), "text/x-nix-narinfo", memoryContent(text)); err != nil {
		return err
	}
	c.memory.remember(ctx, c.key, f.Path, text)
	c.learn(f.Path, f)
	return nil
}

// signed returns the signatures of info and those of the cache's keys.
func (c *Cache) signed(info narinfo.Info) ([]string, error) {
	sigs := slices.Clone(info.Signatures)
	for _, k := range c.keys {
		sig, err := k.Sign(c.dir, info)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(sigs, sig) {
			sigs = append(sigs, sig)
		}
	}
	return sigs, nil
}

// makeInfo makes the cache one, if it is none yet.
func (c *Cache) makeInfo(ctx context.Context) error {
	c.infoOnce.Lock()
	defer c.infoOnce.Unlock()
	if c.made {
		return nil
	}
	text, err := c.files.get(ctx, infoFile, maxInfo)
	switch {
	case isMissing(err):
		text = fmt.Appendf(nil, "StoreDir: %s\n", c.dir)
		err = c.files.put(ctx, infoFile, "text/x-nix-cache-info", memoryContent(text))
	case err == nil:
		_, err = parseInfo(text, c.dir)
	}
	c.made = err == nil
	return err
}

// Sign adds the signature of each of keys to the .narinfo of p, and reports
// whether one was new.
func (c *Cache) Sign(ctx context.Context, p storepath.Path, keys ...narinfo.SecretKey) (bool, error) {
	f, err := c.ask(ctx, p)
	if err != nil {
		return false, err
	}
	signer := &Cache{dir: c.dir, keys: keys}
	sigs, err := signer.signed(f.Info)
	if err != nil || len(sigs) == len(f.Signatures) {
		return false, err
	}
	again := *f
	again.Signatures = sigs
	return true, c.named(c.writeNarinfo(ctx, &again))
}

// A ReferenceError says that a path cannot be added to a cache, because what it
// refers to is not there.
type ReferenceError struct{ From, To string }

func (e *ReferenceError) Error() string {
	return fmt.Sprintf("%s cannot be added: it refers to %s, which the cache does not have", e.From, e.To)
}

// Hint says what to do next.
func (e *ReferenceError) Hint() string {
	return "copy it with all that it refers to: without --no-recursive"
}

// packed is a compressed archive that is to be sent.
type packed struct {
	memory  bytes.Buffer
	file    *os.File // what is longer than inMemory; it has no name
	hash    nixhash.Hash
	size    int64
	narSize int64
}

// inMemory is how long an archive may be that is not put into a file, in bytes.
const inMemory = 1 << 20

// pack compresses the NAR r of info.
func (c *Cache) pack(ctx context.Context, info narinfo.Info, r io.Reader, compression string) (_ *packed, err error) {
	p := &packed{}
	defer func() {
		if err != nil {
			p.discard()
		}
	}()
	spool := &spool{packed: p, dir: c.tempDir, sum: nixhash.NewHasher(nixhash.SHA256)}
	w, err := writers[compression](spool, c.location.number("compression-level", 0))
	if err != nil {
		return nil, err
	}
	nar := nixhash.NewHasher(nixhash.SHA256)
	_, err = io.Copy(io.MultiWriter(nar, w), &stoppable{ctx, r})
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	if nar.Sum() != info.NarHash || info.NarSize != 0 && nar.Size() != info.NarSize {
		return nil, &NarError{Cache: c.location.shown, Path: info.Path,
			Fact: fmt.Sprintf("it has %d bytes and the hash %s, not %d and %s", nar.Size(), nar.Sum().SRI(), info.NarSize, info.NarHash.SRI())}
	}
	p.hash, p.size, p.narSize = spool.sum.Sum(), spool.sum.Size(), nar.Size()
	return p, nil
}

// spool takes what is compressed: into memory, and when it becomes long into a
// file.
type spool struct {
	*packed
	dir string
	sum *nixhash.Hasher
}

func (s *spool) Write(b []byte) (int, error) {
	s.sum.Write(b)
	if s.file == nil && s.memory.Len()+len(b) <= inMemory {
		return s.memory.Write(b)
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "devenv-nar-*")
		if err != nil {
			return 0, err
		}
		s.file = f
		os.Remove(f.Name()) // it goes with its last reader
		if _, err := s.memory.WriteTo(f); err != nil {
			return 0, err
		}
	}
	return s.file.Write(b)
}

func (p *packed) content() content {
	return content{size: p.size, hash: p.hash, open: func() (io.ReadCloser, error) {
		if p.file == nil {
			return io.NopCloser(bytes.NewReader(p.memory.Bytes())), nil
		}
		return io.NopCloser(io.NewSectionReader(p.file, 0, p.size)), nil
	}}
}

func (p *packed) discard() {
	if p.file != nil {
		p.file.Close()
	}
}

// memoryContent is a small file.
func memoryContent(text []byte) content {
	sum := nixhash.NewHasher(nixhash.SHA256)
	sum.Write(text)
	return content{size: int64(len(text)), hash: sum.Sum(), open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	}}
}
