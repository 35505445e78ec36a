package nar

// Where the fields of struct linux_dirent64 are, see getdents64(2).
const (
	direntLength = 16
	direntKind   = 18
	direntName   = 19
)
