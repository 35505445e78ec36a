package db

import (
	"os"
	"path/filepath"
)

// reservedSize is Nix's default for the room that it keeps: 8 MiB.
const reservedSize = 8 << 20

// reserve sets room aside that Release gives back. SQLite cannot write on a full
// disk, and a garbage collection must. That it cannot be set aside is no error:
// the disk may be full now.
func (d *DB) reserve() {
	name := filepath.Join(d.dir, "reserved")
	if info, err := os.Stat(name); err == nil && info.Size() == reservedSize {
		return
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	if err := allocate(f, reservedSize); err != nil {
		os.Remove(name)
	}
}

// Release gives the reserved room back to the file system. The next Open sets
// it aside again.
func (d *DB) Release() { os.Remove(filepath.Join(d.dir, "reserved")) }

// fill writes size bytes into f, for file systems that cannot only allocate.
func fill(f *os.File, size int64) error {
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = 'X'
	}
	for off := int64(0); off < size; off += int64(len(block)) {
		if _, err := f.WriteAt(block[:min(int64(len(block)), size-off)], off); err != nil {
			return err
		}
	}
	return nil
}
