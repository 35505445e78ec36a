package lockfile

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"devenv/store/nixhash"
)

var (
	toolName    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`) })
	toolVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]*$`) })
	npmPart     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^npm:(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*@[0-9A-Za-z.+-]+$`)
	})
	goproxyPart = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^goproxy:[0-9A-Za-z][0-9A-Za-z./_~-]*@v[0-9A-Za-z.+-]+$`)
	})
)

// tools reads the tools among the root's inputs, as Tools returns them.
func (r *reader) tools(l *Lock) ([]Tool, error) {
	var tools []Tool
	for _, input := range l.toolInputs() {
		key := l.Nodes[l.Root].Inputs[input].Node
		tool, err := r.tool(l.Nodes[key], member("nodes", key))
		if err != nil {
			return nil, err
		}
		tools = append(tools, tool)
	}
	slices.SortStableFunc(tools, func(a, b Tool) int { return cmp.Compare(a.Name, b.Name) })
	return tools, nil
}

func (r *reader) tool(node *Node, path string) (Tool, error) {
	locked := &fields{reader: r, path: member(path, "locked"), object: maps.Clone(node.Locked)}
	t := Tool{
		Name:    locked.text("name", matching(toolName())),
		Version: locked.text("version", matching(toolVersion())),
		Source:  locked.text("source", among(SourceGoproxy, SourceMirror, SourceNPM, SourcePublisher)),
	}
	locked.text("type", among(toolType))
	platforms := attribute[map[string]any](locked, "platforms")
	if err := locked.end(); err != nil {
		return t, err
	}
	original := &fields{reader: r, path: member(path, "original"), object: maps.Clone(node.Original)}
	original.text("type", among(toolType))
	original.text("name", among(t.Name))
	t.Constraint = original.text("constraint", printable)
	if err := original.end(); err != nil {
		return t, err
	}
	var err error
	t.Platforms, err = r.platforms(platforms, member(locked.path, "platforms"), t.Source)
	return t, err
}

func (r *reader) platforms(object map[string]any, path, source string) (map[string]Platform, error) {
	if len(object) == 0 {
		return nil, r.fail(path, "%s is empty", path)
	}
	platforms := make(map[string]Platform, len(object))
	for _, system := range sortedKeys(object) {
		path := member(path, system)
		if !slices.Contains(Systems(), system) {
			return nil, r.fail(path, "%s: there is no system %q; known are %s", path, system, strings.Join(Systems(), ", "))
		}
		platform, err := r.platform(object[system], path, source)
		if err != nil {
			return nil, err
		}
		platforms[system] = platform
	}
	return platforms, nil
}

func (r *reader) platform(v any, path, source string) (p Platform, err error) {
	object, ok := v.(map[string]any)
	if !ok {
		return p, r.fail(path, "%s is %s, not an object", path, kind(v))
	}
	f := &fields{reader: r, path: path, object: maps.Clone(object)}
	if _, ok := object["narHash"]; ok {
		p.NarHash = f.text("narHash", narHash)
	}
	parts := attribute[[]any](f, "parts")
	if f.err == nil && len(parts) == 0 {
		f.fail("parts", "is empty")
	}
	if err := f.end(); err != nil {
		return p, err
	}
	for i, v := range parts {
		part, err := r.part(v, element(member(path, "parts"), i), source)
		if err != nil {
			return p, err
		}
		p.Parts = append(p.Parts, part)
	}
	return p, nil
}

func (r *reader) part(v any, path, source string) (p Part, err error) {
	object, ok := v.(map[string]any)
	if !ok {
		return p, r.fail(path, "%s is %s, not an object", path, kind(v))
	}
	f := &fields{reader: r, path: path, object: maps.Clone(object)}
	p.URL = f.text("url", partURL(source))
	p.Hash = f.text("hash", partHash(p.URL))
	if _, ok := object["size"]; ok {
		if p.Size = attribute[int64](f, "size"); p.Size < 0 {
			f.fail("size", "is negative")
		}
	}
	return p, f.end()
}

