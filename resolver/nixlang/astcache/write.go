package astcache

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// mostPacks is how many packs may lie beside each other before they become one.
const mostPacks = 8

// writer is a pack that is being written.
type writer struct {
	file  *os.File
	off   int
	index []record
	buf   []byte
	err   error
}

// newWriter begins a pack under another name.
func newWriter(dir, magic string) *writer {
	w := &writer{}
	if w.err = os.MkdirAll(dir, 0o700); w.err == nil {
		w.file, w.err = os.CreateTemp(dir, "new-*")
	}
	w.write(magicOf(magic))
	return w
}

func (w *writer) write(b []byte) {
	if w.err == nil {
		_, w.err = w.file.Write(b)
		w.off += len(b)
	}
}

// add writes the bytes of a tree.
func (w *writer) add(id Identity, sum [32]byte, tree []byte) {
	w.index = append(w.index, record{id, sum, uint64(w.off), uint64(len(tree)), checksum(tree)})
	w.write(tree)
	w.write(make([]byte, -len(tree)&7))
}

// close writes the index and gives the pack its name.
func (w *writer) close() error {
	sortRecords(w.index)
	b := w.buf[:0]
	for i := range w.index {
		b = w.index[i].append(b)
	}
	crc := checksum(b)
	for _, n := range []uint64{uint64(w.off), uint64(len(w.index)), uint64(crc), footMark} {
		b = binary.NativeEndian.AppendUint64(b, n)
	}
	w.write(b)
	if w.file == nil {
		return w.err
	}
	err := errors.Join(w.err, w.file.Close())
	name := w.file.Name()
	if err == nil {
		dir, base := filepath.Split(name)
		err = os.Rename(name, dir+strings.TrimPrefix(base, "new-")+packSuffix)
	}
	if err != nil {
		_ = os.Remove(name)
	}
	return err
}

// Close finishes the pack of what was added, and removes damaged and old ones.
// A cache that cannot be written is none: the error is for who wants to know.
func (c *Cache) Close() error {
	var errs []error
	if c.out != nil {
		merged := len(c.packs) >= mostPacks
		if merged {
			c.merge()
		}
		err := c.out.close()
		c.out = nil
		if err == nil && merged {
			for _, p := range c.packs {
				p.bad = true
			}
		}
		errs = append(errs, err, c.prune())
	}
	for _, p := range c.packs {
		if p.bad {
			errs = append(errs, remove(p.path))
		}
	}
	return errors.Join(errs...)
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// merge adds what the packs hold, but not what is known of files by newer
// identities.
func (c *Cache) merge() {
	type file struct{ device, inode uint64 }
	seen := map[file]bool{}
	for _, r := range c.out.index {
		seen[file{r.id.Device, r.id.Inode}] = true
	}
	var old []place
	for _, p := range c.packs {
		for i := range p.count() {
			old = append(old, place{p, p.record(i)})
		}
	}
	slices.SortStableFunc(old, func(a, b place) int { return cmp.Compare(b.rec.id.Change, a.rec.id.Change) })
	for _, o := range old {
		key := file{o.rec.id.Device, o.rec.id.Inode}
		if b := o.pack.tree(&o.rec); b != nil && !seen[key] && int64(c.out.off+len(b)) < c.opts.Limit/2 {
			seen[key] = true
			c.out.add(o.rec.id, o.rec.sum, b)
		}
	}
}

// prune removes the oldest packs until the limit is kept, and what writers left
// that did not come to their end.
func (c *Cache) prune() error {
	entries, err := os.ReadDir(c.opts.Dir)
	if err != nil {
		return err
	}
	var packs []fs.FileInfo
	var newest time.Time
	total := int64(0)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		packs = append(packs, info)
		total += info.Size()
	}
	slices.SortFunc(packs, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range packs {
		left := strings.HasPrefix(info.Name(), "new-") && info.ModTime().Before(newest.Add(-time.Hour))
		if left || total > c.opts.Limit && strings.HasSuffix(info.Name(), packSuffix) {
			total -= info.Size()
			err = errors.Join(err, remove(filepath.Join(c.opts.Dir, info.Name())))
		}
	}
	return err
}
