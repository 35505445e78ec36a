package build

import "golang.org/x/sys/unix"

// nearlyFull reports whether the file system of dir has less than 8 MiB left: a
// build that failed there may have failed for that.
func nearlyFull(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && int64(st.Bavail)*st.Bsize < 8<<20 //nolint:unconvert // the types differ between machines
}
