package store

import (
	"strings"

	"devenv/nixconf"
	"golang.org/x/sys/unix"
)

// settings are those of Nix's that say how a store is to be treated. All who
// work in one store must agree on them.
type settings struct {
	noWAL           bool // not use-sqlite-wal
	keepDerivations bool // a live path keeps the derivation that built it
	keepOutputs     bool // a live derivation keeps what it built
	autoOptimise    bool // equal files of new trees become one
}

// readSettings reads them from where Nix has them.
func readSettings(getenv func(string) string) (settings, error) {
	conf, err := nixconf.Read(getenv)
	if err != nil {
		return settings{}, err
	}
	s := settings{}
	wal, err := conf.Bool("use-sqlite-wal", !firstWSL())
	s.noWAL = !wal
	if err == nil {
		s.keepDerivations, err = conf.Bool("keep-derivations", true)
	}
	if err == nil {
		s.keepOutputs, err = conf.Bool("keep-outputs", false)
	}
	if err == nil {
		s.autoOptimise, err = conf.Bool("auto-optimise-store", false)
	}
	return s, err
}

// firstWSL reports whether this is the first version of Windows' subsystem for
// Linux, whose file locks do not suffice for a write-ahead log.
func firstWSL() bool {
	var u unix.Utsname
	return unix.Uname(&u) == nil && strings.HasSuffix(unix.ByteSliceToString(u.Release[:]), "-Microsoft")
}
