package nar

// Where the fields of struct dirent are, see getdirentries(2).
const (
	direntLength = 16
	direntKind   = 20
	direntName   = 21
)
