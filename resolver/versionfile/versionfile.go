package versionfile

import (
	"bytes"
	"path/filepath"
	"slices"

	"devenv/resolver/source"
)

// Entry is one version that a file asks for.
type Entry struct {
	Tool       string          // "node", "python", "go"
	Constraint string          // in the tool's grammar; never empty
	Key        string          // the key or directive that holds it ("engines.node"); "" in files without keys
	Soft       bool            // a bound on what works, not a choice
	At         source.Position // where the constraint stands
	Source     string          // the line that At names
}

// Note is something that the reader of the file should know and that stops
// nothing: a tool or a version that is not provided here.
type Note struct {
	At   source.Position
	Text string
}

// File is what one file says.
type File struct {
	Entries []Entry // of one tool: from the one that wins to the one that loses
	Notes   []Note

	// Extends is the path, relative to this file, of the package.json that
	// speaks for this one's volta section where it is silent; "" for none.
	Extends   string
	ExtendsAt source.Position
}

// formats are the known files in their order of precedence.
var formats = []struct {
	name  string
	tools []string // what it can speak of
	read  func(*reader) error
}{
	{".nvmrc", []string{"node"}, readNvmrc},
	{".node-version", []string{"node"}, readNodeVersion},
	{".python-version", []string{"python"}, readPythonVersion},
	{".go-version", []string{"go"}, readGoVersion},
	{".tool-versions", []string{"node", "python", "go"}, readToolVersions},
	{"package.json", []string{"node"}, readPackageJSON},
	{"go.mod", []string{"go"}, readGoMod},
	{"pyproject.toml", []string{"python"}, readPyproject},
}

// Names are the names of the known files, in their order of precedence.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Known reports whether name, a base name, is a version file's.
func Known(name string) bool { return slices.Contains(Names(), name) }

// Tools are the tools that the file of that name can speak of.
func Tools(name string) []string {
	for _, f := range formats {
		if f.name == name {
			return f.tools
		}
	}
	return nil
}

// maxList bounds in bytes the files that are lists of words: those named with a
// dot. Each word keeps its line, to show it.
const maxList = 16 << 10

// Parse reads the file at path, whose content is data. The base name decides
// how; positions carry path as it is. The error is a *source.Error.
func Parse(path string, data []byte) (File, error) {
	r := &reader{path: path, data: data}
	for _, f := range formats {
		if f.name == filepath.Base(path) {
			if f.name[0] == '.' && len(data) > maxList {
				return r.file, r.errorf(span{}, "larger than %d KiB, which no list of versions is", maxList>>10)
			}
			err := f.read(r)
			return r.file, err
		}
	}
	return File{}, &source.Error{
		At:   source.Position{File: path},
		What: "this is not a version file that devenv reads",
	}
}

// reader is one file being read: its bytes, and what was found so far.
type reader struct {
	path string
	data []byte
	file File
}

// span is a part of the data.
type span struct{ start, end int }

func (r *reader) text(s span) string { return string(r.data[s.start:s.end]) }

func (r *reader) at(s span) source.Position { return source.At(r.path, r.data, s.start) }

func (r *reader) errorf(s span, format string, args ...any) *source.Error {
	return source.Errorf(r.path, r.data, s.start, s.end-s.start, format, args...)
}

func (r *reader) note(s span, text string) {
	r.file.Notes = append(r.file.Notes, Note{At: r.at(s), Text: text})
}

// add records that tool shall satisfy constraint, written at s.
func (r *reader) add(s span, tool, constraint, key string, soft bool) {
	e := r.errorf(s, "")
	r.file.Entries = append(r.file.Entries, Entry{
		Tool: tool, Constraint: constraint, Key: key, Soft: soft, At: e.At, Source: e.Source,
	})
}

// lines are the lines of the data, without line endings and surrounding blanks.
func (r *reader) lines() []span {
	var all []span
	start := 0
	if bytes.HasPrefix(r.data, []byte("\ufeff")) {
		start = len("\ufeff")
	}
	for start < len(r.data) {
		end := len(r.data)
		if i := bytes.IndexByte(r.data[start:], '\n'); i >= 0 {
			end = start + i
		}
		all = append(all, r.trim(span{start, end}))
		start = end + 1
	}
	return all
}

// uncommented are the lines cut at the first #, where any text is left.
func (r *reader) uncommented() []span {
	var all []span
	for _, line := range r.lines() {
		if i := bytes.IndexByte(r.data[line.start:line.end], '#'); i >= 0 {
			line = r.trim(span{line.start, line.start + i})
		}
		if line.start < line.end {
			all = append(all, line)
		}
	}
	return all
}

// words are the parts of s between spaces, tabs and carriage returns.
func (r *reader) words(s span) []span {
	between := func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }
	var all []span
	for i := s.start; i < s.end; {
		if between(r.data[i]) {
			i++
			continue
		}
		start := i
		for i < s.end && !between(r.data[i]) {
			i++
		}
		all = append(all, span{start, i})
	}
	return all
}

func (r *reader) trim(s span) span {
	for s.start < s.end && isBlank(r.data[s.start]) {
		s.start++
	}
	for s.start < s.end && isBlank(r.data[s.end-1]) {
		s.end--
	}
	return s
}

// isBlank reports the C locale's [[:space:]].
func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
