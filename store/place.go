package store

import (
	"os"
	"path/filepath"

	"devenv/store/storepath"
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
	Mode  Mode
	Root  string        // the directory that nix/store and nix/var/nix are in
	Dir   storepath.Dir // the logical store directory
	Trees string        // where its trees are
	State string        // where its database, roots and locks are
	Log   string        // where the logs of builds are
}

// at returns the place with the given root.
func at(root string) Place {
	root = filepath.Clean(root)
	p := Place{
		Root:  root,
		Dir:   storepath.Default,
		Trees: filepath.Join(root, "nix/store"),
		State: filepath.Join(root, "nix/var/nix"),
		Log:   filepath.Join(root, "nix/var/log/nix"),
	}
	return p.withMode()
}

// URL returns a store URL that leads to the place.
func (p Place) URL() string {
	if p == at("/") {
		return string(Local)
	}
	if p == at(p.Root) {
		return URL{Kind: Local, Params: map[string]string{"root": p.Root}}.String()
	}
	return URL{Kind: Local, Params: map[string]string{"root": p.Root, "store": string(p.Dir), "real": p.Trees, "state": p.State, "log": p.Log}}.String()
}

// withMode tells whether the trees are where their paths say.
func (p Place) withMode() Place {
	if p.Mode = Private; p.Trees == string(p.Dir) {
		p.Mode = System
	}
	return p
}

// locate finds out where the store lies that u means. Machine is the root of the
// file system ("/", but for tests).
func locate(u URL, dataDir, machine string, getenv func(string) string) (Place, error) {
	switch u.Kind {
	case Auto:
		if err := u.known(); err != nil {
			return Place{}, err
		}
		if usable(machine) {
			return at(machine), nil
		}
		if !filepath.IsAbs(dataDir) {
			return Place{}, &URLError{u.String(), "there is no /nix that can be written, and no data directory to use instead"}
		}
		return at(dataDir), nil
	case Local:
		return locateLocal(u, getenv)
	}
	return Place{}, &URLError{u.String(), "it is not a store on this machine's disk"}
}

// locateLocal reads the parameters of a local store, which are Nix's. Without a
// root Nix's variables count.
func locateLocal(u URL, getenv func(string) string) (Place, error) {
	if err := u.known("root", "store", "state", "real", "log", "trusted", "priority", "require-sigs", "want-mass-query", "system-features", "path-info-cache-size"); err != nil {
		return Place{}, err
	}
	root := u.Target
	if r, ok := u.Params["root"]; ok && root == "" {
		root = r
	}
	p := at("/")
	if root != "" {
		p = at(root)
	}
	dir := string(p.Dir)
	for _, d := range []struct {
		param, variable string
		to              *string
	}{{"root", "", &p.Root}, {"store", "NIX_STORE_DIR", &dir}, {"real", "NIX_STORE_DIR", &p.Trees}, {"state", "NIX_STATE_DIR", &p.State}, {"log", "NIX_LOG_DIR", &p.Log}} {
		value, set := u.Params[d.param]
		if !set && root == "" && d.variable != "" {
			value = getenv(d.variable)
		}
		if set && !filepath.IsAbs(value) {
			return Place{}, &URLError{u.String(), "parameter \"" + d.param + "\" is not an absolute path"}
		}
		if filepath.IsAbs(value) && d.param != "root" {
			*d.to = filepath.Clean(value)
		}
	}
	if _, set := u.Params["store"]; set && root == "" && u.Params["real"] == "" {
		p.Trees = dir
	}
	p.Dir = storepath.Dir(dir)
	return p.withMode(), nil
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

// daemonSocket is where a Nix daemon listens, below the state directory.
const daemonSocket = "daemon-socket/socket"

// Resolve returns the URL that u means on this machine: itself, or for [Auto]
// what Nix and we would take: the machine's /nix if this process may write it,
// else a Nix daemon if one listens, else the directory dataDir.
func (u URL) Resolve(dataDir string) URL {
	switch {
	case u.Kind != Auto:
		return u
	case usable("/"):
		return URL{Kind: Local}
	case unix.Faccessat(unix.AT_FDCWD, filepath.Join(at("/").State, daemonSocket), unix.R_OK|unix.W_OK, unix.AT_EACCESS) == nil:
		return URL{Kind: Daemon}
	}
	return URL{Kind: Local, Target: dataDir}
}
