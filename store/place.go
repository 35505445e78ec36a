package store

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Mode is whose store it is.
type Mode string

const (
	// System is the machine's own /nix, which Nix uses too.
	System Mode = "system"
	// Private is a store of ours in another directory. What refers to /nix/store
	// does not find it there.
	Private Mode = "private"
)

// Place is where a store lies on disk.
type Place struct {
	Mode Mode
	Root string // the directory that nix/store and nix/var/nix are in
}

// A URLError says that a store was asked for that is none.
type URLError struct {
	URL    string
	Reason string
}

func (e *URLError) Error() string { return fmt.Sprintf("store %q: %s", e.URL, e.Reason) }

// Hint returns what may be written instead.
func (e *URLError) Hint() string {
	return "DEVENV_STORE takes auto, local, local?root=DIR or an absolute directory"
}

// locate finds out where the store lies that rawURL means. Machine is the root
// of the file system ("/", but for tests).
func locate(rawURL, dataDir, machine string) (Place, error) {
	query := ""
	switch name, q, _ := strings.Cut(rawURL, "?"); {
	case rawURL == "auto":
		if usable(machine) {
			return Place{System, machine}, nil
		}
		if !filepath.IsAbs(dataDir) {
			return Place{}, &URLError{rawURL, "there is no /nix that can be written, and no data directory to use instead"}
		}
		return Place{Private, filepath.Clean(dataDir)}, nil
	case filepath.IsAbs(rawURL):
		return at(rawURL), nil
	case name == "local":
		query = q
	default:
		return Place{}, &URLError{rawURL, "this kind of store is not known"}
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return Place{}, &URLError{rawURL, err.Error()}
	}
	root := "/"
	for key := range values {
		if key != "root" {
			return Place{}, &URLError{rawURL, fmt.Sprintf("parameter %q is not known", key)}
		}
		if root = values.Get(key); !filepath.IsAbs(root) {
			return Place{}, &URLError{rawURL, "the root is not an absolute path"}
		}
	}
	return at(root), nil
}

// at returns the place with the given root.
func at(root string) Place {
	if root = filepath.Clean(root); root != "/" {
		return Place{Private, root}
	}
	return Place{System, root}
}

// usable reports whether below root there is a store that Nix made and that this
// process may write.
func usable(root string) bool {
	for _, name := range []string{"nix/store", "nix/var/nix", "nix/var/nix/db", "nix/var/nix/db/db.sqlite"} {
		if unix.Faccessat(unix.AT_FDCWD, filepath.Join(root, name), unix.R_OK|unix.W_OK, unix.AT_EACCESS) != nil {
			return false
		}
	}
	info, err := os.Lstat(filepath.Join(root, "nix/store"))
	return err == nil && info.IsDir()
}
