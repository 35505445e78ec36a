package nixconf

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Settings are the settings in force. The zero value has none.
type Settings struct {
	values map[string]setting
}

// setting is what has been said of one name.
type setting struct {
	set      bool // value replaces the default
	value    string
	appended []string // by extra-<name>
	origin   string
}

// aliases are old names of settings that Nix still reads.
var aliases = map[string]string{
	"binary-caches":            "substituters",
	"binary-cache-public-keys": "trusted-public-keys",
	"build-chroot-dirs":        "sandbox-paths",
	"build-cores":              "cores",
	"build-fallback":           "fallback",
	"build-keep-log":           "keep-build-log",
	"build-max-jobs":           "max-jobs",
	"build-max-log-size":       "max-build-log-size",
	"build-max-silent-time":    "max-silent-time",
	"build-sandbox-paths":      "sandbox-paths",
	"build-timeout":            "timeout",
	"build-use-chroot":         "sandbox",
	"build-use-sandbox":        "sandbox",
	"build-use-substitutes":    "substitute",
	"env-keep-derivations":     "keep-env-derivations",
	"gc-keep-derivations":      "keep-derivations",
	"gc-keep-outputs":          "keep-outputs",
	"trusted-binary-caches":    "trusted-substituters",
}

// Set says that name has value; origin says who says so, for messages:
// "/etc/nix/nix.conf:3", "--option". A name "extra-x" appends to the list x.
func (s *Settings) Set(name, value, origin string) {
	name, more := strings.CutPrefix(name, "extra-")
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	if s.values == nil {
		s.values = map[string]setting{}
	}
	v := s.values[name]
	if more {
		v.appended = append(slices.Clone(v.appended), strings.Fields(value)...)
	} else {
		v = setting{set: true, value: value}
	}
	v.origin = origin
	s.values[name] = v
}

// Origin returns who set name last; it is empty if nobody did.
func (s *Settings) Origin(name string) string { return s.values[name].origin }

// String returns the value of name, or def if it is not set.
func (s *Settings) String(name, def string) string {
	if v := s.values[name]; v.set {
		return v.value
	}
	return def
}

// List returns the words of name, or def if it is not set, and what was
// appended to it, each once.
func (s *Settings) List(name string, def ...string) []string {
	v := s.values[name]
	words := def
	if v.set {
		words = strings.Fields(v.value)
	}
	var out []string
	for _, w := range slices.Concat(words, v.appended) {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// Bool returns whether name is "true", "yes" or "1", as against "false", "no"
// or "0"; def if it is not set.
func (s *Settings) Bool(name string, def bool) (bool, error) {
	v := s.values[name]
	if !v.set {
		return def, nil
	}
	switch v.value {
	case "true", "yes", "1":
		return true, nil
	case "false", "no", "0":
		return false, nil
	}
	return def, &ValueError{Name: name, Value: v.value, Origin: v.origin, Want: "true or false"}
}

// Int returns the number that name is, def if it is not set. The suffixes K, M,
// G and T multiply by powers of 1024.
func (s *Settings) Int(name string, def int64) (int64, error) {
	v := s.values[name]
	if !v.set {
		return def, nil
	}
	digits, shift := v.value, 0
	if i := strings.IndexByte("KMGT", lastUpper(v.value)); i >= 0 {
		digits, shift = v.value[:len(v.value)-1], 10*(i+1)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > math.MaxInt64>>shift || n < math.MinInt64>>shift {
		return def, &ValueError{Name: name, Value: v.value, Origin: v.origin, Want: "a whole number, such as 4 or 100M"}
	}
	return n << shift, nil
}

// lastUpper returns the last byte of s as a capital letter, 0 if s is empty.
func lastUpper(s string) byte {
	if s == "" {
		return 0
	}
	return strings.ToUpper(s[len(s)-1:])[0]
}

// A ValueError is a setting whose value has the wrong form.
type ValueError struct {
	Name, Value string
	Origin      string // who set it
	Want        string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s: setting %q is %q", e.Origin, e.Name, e.Value)
}

// Hint says what the value must be.
func (e *ValueError) Hint() string { return "it must be " + e.Want }
