package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

func TestReportOfFiles(t *testing.T) {
	open := &fs.PathError{Op: "open", Path: "/home/ada/p/devenv.toml", Err: syscall.EACCES}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"a file": {open, "devenv: devenv.toml: permission denied\nhint: see who may: ls -ld devenv.toml\n"},
		"said once": {fmt.Errorf("/home/ada/p/devenv.toml: %w", open),
			"devenv: devenv.toml: permission denied\nhint: see who may: ls -ld devenv.toml\n"},
		"with a sentence": {fmt.Errorf("no pins were written: %w", open),
			"devenv: no pins were written: devenv.toml: permission denied\nhint: see who may: ls -ld devenv.toml\n"},
		"a directory": {&fs.PathError{Op: "read", Path: "/home/ada/p/devenv.toml", Err: syscall.EISDIR},
			"devenv: devenv.toml: is a directory\nhint: something else of that name is there; move it away\n"},
		"a rename": {&os.LinkError{Op: "rename", Old: "/home/ada/p/.x", New: "/home/ada/p/devenv.lock", Err: syscall.EROFS},
			"devenv: devenv.lock: read-only file system\nhint: its file system is read-only; HOME, the XDG directories and DEVENV_STORE say where devenv writes\n"},
		"a full disk": {fmt.Errorf("db.sqlite: %w", syscall.ENOSPC),
			"devenv: db.sqlite: no space left on device\nhint: make room with devenv gc --older-than 30d, or put DEVENV_STORE on a larger disk\n"},
		"nothing of the kind": {errors.New("no tool is called \"ruby\""), "devenv: no tool is called \"ruby\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			(&Streams{Err: &b, Dir: "/home/ada/p"}).Report(test.err)
			if b.String() != test.want {
				t.Errorf("got\n%swant\n%s", b.String(), test.want)
			}
		})
	}
}
