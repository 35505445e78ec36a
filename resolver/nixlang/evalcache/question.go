package evalcache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"devenv/resolver/nixlang/host"
)

// Question is what an evaluation is asked.
type Question struct {
	roots    []string
	parts    []string
	settings map[string]string
}

// Ask begins a question. Roots are the logical directories that what is asked
// about lies in, and that may lie elsewhere the next time; the Host must follow
// them (host.Follow).
func Ask(roots ...string) *Question {
	q := &Question{settings: map[string]string{}}
	for _, r := range roots {
		q.roots = append(q.roots, path.Clean(r))
	}
	return q
}

// maxRoots is how many roots a question may have.
const maxRoots = 8

// Roots are those of Ask.
func (q *Question) Roots() []string { return q.roots }

// Add adds a part. All must be added that an answer depends on, but for what
// evaluations look at by a Host: the settings of the evaluator (currentSystem,
// nixPath, storeDir) among them.
func (q *Question) Add(name string, values ...string) {
	q.parts = append(append(q.parts, name), values...)
	q.parts = append(q.parts, "\x00end")
}

// AddPath adds a part that is an absolute path.
func (q *Question) AddPath(name, p string) { q.Add(name, q.relative(path.Clean(p))) }

// Setting says what value a setting has now that evaluations may look at and
// that is no part of the question: an answer that depends on it is right while it
// has the same.
func (q *Question) Setting(name, value string) { q.settings[name] = value }

// key names the question, under one version.
func (q *Question) key(version string) string {
	b := appendString(nil, version)
	b = append(b, byte(len(q.roots)))
	for _, p := range q.parts {
		b = appendString(b, p)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// relative is the name of a path below the innermost root that it lies in: a
// zero byte, the number of the root and what follows it. Others stay as they
// are.
func (q *Question) relative(p string) string {
	best := -1
	for n, r := range q.roots {
		if within(p, r) && (best < 0 || len(r) > len(q.roots[best])) {
			best = n
		}
	}
	if best < 0 {
		return p
	}
	return "\x00" + string(rune('0'+best)) + p[len(q.roots[best]):]
}

// located is the path that relative gave a name, with the roots where they are
// now; ok is false for a name that relative does not give.
func (q *Question) located(name string) (p string, ok bool) {
	if !strings.HasPrefix(name, "\x00") {
		return name, path.IsAbs(name)
	}
	if len(name) < 2 || name[1] < '0' || int(name[1]-'0') >= len(q.roots) {
		return "", false
	}
	rest := name[2:]
	if rest != "" && (rest[0] != '/' || path.Clean(rest) != rest) {
		return "", false
	}
	return q.roots[name[1]-'0'] + rest, true
}

// within tells whether a path is dir or below it.
func within(p, dir string) bool {
	return strings.HasPrefix(p, dir) && (len(p) == len(dir) || p[len(dir)] == '/')
}

// isPath tells whether the name of an item is a path of the file system.
func isPath(k host.Kind) bool {
	return slices.Contains([]host.Kind{host.Content, host.File, host.Listing, host.Absent, host.Type, host.Link, host.Tree}, k)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
