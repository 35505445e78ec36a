package versionfile

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// readNvmrc reads as nvm 0.40's nvm_process_nvmrc does: cut comments and blank
// lines; lines with = are settings, each key once and none named node; exactly
// one other line is the version.
func readNvmrc(r *reader) error {
	var version, bound span
	keys := map[string]bool{}
	for _, line := range r.uncommented() {
		text := r.text(line)
		key, value, setting := strings.Cut(text, "=")
		key = strings.TrimSpace(key)
		switch {
		case setting && key == "node":
			return r.errorf(line, "nvm refuses a setting named node").
				Fixed("write the version alone on its line: %s", strings.TrimSpace(value))
		case setting && keys[key]:
			return r.errorf(line, "the setting %s is here twice", key).Fixed("remove one of the two lines")
		case setting && key != "":
			keys[key] = true
			if strings.ContainsAny(key[:1], "<>~^") {
				bound = line
			}
		case version.end > 0:
			return r.errorf(line, "a second version: nvm takes exactly one").
				Fixed("keep either %s or %s", r.text(version), text)
		default:
			version = line
		}
	}
	if version.end > 0 && strings.ContainsAny(r.text(version)[:1], "<>~^=") {
		version, bound = span{}, version
	}
	switch {
	case version.end > 0:
	case bound.end > 0:
		return r.errorf(bound, "%s is a range, and nvm reads none", r.text(bound)).
			Fixed("name the line of releases, such as 24 or lts/*, or move the range to engines.node in package.json")
	default:
		return r.errorf(span{}, "no version in the file").Fixed("write one on a line of its own, such as 24 or lts/*")
	}
	return r.node(version, r.text(version), "")
}

// readNodeVersion reads the first word of the first line that has one.
func readNodeVersion(r *reader) error {
	word, err := r.firstWord("24.1.0")
	if err != nil {
		return err
	}
	return r.node(word, r.text(word), "")
}

// readGoVersion reads the first word of the first line that has one.
func readGoVersion(r *reader) error {
	word, err := r.firstWord("1.24.5")
	if err != nil {
		return err
	}
	r.golang(word, r.text(word))
	return nil
}

// firstWord is the one word of a file that holds one version. Further words are
// noted: no tool that owns such a file reads them.
func (r *reader) firstWord(example string) (span, error) {
	var words []span
	for _, line := range r.uncommented() {
		words = append(words, r.words(line)...)
	}
	if len(words) == 0 {
		return span{}, r.errorf(span{}, "no version in the file").Fixed("write one, such as %s", example)
	}
	if len(words) > 1 {
		r.note(words[1], fmt.Sprintf("only the first version, %s, is read", r.text(words[0])))
	}
	return words[0], nil
}

// readPythonVersion reads the words that pyenv would. Names that would leave
// pyenv's versions directory are skipped with a note.
func readPythonVersion(r *reader) error {
	words := r.pyenvWords()
	if len(words) == 0 {
		return r.errorf(span{}, "no version in the file").Fixed("write one, such as 3.13")
	}
	for _, word := range words {
		r.python(word, r.text(word))
	}
	return nil
}

// pyenvWords reads as pyenv's version-file-read does: the first word of every
// line that is neither empty nor a comment, and colons separate too.
func (r *reader) pyenvWords() []span {
	var all []span
	for _, line := range r.lines() {
		words := r.words(line)
		if len(words) > 0 && r.data[words[0].start] != '#' {
			all = append(all, r.split(words[0], ':')...)
		}
	}
	return all
}

// split cuts s at sep and drops empty parts.
func (r *reader) split(s span, sep byte) []span {
	var all []span
	for start := s.start; start <= s.end; {
		end := start
		for end < s.end && r.data[end] != sep {
			end++
		}
		if start < end {
			all = append(all, span{start, end})
		}
		start = end + 1
	}
	return all
}

// node records a version of node, in the words of nvm.
func (r *reader) node(s span, version, key string) error {
	if version == "system" {
		r.note(s, "system means the machine's own node: none is provided here")
		return nil
	}
	r.add(s, "node", version, key, false)
	return nil
}

var cpython = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]`) })

// python records a version of CPython, in the words of pyenv. Other
// distributions and the machine's own are noted.
func (r *reader) python(s span, version string) {
	name := strings.TrimPrefix(version, "python-")
	switch {
	case name == "system":
		r.note(s, "system means the machine's own python: none is provided in its place")
	case strings.Contains(name, "/") || name == "..":
		r.note(s, fmt.Sprintf("%q is a path and no version: pyenv skips it too", version))
	case name != "latest" && !cpython().MatchString(name):
		r.note(s, fmt.Sprintf("%s is not provided: only CPython is, under its plain number (3.13, 3.12.4)", version))
	case strings.HasSuffix(name, "t") || strings.HasSuffix(name, "-dev"):
		r.note(s, fmt.Sprintf("%s is not provided: only CPython's ordinary releases are", version))
	default:
		r.add(s, "python", name, "", false)
	}
}

// golang records a version of Go, in the words of goenv and gvm.
func (r *reader) golang(s span, version string) {
	if version == "system" {
		r.note(s, "system means the machine's own go: none is provided here")
		return
	}
	r.add(s, "go", version, "", false)
}
