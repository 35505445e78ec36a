package nixconf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Read returns the settings of this machine and user. getenv tells where they
// are, and of HOME. Errors: *LineError, or that a file cannot be read.
func Read(getenv func(string) string) (*Settings, error) {
	s := &Settings{}
	dir := getenv("NIX_CONF_DIR")
	if dir == "" {
		dir = "/etc/nix"
	}
	for _, file := range append([]string{filepath.Join(dir, "nix.conf")}, userFiles(getenv)...) {
		if err := s.read(file, true, nil); err != nil {
			return nil, err
		}
	}
	if err := s.apply(getenv("NIX_CONFIG"), "$NIX_CONFIG", "", nil); err != nil {
		return nil, err
	}
	return s, nil
}

// userFiles returns the user's files, the most general first.
func userFiles(getenv func(string) string) []string {
	if list := getenv("NIX_USER_CONF_FILES"); list != "" {
		files := strings.Split(list, ":")
		slices.Reverse(files)
		return files
	}
	own := getenv("XDG_CONFIG_HOME")
	if own == "" {
		own = filepath.Join(getenv("HOME"), ".config")
	}
	shared := getenv("XDG_CONFIG_DIRS")
	if shared == "" {
		shared = "/etc/xdg"
	}
	dirs := append([]string{own}, strings.Split(shared, ":")...)
	slices.Reverse(dirs)
	var files []string
	for _, dir := range dirs {
		if filepath.IsAbs(dir) {
			files = append(files, filepath.Join(dir, "nix/nix.conf"))
		}
	}
	return files
}

// maxBytes bounds a file: no settings are as long.
const maxBytes = 16 << 20

// read applies a file. from are the files that include it, the outermost first.
func (s *Settings) read(file string, optional bool, from []string) error {
	if slices.Contains(from, file) {
		return &LineError{Origin: from[len(from)-1], Fact: file + " is included by itself"}
	}
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() || err == nil && info.Size() > maxBytes {
		err = &fs.PathError{Op: "read", Path: file, Err: errors.New("not a file of settings")}
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(file)
	}
	if optional && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("Nix's settings: %w", err)
	}
	return s.apply(string(text), file, filepath.Dir(file), append(from, file))
}

// apply reads text, which name says where it stands; its includes are relative
// to dir.
func (s *Settings) apply(text, name, dir string, from []string) error {
	number := 0
	for line := range strings.Lines(text) {
		number++
		origin := fmt.Sprintf("%s:%d", name, number)
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "include" || words[0] == "!include":
			if len(words) != 2 {
				return &LineError{Origin: origin, Fact: words[0] + " takes one file"}
			}
			if err := s.read(absolute(words[1], dir), words[0] == "!include", from); err != nil {
				return err
			}
		case len(words) < 2 || words[1] != "=":
			return &LineError{Origin: origin, Fact: fmt.Sprintf("%q is no setting", strings.Join(words, " "))}
		default:
			s.Set(words[0], strings.Join(words[2:], " "), origin)
		}
	}
	return nil
}

func absolute(file, dir string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join("/", dir, file)
}

// A LineError is a line of a file of settings that says nothing.
type LineError struct {
	Origin string // file:line
	Fact   string
}

func (e *LineError) Error() string { return e.Origin + ": " + e.Fact }

// Hint says what a line looks like.
func (e *LineError) Hint() string { return "a line is `name = value`, `include FILE`, or a comment" }
