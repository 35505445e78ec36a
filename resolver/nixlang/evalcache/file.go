package evalcache

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A file has the answers to one question, the one that was of use last in front:
// its magic, and for each answer the length and the CRC-32C of its bytes, and
// these.

const (
	magic      = "devenv answers 1\n"
	headBytes  = 8
	maxEntries = 8
	maxEntry   = 8 << 20 // bytes
	suffix     = ".answers"
	newPrefix  = "new-"
)

var table = crc32.MakeTable(crc32.Castagnoli)

// readFile returns the entries of a file, still encoded, and when it was used
// last. From where it is damaged on there is nothing.
func readFile(path string) (entries [][]byte, used time.Time) {
	f, err := os.Open(path)
	if err != nil {
		return nil, used
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxEntries*(maxEntry+headBytes)+int64(len(magic)) {
		return nil, used
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, used
	}
	return split(data), info.ModTime()
}

// split finds the entries in the bytes of a file.
func split(data []byte) (entries [][]byte) {
	rest, ok := strings.CutPrefix(string(data[:min(len(magic), len(data))]), magic)
	if !ok || rest != "" {
		return nil
	}
	for data = data[len(magic):]; len(data) >= headBytes && len(entries) < maxEntries; {
		n := binary.LittleEndian.Uint32(data)
		sum := binary.LittleEndian.Uint32(data[4:])
		data = data[headBytes:]
		if uint64(n) > uint64(len(data)) || crc32.Checksum(data[:n], table) != sum {
			break
		}
		entries = append(entries, data[:n:n])
		data = data[n:]
	}
	return entries
}

// writeEntries writes what split reads.
func writeEntries(w io.Writer, entries [][]byte) error {
	_, err := io.WriteString(w, magic)
	for _, e := range entries {
		head := binary.LittleEndian.AppendUint32(nil, uint32(len(e)))
		head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(e, table))
		_, err1 := w.Write(head)
		_, err2 := w.Write(e)
		err = errors.Join(err, err1, err2)
	}
	return err
}

// writeFile puts a file of entries in its place.
func writeFile(path string, entries [][]byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, newPrefix+"*")
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(dir, 0o700); err == nil {
			f, err = os.CreateTemp(dir, newPrefix+"*")
		}
	}
	if err != nil {
		return err
	}
	err = writeEntries(f, entries)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// How long what is not used stays, and what a writer left that did not come to
// its end.
const (
	maxAge     = 30 * 24 * time.Hour
	maxLeftAge = time.Hour
)

// sweep removes what was not used for long, and then what was not used for the
// longest time, until the rest keeps to the limit.
func sweep(dir string, limit int64, now time.Time) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	total := int64(0)
	for _, e := range list {
		left := strings.HasPrefix(e.Name(), newPrefix)
		info, err := e.Info()
		switch {
		case err != nil || !left && !strings.HasSuffix(e.Name(), suffix):
		case now.Sub(info.ModTime()) > maxAge, left && now.Sub(info.ModTime()) > maxLeftAge:
			_ = os.Remove(filepath.Join(dir, e.Name()))
		case !left:
			files = append(files, info)
			total += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range files {
		if total <= limit {
			break
		}
		total -= info.Size()
		_ = os.Remove(filepath.Join(dir, info.Name()))
	}
	return nil
}
