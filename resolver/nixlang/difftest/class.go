package difftest

import (
	"regexp"
	"strings"
)

// Messages that say the same in other words: what a parser of a library says,
// what bison expects, where something is.
var same = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`(/[^ ':»]*|«[a-z]+»):\d+:\d+`), "POS"},
	{regexp.MustCompile(`^(while parsing JSON|\[json\.exception).*`), "not JSON"},
	{regexp.MustCompile(`^while parsing TOML.*`), "not TOML"},
	{regexp.MustCompile(`^(syntax error, unexpected .*?), expecting .*`), "$1"},
	{regexp.MustCompile(`^JSON serialization error.*|^invalid UTF-8 byte.*`), "not UTF-8"},
	{regexp.MustCompile("^`__toString` should return a string, but got ([^:]*): .*"), "cannot coerce $1 to a string"},
	{regexp.MustCompile(`^assertion '.*' failed$|.* is not equal to .*|^attribute names? .* (is contained|of attribute set) .*|^distinct functions and .*`), "assertion failed"},
	{regexp.MustCompile(`^(cannot compare .*); values (are|of) .*`), "$1"},
	// A value in a message; what Nix has not evaluated yet we may have.
	{regexp.MustCompile(`((?:found|cannot coerce|not a function but) [^:]*): .*`), "$1"},
	{regexp.MustCompile(`^(invalid regular expression ').*`), "$1"},
	// Which of several is named first depends on the order of symbols.
	{regexp.MustCompile(`^(undefined variable|function '.*' called with unexpected argument|attribute) '.*`), "$1"},
	{regexp.MustCompile(`^invalid derivation name: .*`), "invalid derivation name"},
	{regexp.MustCompile(`\s+`), " "}, // Nix expands tabs and trims lines
}

var quotedPart = regexp.MustCompile(`'.*'|"(\\.|[^"\\])*"|[0-9]+`)

// key is what differences of one cause have in common, more or less.
func key(ours, nix Outcome) string {
	return quotedPart.ReplaceAllString(class(ours).String(), "~") + "|" + quotedPart.ReplaceAllString(class(nix).String(), "~")
}

// class is an outcome without what may differ.
func class(o Outcome) Outcome {
	if !o.Failed {
		return o
	}
	o.Err = strings.ReplaceAll(o.Err, "\r", "")
	for _, s := range same {
		o.Err = s.from.ReplaceAllString(o.Err, s.to)
	}
	o.Err = strings.TrimSpace(o.Err)
	return o
}
