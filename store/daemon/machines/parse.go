package machines

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// maxDepth bounds files of machines that name others.
const maxDepth = 10

// Parse reads the setting builders: machines, separated by line breaks and
// semicolons, and files of them, as "@/etc/nix/machines". A file that does not
// exist has none. Read reads a file; system is that of machines that do not say
// for which they build. Errors are *LineError, or read's.
func Parse(builders, system string, read func(path string) ([]byte, error)) ([]Machine, error) {
	return parse(builders, "builders", system, read, 0)
}

func parse(text, origin, system string, read func(string) ([]byte, error), depth int) ([]Machine, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%s: more than %d files of machines name each other", origin, maxDepth)
	}
	var all []Machine
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		where := fmt.Sprintf("%s:%d", origin, n+1)
		for entry := range strings.SplitSeq(line, ";") {
			more, err := parseEntry(strings.TrimSpace(entry), where, system, read, depth)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
	}
	return all, nil
}

// parseEntry reads a machine, a file of machines, or nothing.
func parseEntry(entry, where, system string, read func(string) ([]byte, error), depth int) ([]Machine, error) {
	if entry == "" {
		return nil, nil
	}
	if path, ok := strings.CutPrefix(entry, "@"); ok {
		path = strings.TrimSpace(path)
		text, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		return parse(string(text), path, system, read, depth+1)
	}
	m, fact := parseMachine(strings.Fields(entry), system)
	if fact != "" {
		return nil, &LineError{Where: where, Entry: entry, Fact: fact}
	}
	return []Machine{m}, nil
}

// parseMachine reads the columns of a machine; "-" leaves a column empty. The
// fact is what is wrong with them.
func parseMachine(columns []string, system string) (m Machine, fact string) {
	column := func(i int) string {
		if i < len(columns) && columns[i] != "-" {
			return columns[i]
		}
		return ""
	}
	words := func(i int) []string {
		return strings.FieldsFunc(column(i), func(r rune) bool { return r == ',' })
	}
	m = Machine{URL: column(0), Systems: words(1), SSHKey: column(2), MaxJobs: 1, Speed: 1, Supported: words(5), Mandatory: words(6), HostKey: column(7)}
	if m.URL == "" {
		return m, "its first column, the store's URL, is empty"
	}
	if len(columns) > 8 {
		return m, fmt.Sprintf("it has %d columns, and 8 are the most", len(columns))
	}
	if len(m.Systems) == 0 {
		m.Systems = []string{system}
	}
	if text := column(3); text != "" {
		jobs, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return m, fmt.Sprintf("its fourth column, the number of jobs, is %q", text)
		}
		m.MaxJobs = int(jobs)
	}
	if text := column(4); text != "" {
		speed, err := strconv.ParseFloat(text, 64)
		if err != nil || !(speed >= 0 && speed <= 1e9) {
			return m, fmt.Sprintf("its fifth column, the speed factor, is %q", text)
		}
		if speed > 0 {
			m.Speed = speed
		}
	}
	if _, err := base64.StdEncoding.DecodeString(m.HostKey); err != nil {
		return m, "its eighth column, the host's public key, is not base64"
	}
	return m, ""
}

// LineError is a machine that cannot be read.
type LineError struct {
	Where string // file:line
	Entry string
	Fact  string
}

// Error says where the machine is and what is wrong with it.
func (e *LineError) Error() string {
	return fmt.Sprintf("%s: machine %q: %s", e.Where, e.Entry, e.Fact)
}

// Hint says what machines look like.
func (e *LineError) Hint() string {
	return "a machine is `ssh-ng://user@host systems key-file jobs speed features mandatory-features host-key`; `-` leaves a column empty"
}
