package host

import (
	"os"

	"devenv/store/nar"
)

// Changed returns the first item of a read set that is not any more what it
// was, and whether there is one. Settings are what the next evaluation would
// have; a setting that is not among them has changed. Files are found through
// the Host's mounts, as they were when they were read, whatever its mode.
func (h *Host) Changed(items []Item, settings map[string]string) (Item, bool) {
	_, changed, is := h.NewChecker(settings).Check(items)
	return changed, is
}

// Checker compares read sets with what there is now. It reads no file twice,
// and none whose Stat is the same.
type Checker struct {
	world    *Host
	settings map[string]string
	stats    *Reads            // tells which Stats can be trusted
	files    map[string]string // SHA-256 by place on the disk
	trees    map[string]string // of NARs
}

// NewChecker returns one that sees files through the Host's mounts; settings are
// as Changed has them.
func (h *Host) NewChecker(settings map[string]string) *Checker {
	world := New(Options{StoreDir: h.opts.StoreDir, Env: h.opts.Env, Mounts: h.mounts.all(), MaxFile: h.opts.MaxFile})
	return &Checker{world, settings, newReads(h.opts.Now), map[string]string{}, map[string]string{}}
}

// Check returns the first item that is not any more what it was, and whether
// there is one. If all are, renewed is the read set with the Stats of now, or
// nil if they are the same.
func (c *Checker) Check(items []Item) (renewed []Item, changed Item, is bool) {
	for n, i := range items {
		stat, ok := c.holds(i)
		if !ok {
			return nil, i, true
		}
		if stat == i.Stat {
			continue
		}
		if renewed == nil {
			renewed = append(renewed, items...)
		}
		renewed[n].Stat = stat
	}
	return renewed, Item{}, false
}

// holds tells whether an item is what it was, and its Stat.
func (c *Checker) holds(i Item) (stat string, ok bool) {
	h := c.world
	switch i.Kind {
	case Variable:
		return "", digest([]byte(h.opts.Env(i.Name))) == i.Value
	case Setting:
		value, ok := c.settings[i.Name]
		return "", ok && value == i.Value
	case Fetched:
		return "", false
	}
	last := i.Kind == Content || i.Kind == Listing
	p, err := h.resolve(i.Name, last)
	if err != nil {
		return "", false
	}
	disk, err := h.place(p)
	if err != nil {
		return "", i.Kind == Absent
	}
	switch i.Kind {
	case Tree:
		if i.Stat != "" && treeStat(disk) == i.Stat {
			return i.Stat, true
		}
		stat = c.stats.trustTree(disk)
	case File, Content, Listing:
		now := statAt(disk, last)
		if i.Stat != "" && now.String() == i.Stat {
			return i.Stat, true
		}
		stat = c.stats.trust(now)
	}
	return stat, c.same(i, p, disk)
}

// same looks again.
func (c *Checker) same(i Item, p, disk string) bool {
	switch i.Kind {
	case Absent:
		_, err := os.Lstat(disk)
		return err != nil
	case Object:
		_, err := os.Lstat(disk)
		return err == nil
	case Link:
		target, err := os.Readlink(disk)
		return err == nil && target == i.Value
	case Tree:
		return once(c.trees, disk, treeDigest) == i.Value
	case Type, File:
		info, err := os.Lstat(disk)
		if err != nil {
			return false
		}
		typ := typeOf(info.Mode().Type()).String()
		if i.Kind == Type {
			return typ == i.Value
		}
		if typ != "regular" {
			return false
		}
	case Listing:
		list, err := c.world.listDir(p, disk)
		return err == nil && listDigest(list) == i.Value
	}
	return once(c.files, disk, c.fileDigest) == i.Value
}

// once returns what a function says of a place on the disk; it is asked once.
func once(known map[string]string, disk string, of func(string) string) string {
	sum, ok := known[disk]
	if !ok {
		sum = of(disk)
		known[disk] = sum
	}
	return sum
}

// fileDigest is the SHA-256 of a file; "" if there is none.
func (c *Checker) fileDigest(disk string) string {
	data, _, err := c.world.readDisk(disk, disk)
	if err != nil {
		return ""
	}
	return digest(data)
}

// treeDigest is the SHA-256 of a tree's NAR; "" if there is none.
func treeDigest(disk string) string {
	sum, _, err := nar.HashPath(disk)
	if err != nil {
		return ""
	}
	return sum.Base16()
}
