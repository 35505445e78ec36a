package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// settings are those of Nix's that say how a store is to be treated. All who
// work in one store must agree on them.
type settings struct {
	noWAL           bool // not use-sqlite-wal
	keepDerivations bool // a live path keeps the derivation that built it
	keepOutputs     bool // a live derivation keeps what it built
}

// readSettings reads Nix's configuration as Nix does: the system's nix.conf, the
// user's, the variable NIX_CONFIG; what comes later wins. See nix.conf(5).
func readSettings(getenv func(string) string) (settings, error) {
	s := settings{keepDerivations: true, noWAL: firstWSL()}
	dir := getenv("NIX_CONF_DIR")
	if dir == "" {
		dir = "/etc/nix"
	}
	for _, file := range append([]string{filepath.Join(dir, "nix.conf")}, userConfigs(getenv)...) {
		if err := s.readFile(file, true, 0); err != nil {
			return s, err
		}
	}
	return s, s.apply(getenv("NIX_CONFIG"), "/", 0)
}

// userConfigs returns the user's nix.conf files, the most general first.
func userConfigs(getenv func(string) string) []string {
	if list := getenv("NIX_USER_CONF_FILES"); list != "" {
		return reversed(strings.Split(list, ":"))
	}
	home := getenv("XDG_CONFIG_HOME")
	if home == "" {
		home = filepath.Join(getenv("HOME"), ".config")
	}
	system := getenv("XDG_CONFIG_DIRS")
	if system == "" {
		system = "/etc/xdg"
	}
	var files []string
	for _, dir := range reversed(append([]string{home}, strings.Split(system, ":")...)) {
		files = append(files, filepath.Join(dir, "nix/nix.conf"))
	}
	return files
}

func reversed(list []string) []string {
	var out []string
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i])
	}
	return out
}

func (s *settings) readFile(file string, optional bool, depth int) error {
	text, err := os.ReadFile(file)
	if optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("Nix's configuration: %w", err)
	}
	return s.apply(string(text), filepath.Dir(file), depth)
}

// maxIncludes ends files that include each other.
const maxIncludes = 16

// apply reads text, whose includes are relative to dir.
func (s *settings) apply(text, dir string, depth int) error {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 2 && strings.TrimPrefix(words[0], "!") == "include" && depth < maxIncludes {
			file := words[1]
			if !filepath.IsAbs(file) {
				file = filepath.Join(dir, file)
			}
			if err := s.readFile(file, words[0] == "!include", depth+1); err != nil {
				return err
			}
		}
		if len(words) == 3 && words[1] == "=" {
			s.set(words[0], words[2])
		}
	}
	return nil
}

func (s *settings) set(name, value string) {
	on := value == "true" || value == "yes" || value == "1"
	switch name {
	case "use-sqlite-wal":
		s.noWAL = !on
	case "keep-derivations", "gc-keep-derivations":
		s.keepDerivations = on
	case "keep-outputs", "gc-keep-outputs":
		s.keepOutputs = on
	}
}

// firstWSL reports whether this is the first version of Windows' subsystem for
// Linux, whose file locks do not suffice for a write-ahead log.
func firstWSL() bool {
	var u unix.Utsname
	return unix.Uname(&u) == nil && strings.HasSuffix(unix.ByteSliceToString(u.Release[:]), "-Microsoft")
}
