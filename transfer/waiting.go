package transfer

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// wait takes a place among those who wait for the file: a shared lock that
// ends with the process, so that none is counted who is gone. It returns nil
// where that cannot be had.
func (p *partial) wait() *os.File {
	for {
		f, err := os.OpenFile(p.path+".wanted", os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil
		}
		if unix.Flock(int(f.Fd()), unix.LOCK_SH) != nil {
			f.Close()
			return nil
		}
		if isAt(f, p.path+".wanted") {
			return f
		}
		f.Close() // deleted in between by a holder who saw nobody
	}
}

// wanted reports whether anyone waits; if not, it clears their place away.
func (p *partial) wanted() bool {
	f, err := os.OpenFile(p.path+".wanted", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return errors.Is(err, unix.EWOULDBLOCK)
	}
	if isAt(f, p.path+".wanted") {
		os.Remove(p.path + ".wanted")
	}
	return false
}

// isAt reports whether the open file f is the one that path names now.
func isAt(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(there, mine)
}
