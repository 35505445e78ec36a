package daemon

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"

	"devenv/nixconf"
)

// Settings are what a client wants a daemon to do differently on its
// connections. A daemon ignores what it does not allow the user.
type Settings struct {
	KeepFailed     bool
	KeepGoing      bool
	Fallback       bool // build what cannot be substituted after all
	UseSubstitutes bool
	Verbosity      Level // of what the daemon tells
	MaxJobs        int64 // 0: nothing is built on the daemon's machine
	Cores          int64 // for each build; 0: all
	MaxSilentTime  int64 // seconds; 0: no limit

	// Others are settings by their names in nix.conf.
	Others map[string]string
}

// SettingsFrom returns what conf says, with Nix's defaults. Of the other
// settings it takes names, and of these the ones that somebody has set.
func SettingsFrom(conf *nixconf.Settings, names ...string) (*Settings, error) {
	s := &Settings{Verbosity: LevelInfo, Others: map[string]string{}}
	flag := func(name string, to *bool, def bool) (err error) {
		*to, err = conf.Bool(name, def)
		return err
	}
	number := func(name string, to *int64, def int64) (err error) {
		*to, err = conf.Int(name, def)
		if err == nil && *to < 0 {
			err = &nixconf.ValueError{Name: name, Value: conf.String(name, ""), Origin: conf.Origin(name), Want: "a number that is not negative"}
		}
		return err
	}
	err := errors.Join(
		flag("keep-failed", &s.KeepFailed, false),
		flag("keep-going", &s.KeepGoing, false),
		flag("fallback", &s.Fallback, false),
		flag("substitute", &s.UseSubstitutes, true),
		number("cores", &s.Cores, 0),
		number("max-silent-time", &s.MaxSilentTime, 0),
	)
	if conf.String("max-jobs", "1") == "auto" {
		s.MaxJobs = int64(runtime.NumCPU())
	} else {
		err = errors.Join(err, number("max-jobs", &s.MaxJobs, 1))
	}
	for _, name := range names {
		if conf.Origin(name) != "" {
			s.Others[name] = value(conf, name)
		}
	}
	return s, err
}

// value returns the text of a setting, with what was appended to it. The text
// itself stays as it is: not all settings are sets of words.
func value(conf *nixconf.Settings, name string) string {
	text := conf.String(name, "")
	words := strings.Fields(text)
	for _, word := range conf.List(name) {
		if !slices.Contains(words, word) {
			text += " " + word
		}
	}
	return strings.TrimSpace(text)
}

// setOptions sends s on a new connection.
func (c *connection) setOptions(s *Settings) error {
	return c.call(opSetOptions, func(e *encoder) {
		e.Bool(s.KeepFailed)
		e.Bool(s.KeepGoing)
		e.Bool(s.Fallback)
		e.U64(uint64(s.Verbosity))
		e.U64(uint64(s.MaxJobs))
		e.U64(uint64(s.MaxSilentTime))
		e.U64(1)                  // obsolete: use the build hook
		e.U64(uint64(LevelVomit)) // obsolete: what builders print is told as results
		e.U64(0)                  // obsolete: type of the log
		e.U64(0)                  // obsolete: print a build trace
		e.U64(uint64(s.Cores))
		e.Bool(s.UseSubstitutes)
		e.U64(uint64(len(s.Others)))
		for _, name := range slices.Sorted(maps.Keys(s.Others)) {
			e.Text(name)
			e.Text(s.Others[name])
		}
	}, nil)
}
