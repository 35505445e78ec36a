package versionfile

import (
	"fmt"
	"strings"
)

// asdfNames are the names under which asdf's plugins know our tools.
var asdfNames = map[string]string{
	"nodejs": "node", "node": "node",
	"python": "python",
	"golang": "go", "go": "go",
}

// readToolVersions reads as asdf does: a name and its versions on a line, #
// starts a comment, and the first line of a name is the one that counts.
func readToolVersions(r *reader) error {
	seen := map[string]bool{}
	for _, line := range r.uncommented() {
		words := r.words(line)
		name := r.text(words[0])
		tool, known := asdfNames[name]
		switch {
		case !known:
			r.note(words[0], fmt.Sprintf("%s is not a tool that devenv provides", name))
		case seen[tool]:
			r.note(words[0], fmt.Sprintf("%s stands here a second time; asdf reads the first", name))
		case len(words) == 1:
			return r.errorf(words[0], "%s has no version", name).Fixed("write it behind the name: %s 1.2.3", name)
		default:
			seen[tool] = true
			for _, word := range words[1:] {
				r.asdf(word, tool)
			}
		}
	}
	return nil
}

// asdf records one version of a line of .tool-versions.
func (r *reader) asdf(s span, tool string) {
	version := r.text(s)
	kind, rest, _ := strings.Cut(version, ":")
	switch {
	case kind == "ref":
		r.note(s, fmt.Sprintf("%s is a %s built from source: only releases are provided", version, tool))
	case kind == "path":
		r.note(s, fmt.Sprintf("%s is a %s of your own at a path: only releases are provided", version, tool))
	case version == "system":
		r.note(s, fmt.Sprintf("system means the machine's own %s: none is provided in its place", tool))
	case kind == "latest" && rest != "":
		r.add(s, tool, rest, "", false)
	case tool == "python":
		r.python(s, version)
	case tool == "node" && strings.HasPrefix(version, "lts-"):
		r.add(s, tool, "lts/"+strings.TrimPrefix(version, "lts-"), "", false)
	default:
		r.add(s, tool, version, "", false)
	}
}
