package store_test

import (
	"testing"

	"golang.org/x/sys/unix"
)

func setAttribute(file string) error { return unix.Lsetxattr(file, "user.note", []byte("x"), 0) }

func countAttributes(t *testing.T, file string) int {
	n, err := unix.Llistxattr(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
