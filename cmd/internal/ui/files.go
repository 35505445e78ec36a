package ui

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// fact is the text of an error, with what the system says about files in the
// words of people: the file and what is wrong with it, not the call that found
// out.
func fact(err error) string {
	text := err.Error()
	if file, call, why := fileError(err); call != "" {
		text = strings.Replace(text, call, file+": "+why.Error(), 1)
		text = strings.Replace(text, file+": "+file+": ", file+": ", 1)
	}
	return text
}

// fileHint is the next step for errors of the file system that brought none.
func fileHint(err error) string {
	file, call, why := fileError(err)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "make room with devenv gc --older-than 30d, or put DEVENV_STORE on a larger disk"
	case call == "":
		return ""
	case errors.Is(why, syscall.EROFS):
		return "its file system is read-only; HOME, the XDG directories and DEVENV_STORE say where devenv writes"
	case errors.Is(why, fs.ErrPermission):
		return "see who may: ls -ld " + file
	case errors.Is(why, syscall.EISDIR), errors.Is(why, syscall.ENOTDIR):
		return "something else of that name is there; move it away"
	}
	return ""
}

// fileError finds what the system says about a file, and how package os puts it.
func fileError(err error) (file string, call string, why error) {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Path, path.Error(), path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.New, link.Error(), link.Err
	}
	return "", "", nil
}
