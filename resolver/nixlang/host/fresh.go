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
	world := New(Options{StoreDir: h.opts.StoreDir, Env: h.opts.Env, Mounts: h.mounts, MaxFile: h.opts.MaxFile})
	for _, i := range items {
		if !world.holds(i, settings) {
			return i, true
		}
	}
	return Item{}, false
}

// holds tells whether an item is what it was.
func (h *Host) holds(i Item, settings map[string]string) bool {
	switch i.Kind {
	case Variable:
		return digest([]byte(h.opts.Env(i.Name))) == i.Value
	case Setting:
		value, ok := settings[i.Name]
		return ok && value == i.Value
	case Fetched:
		return false
	}
	last := i.Kind == Content || i.Kind == Listing
	p, err := h.resolve(i.Name, last)
	if err != nil {
		return false
	}
	disk, err := h.place(p)
	if err != nil {
		return i.Kind == Absent
	}
	switch i.Kind {
	case Tree:
		return i.Stat != "" && treeStat(disk) == i.Stat || treeDigest(disk) == i.Value
	case File, Content, Listing:
		if i.Stat != "" && statText(disk, last) == i.Stat {
			return true
		}
	}
	return h.same(i, p, disk)
}

// same looks again.
func (h *Host) same(i Item, p, disk string) bool {
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
		list, err := h.listDir(p, disk)
		return err == nil && listDigest(list) == i.Value
	}
	data, _, err := h.readDisk(disk, i.Name)
	return err == nil && digest(data) == i.Value
}

// treeDigest is the SHA-256 of a tree's NAR; "" if there is none.
func treeDigest(disk string) string {
	sum, _, err := nar.HashPath(disk)
	if err != nil {
		return ""
	}
	return sum.Base16()
}
