package build

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"devenv/store/filelock"
)

// account is who a builder is outside of its sandbox.
type account struct {
	uid, gid int
	other    bool // another user than the one who runs this program
	lock     *filelock.Lock
}

// Ids for builds of root, where no account has any: Nix's auto-allocate-uids has
// the same, and locks them in the same files.
const (
	firstBuildID = 872415232
	idsPerBuild  = 65536
	buildIDs     = 128
)

// account returns who a builder is. An ordinary user builds as himself. For root
// that would be too much: root owns devices and the kernel's settings, and files
// that a build can see. So root's builders are users that nobody is.
func (b *Builder) account() (account, error) {
	who := account{uid: os.Geteuid(), gid: os.Getegid()}
	if who.uid != 0 || !allIDs("/proc/self/uid_map") || !allIDs("/proc/self/gid_map") {
		return who, nil
	}
	pool := filepath.Join(b.Store.StateDir(), "userpool2")
	if err := os.MkdirAll(pool, 0o755); err != nil {
		return who, err
	}
	for i := range buildIDs {
		lock, err := filelock.Try(filepath.Join(pool, fmt.Sprintf("slot-%d", i)), filelock.Exclusive)
		if err != nil {
			return who, err
		}
		if lock != nil {
			id := firstBuildID + i*idsPerBuild
			return account{uid: id, gid: id, other: true, lock: lock}, nil
		}
	}
	return who, fmt.Errorf("all %d users for builds are taken by running builds", buildIDs)
}

// release gives the account to others.
func (a account) release() {
	if a.lock != nil {
		a.lock.Release() //nolint:errcheck // the lock ends in any case
	}
}

// own gives a file to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// allIDs reports whether the user namespace of this process has the ids of
// builds, by the map in file.
func allIDs(file string) bool {
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var inside, outside, count int64
		if n, _ := fmt.Sscan(lines.Text(), &inside, &outside, &count); n == 3 && inside <= firstBuildID && inside+count > firstBuildID+buildIDs*idsPerBuild {
			return true
		}
	}
	return false
}
