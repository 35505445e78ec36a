package eval

import (
	"context"

	"devenv/store/derivation"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

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
// regular file by its content, not as a NAR; Follow goes to what a symbolic link
// at Path leads to. Filter, if set, is asked about each path below, with what it
// is. Want, if set, must be the hash. Refs are what the object refers to.
type AddPath struct {
	Name, Path string
	Flat       bool
	Follow     bool
	Refs       []storepath.Path
	Filter     func(path string, typ FileType) bool
	Want       nixhash.Hash
}

// Host is the world that an evaluation may see: files, the store, and what can
// be fetched. Paths are absolute and clean, store paths are logical ones below
// StoreDir. Errors are for the person who reads them; a path that is not there
// gives one that is fs.ErrNotExist. An error with a method Hint() string shows
// that as well. Contexts end when the evaluation is interrupted.
type Host interface {
	// ReadFile returns the bytes of a file for the evaluator to keep.
	ReadFile(path string) ([]byte, error)
	ReadDir(path string) ([]DirEntry, error)
	ReadLink(path string) (string, error)
	// Lstat does not follow a symbolic link at the end of the path.
	Lstat(path string) (FileType, error)
	Getenv(name string) string
	// Setting is told of each setting that the program looked at:
	// "currentSystem", "currentTime", "nixPath" or "storeDir".
	Setting(name, value string)

	// StoreDir is the logical store directory, /nix/store as a rule.
	StoreDir() string
	AddPath(ctx context.Context, a AddPath) (string, error)
	// AddText adds a file by its content; refs are store paths.
	AddText(name, text string, refs []string) (string, error)
	// AddDerivation is told of each derivation that was made, inputs before
	// those that need them. It and the text of its .drv file are only lent.
	AddDerivation(p storepath.Path, d *derivation.Derivation, aterm []byte) error
	// StorePath makes a valid store path readable that the program names
	// itself.
	StorePath(ctx context.Context, p storepath.Path) error
	// References returns the store paths that a valid one refers to; nil if that
	// is not known.
	References(ctx context.Context, p storepath.Path) ([]storepath.Path, error)
	// Realise builds, fetches or finds all that a string depends on, so that it
	// can be read. Where an output's path was not known before, it returns that
	// for the placeholder which stands for it.
	Realise(ctx context.Context, elems []ContextElem) (map[string]string, error)

	Fetcher

	// Message shows a line that the program asked to show.
	Message(text string)
}

// FetchAttr is an attribute of a fetcher's input: a string, an int64 that is
// not negative, or a bool.
type FetchAttr = any

// Fetcher brings things into the store from elsewhere.
type Fetcher interface {
	// FetchURL returns the store path of a file, or of an unpacked tarball.
	FetchURL(ctx context.Context, u FetchURL) (string, error)
	// FetchTree fetches an input: attributes as in a lock file, "type" among
	// them, or a URL alone in "url" without a type. Pure is whether only locked
	// ones may be.
	FetchTree(ctx context.Context, t FetchTree) (Tree, error)
	// FetchClosure copies a store path with all that it refers to from a binary
	// cache.
	FetchClosure(ctx context.Context, c FetchClosure) (string, error)
	// ParseFlakeRef and FlakeRefToString convert between the two forms of a flake
	// reference.
	ParseFlakeRef(ref string) (map[string]FetchAttr, error)
	FlakeRefToString(attrs map[string]FetchAttr) (string, error)
	// Flake returns the outputs of a flake, as builtins.getFlake does; ref may be
	// an absolute path. Pure is whether the reference must be locked.
	Flake(ctx context.Context, ev *Evaluator, ref string, pure bool) (*Value, error)
}

// FetchURL asks for a file, or for what is in a tarball, under a name in the
// store. Want, if set, must be the SHA-256 of the file or of the tree's NAR.
type FetchURL struct {
	URL, Name string
	Unpack    bool
	Want      nixhash.Hash
}

// FetchTree asks for a tree: by attributes as a lock file has them, or by a
// flake reference. Builtin is what the program called, for messages: fetchTree
// or fetchGit.
type FetchTree struct {
	Builtin string
	Attrs   map[string]FetchAttr
	Ref     string
	Pure    bool // refuse what is not locked
}

// Tree is what was fetched: its store path, and the attributes that lock it:
// "type", "narHash", "rev", "revCount", "lastModified", "dirtyRev",
// "dirtyShortRev", "submodules" mean something here.
type Tree struct {
	Path  string
	Attrs map[string]FetchAttr
}

// FetchClosure asks for a store path of a binary cache. To, if set, is the
// content-addressed path that From becomes; Rewrite asks what that would be.
type FetchClosure struct {
	Store          string
	From, To       storepath.Path
	Rewrite        bool
	InputAddressed bool
}
