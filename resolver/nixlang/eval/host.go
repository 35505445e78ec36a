package eval

import "devenv/store/nixhash"

// FileType is what a path leads to.
type FileType uint8

// The types of files, and how builtins.readDir names them.
const (
	UnknownFile FileType = iota
	RegularFile
	Directory
	Symlink
)

func (t FileType) String() string {
	return [...]string{"unknown", "regular", "directory", "symlink"}[t]
}

// DirEntry is one entry of a directory.
type DirEntry struct {
	Name string
	Type FileType
}

// AddPath asks for a file or directory to be put into the store. Flat takes a
// regular file by its content, not as a NAR. Filter, if set, is asked about
// each path below, with what it is. Want, if set, must be the hash.
type AddPath struct {
	Name, Path string
	Flat       bool
	Filter     func(path string, typ FileType) bool
	Want       nixhash.Hash
}

// Host is the world that an evaluation may see: files and the store. Paths are
// absolute and clean. Errors are for the person who reads them; a path that is
// not there gives one that is fs.ErrNotExist.
type Host interface {
	// ReadFile returns the bytes of a file for the evaluator to keep.
	ReadFile(path string) ([]byte, error)
	ReadDir(path string) ([]DirEntry, error)
	ReadLink(path string) (string, error)
	// Lstat does not follow a symbolic link at the end of the path.
	Lstat(path string) (FileType, error)
	Getenv(name string) string
	// StoreDir is the logical store directory, /nix/store as a rule.
	StoreDir() string
	AddPath(AddPath) (string, error)
	// AddText adds a file by its content; refs are store paths.
	AddText(name, text string, refs []string) (string, error)
	// Message shows a line that the program asked to show.
	Message(text string)
}