// narHash accepts the hash of a tree: SHA-256 in SRI form.
func narHash(s string) string {
	if h, err := nixhash.Parse(s); err != nil || h.Algo() != nixhash.SHA256 || h.SRI() != s {
		return fmt.Sprintf("is %q, which is not a SHA-256 in SRI form (sha256-…=)", s)
	}
	return ""
}

// partHash accepts the hash of an archive. Modules have the checksum
// database's h1: a SHA-256 over the archive's files instead of its bytes.
func partHash(url string) check {
	return func(s string) string {
		if strings.HasPrefix(url, "goproxy:") {
			sum, ok := strings.CutPrefix(s, "h1:")
			if digest, err := base64.StdEncoding.Strict().DecodeString(sum); !ok || err != nil || len(digest) != 32 {
				return fmt.Sprintf("is %q, which is not a checksum of the Go checksum database (h1:…=)", s)
			}
			return ""
		}
		if h, err := nixhash.Parse(s); err != nil || h.SRI() != s {
			return fmt.Sprintf("is %q, which is not a hash in SRI form (sha256-…=, sha512-…=)", s)
		}
		return ""
	}
}

// partURL accepts the addresses of parts. Only who set up a mirror may have
// archives come from a file or without TLS.
func partURL(source string) check {
	return func(s string) string {
		const what = "is %q, which is not https://…, npm:<package>@<version> or goproxy:<module>@<version>"
		scheme, _, _ := strings.Cut(s, ":")
		switch scheme {
		case "npm":
			if npmPart().MatchString(s) {
				return ""
			}
		case "goproxy":
			if goproxyPart().MatchString(s) {
				return ""
			}
		case "https", "http", "file":
			u, err := url.Parse(s)
			if err != nil || u.Fragment != "" || (scheme == "file") != (u.Host == "") || u.Path == "" {
				break
			}
			if scheme == "https" || source == SourceMirror {
				return ""
			}
			return fmt.Sprintf("is %q; %s is for mirrors only", s, scheme)
		}
		return fmt.Sprintf(what, s)
	}
}

// A check returns what is wrong with a text, as the end of a sentence, or "".
type check func(s string) string

func matching(re *regexp.Regexp) check {
	return func(s string) string {
		if !re.MatchString(s) {
			return fmt.Sprintf("is %q; letters, digits and some punctuation are allowed (%s)", s, re)
		}
		return ""
	}
}

func among(words ...string) check {
	return func(s string) string {
		if !slices.Contains(words, s) {
			return fmt.Sprintf("is %q, not %s", s, strings.Join(words, " or "))
		}
		return ""
	}
}

func printable(s string) string {
	switch {
	case s == "":
		return "is empty"
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Sprintf("is %q, which has characters that cannot be printed", s)
	}
	return ""
}

// fields takes the attributes of an object one after the other. It keeps the
// first thing that is wrong and returns it in the end.
type fields struct {
	*reader
	path   string
	object map[string]any
	err    error
}

func (f *fields) fail(key, format string, args ...any) {
	if f.err == nil {
		path := member(f.path, key)
		f.err = f.reader.fail(path, "%s %s", path, fmt.Sprintf(format, args...))
	}
}

func attribute[T any](f *fields, key string) T {
	v, err := need[T](f.reader, f.object, f.path, key)
	if f.err == nil {
		f.err = err
	}
	return v
}

func (f *fields) text(key string, ok check) string {
	s := attribute[string](f, key)
	if problem := ok(s); problem != "" {
		f.fail(key, "%s", problem)
	}
	return s
}

// end refuses attributes that have not been taken: a tool's node is written
// anew as a whole, and what is not understood here would be lost.
func (f *fields) end() error {
	for _, key := range sortedKeys(f.object) {
		f.fail(key, "is unknown to this version of devenv")
	}
	return f.err
}
