//go:build linux || darwin

package nar

import (
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// dirent is an entry of a directory on disk.
type dirent struct {
	name string // in the archive
	disk string // on disk; differs from name where the case hack is used
	kind uint8  // one of unix.DT_*
}

func compareDirents(a, b dirent) int { return strings.Compare(a.name, b.name) }

// readDir reads the entries of the directory that fd is open on, in the order
// of the disk, without "." and "..". The names share memory. Buf is scratch
// space for the kernel's records.
func readDir(fd int, buf []byte) (entries []dirent, err error) {
	for {
		n, err := retry(func() (int, error) { return unix.ReadDirent(fd, buf) })
		if err != nil || n <= 0 {
			return entries, err
		}
		entries = slices.Grow(entries, n/direntName/2)
		for records := string(buf[:n]); records != ""; {
			length := int(binary.NativeEndian.Uint16(buf[n-len(records)+direntLength:]))
			record := records[:length]
			records = records[length:]
			name, _, _ := strings.Cut(record[direntName:], "\x00")
			if name != "." && name != ".." {
				entries = append(entries, dirent{name, name, record[direntKind]})
			}
		}
	}
}

// retry calls f again as long as a signal interrupts it.
func retry[T any](f func() (T, error)) (T, error) {
	for {
		v, err := f()
		if err != unix.EINTR {
			return v, err
		}
	}
}
