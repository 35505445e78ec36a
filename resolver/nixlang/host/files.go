package host

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	pathpkg "path"
	"slices"
	"strings"
	"time"

	"devenv/resolver/nixlang/eval"
	"devenv/store/nar"
)

// maxFile bounds what is read into memory.
const maxFile = 1 << 30

// ReadFile reads a regular file, or what a symbolic link to one leads to.
func (h *Host) ReadFile(path string) ([]byte, error) {
	data, _, err := h.readFile(path, h.reads != nil)
	return data, err
}

// readFile is ReadFile, with the SHA-256 of the bytes if it is wanted and the
// file is on the disk. The read set needs it.
func (h *Host) readFile(path string, summed bool) (data []byte, sum [32]byte, err error) {
	p, err := h.resolve(path, true)
	if err != nil {
		return nil, sum, err
	}
	if text, ok := h.text(p); ok {
		return []byte(text), sum, nil
	}
	disk, err := h.place(p)
	if err != nil {
		h.absent(path, err)
		return nil, sum, err
	}
	data, stat, err := h.readDisk(disk, path)
	if err != nil {
		h.absent(path, err)
		return nil, sum, err
	}
	if summed {
		sum = sha256.Sum256(data)
	}
	if h.reads != nil {
		h.observe(Item{Kind: Content, Name: path, Value: hex.EncodeToString(sum[:]), Stat: h.reads.trust(stat)}, p)
	}
	return data, sum, nil
}

// readDisk reads a file of the disk; path is what messages call it.
func (h *Host) readDisk(disk, path string) ([]byte, Stat, error) {
	info, err := os.Stat(disk) // before it is opened: opening a pipe waits
	if err != nil {
		return nil, Stat{}, err
	}
	if !info.Mode().IsRegular() {
		return nil, Stat{}, fmt.Errorf("cannot read '%s': it is %s, no regular file", path, kindOf(info.Mode()))
	}
	if info.Size() > h.opts.MaxFile {
		return nil, Stat{}, tooLong(path, h.opts.MaxFile)
	}
	if info.Size() > 0 {
		if data, ok := readQuick(disk, info.Size()); ok {
			return data, statOf(info), nil
		}
	}
	var data []byte
	if info.Size() == 0 {
		data, err = readPseudo(disk, path, min(h.opts.MaxFile, maxEndless))
	} else {
		data, err = readAll(disk, path, info.Size(), h.opts.MaxFile)
	}
	return data, statOf(info), err
}

// readAll reads a file of the given size, or of another one by now, but of at
// most limit bytes.
func readAll(disk, path string, size, limit int64) ([]byte, error) {
	f, err := os.Open(disk)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, 0, size+512)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if int64(len(data)) > limit {
			return nil, tooLong(path, limit)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// Files that say that they are empty and are not, as those below /proc, may
// have no end, or never give anything.
const (
	maxEndless = 64 << 20
	patience   = 2 * time.Second
)

// readPseudo reads a file that says that it is empty.
func readPseudo(disk, path string, limit int64) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := readAll(disk, path, 0, limit)
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-time.After(patience):
		return nil, fmt.Errorf("cannot read '%s': it has given no end within %s", path, patience)
	}
}

func tooLong(path string, limit int64) error {
	return fmt.Errorf("cannot read '%s': it is longer than the %d MiB that such a file may have", path, limit>>20)
}

// ReadDir lists a directory.
func (h *Host) ReadDir(path string) ([]eval.DirEntry, error) {
	p, err := h.resolve(path, true)
	if err != nil {
		return nil, err
	}
	disk, err := h.place(p)
	if err != nil {
		h.absent(path, err)
		return nil, err
	}
	stat := Stat{}
	if h.reads != nil {
		if info, err := os.Stat(disk); err == nil {
			stat = statOf(info)
		}
	}
	list, err := h.listDir(p, disk)
	if err != nil {
		h.absent(path, err)
		return nil, err
	}
	if h.reads != nil {
		h.observe(Item{Kind: Listing, Name: path, Value: listDigest(list), Stat: h.reads.trust(stat)}, p)
	}
	return list, nil
}

// listDir lists what belongs to the directory at p, which lies at disk, sorted
// by name.
func (h *Host) listDir(p, disk string) ([]eval.DirEntry, error) {
	entries, err := nar.ReadDir(disk)
	if err != nil {
		return nil, err
	}
	some := h.partial(p)
	list := make([]eval.DirEntry, 0, len(entries))
	for _, e := range entries {
		if some {
			if _, err := h.place(pathpkg.Join(p, e.Name)); err != nil {
				continue
			}
		}
		list = append(list, eval.DirEntry{Name: e.Name, Type: typeOf(e.Type)})
	}
	slices.SortFunc(list, func(a, b eval.DirEntry) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// ReadLink returns the target of a symbolic link.
func (h *Host) ReadLink(path string) (string, error) {
	p, err := h.resolve(path, false)
	if err != nil {
		return "", err
	}
	disk, err := h.place(p)
	if err != nil {
		return "", err
	}
	target, err := os.Readlink(disk)
	if err == nil {
		h.observe(Item{Kind: Link, Name: path, Value: target}, p)
	}
	return target, err
}

// Lstat says what a path is.
func (h *Host) Lstat(path string) (eval.FileType, error) {
	p, err := h.resolve(path, false)
	if err != nil {
		return 0, err
	}
	if h.virtual(p) {
		return eval.RegularFile, nil
	}
	disk, err := h.place(p)
	if err != nil {
		h.absent(path, err)
		return 0, err
	}
	info, err := os.Lstat(disk)
	if err != nil {
		h.absent(path, err)
		return 0, err
	}
	typ := typeOf(info.Mode().Type())
	if typ != eval.Symlink {
		h.setLink(p, "")
	}
	h.observe(Item{Kind: Type, Name: path, Value: typ.String()}, p)
	return typ, nil
}

func typeOf(m fs.FileMode) eval.FileType {
	switch m {
	case 0:
		return eval.RegularFile
	case fs.ModeDir:
		return eval.Directory
	case fs.ModeSymlink:
		return eval.Symlink
	}
	return eval.UnknownFile
}

// kindOf says what something is that is no regular file.
func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}
