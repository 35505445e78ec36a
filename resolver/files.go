package resolver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ReadKind says what was found at a path.
type ReadKind string

// What can be found at a path.
const (
	File      ReadKind = "file"      // a regular file, whose content was read
	Absent    ReadKind = "absent"    // nothing; also a link to nothing
	Directory ReadKind = "directory" // something that is no regular file
)

// Read is one look at the file system that a project depends on.
type Read struct {
	Path string
	Kind ReadKind
	Hash string // of a File: SHA-256 of its content, at most MaxFile+1 bytes of it, in lower-case hex
}

// MaxFile is the size in bytes beyond which no declaration is read.
const MaxFile = 4 << 20

// files reads every path at most once, so that all who ask see the same bytes.
type files map[string]*file

type file struct {
	Read
	data []byte
	err  error
}

// get looks at path. An error is one of reading; that there is nothing to read
// is told by the kind.
func (known files) get(path string) *file {
	if f, ok := known[path]; ok {
		return f
	}
	f := readFile(path)
	known[path] = f
	return f
}

func readFile(path string) *file {
	f := &file{Read: Read{Path: path, Kind: Absent}}
	// Without O_NONBLOCK a named pipe would be waited for.
	in, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return f
	}
	f.Kind = Directory
	if errors.Is(err, syscall.ENXIO) { // a socket
		return f
	}
	if err != nil {
		f.err = err
		return f
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.err = err
		return f
	}
	f.Kind = File
	f.data, f.err = io.ReadAll(io.LimitReader(in, MaxFile+1))
	if len(f.data) > MaxFile {
		f.err = fmt.Errorf("%s is larger than %d MiB, which no declaration is", path, MaxFile>>20)
	}
	sum := sha256.Sum256(f.data)
	f.Hash = hex.EncodeToString(sum[:])
	return f
}
