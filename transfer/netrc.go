package transfer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// netrc has the logins of hosts, by name.
type netrc map[string]login

type login struct{ user, password string }

// netrcFrom reads the file that NETRC names, or ~/.netrc. That there is none
// is no error, nor that the latter is closed to this user.
func netrcFrom(getenv func(string) string) (netrc, error) {
	file := getenv("NETRC")
	named := file != ""
	if !named {
		file = filepath.Join(getenv("HOME"), ".netrc")
	}
	data, err := os.ReadFile(file)
	if err != nil && named && !errors.Is(err, fs.ErrNotExist) {
		return nil, &EnvError{Name: "NETRC", Err: err}
	}
	return parseNetrc(string(data)), nil
}

// parseNetrc reads the format of netrc(5). The first entry of a host wins. The
// "default" entry is passed over: a login goes only to a host that was named.
func parseNetrc(text string) netrc {
	logins := netrc{}
	var host string
	words := netrcWords(text)
	for len(words) > 0 {
		word, value := words[0], ""
		words = words[1:]
		if word == "default" {
			host = ""
			continue
		}
		if len(words) > 0 {
			value, words = words[0], words[1:]
		}
		entry := logins[host]
		switch word {
		case "machine":
			host = value
			if _, taken := logins[host]; taken {
				host = ""
			}
			entry = login{}
		case "login":
			entry.user = value
		case "password":
			entry.password = value
		}
		logins[host] = entry
	}
	delete(logins, "")
	return logins
}

// netrcWords splits at white space and leaves out comments and macros, which
// go up to an empty line.
func netrcWords(text string) []string {
	var words []string
	macro := false
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch {
		case macro:
			macro = len(fields) > 0
		case len(fields) > 0 && fields[0] == "macdef":
			macro = true
		case len(fields) > 0 && strings.HasPrefix(fields[0], "#"):
		default:
			words = append(words, fields...)
		}
	}
	return words
}
