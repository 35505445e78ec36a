package tools

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"devenv/resolver/constraint"
)

// matcher tells the names of a tool's archives from all others.
type matcher []*regexp.Regexp

func (t *Tool) matcher() matcher {
	var m matcher
	for _, names := range t.Publisher.Archives {
		for _, name := range names {
			m = append(m, fileMatcher(name))
		}
	}
	return m
}

// parts gives {version} and {release} of an archive's name.
func (m matcher) parts(name string) (version, tag string, ok bool) {
	for _, re := range m {
		g := re.FindStringSubmatch(name)
		if g == nil {
			continue
		}
		if i := re.SubexpIndex("release"); i > 0 {
			tag = g[i]
		}
		if i := re.SubexpIndex("version"); i > 0 {
			version = g[i]
		}
		return version, tag, true
	}
	return "", "", false
}

// parseNodeIndex reads nodejs.org/dist/index.json: an array, newest first, of
//
//	{"version":"v24.11.0","date":"2025-10-28","files":["linux-x64","osx-arm64-tar",…],
//	 "npm":"11.6.1","lts":"Krypton"}
//
// where lts is false for a version that is none. Which archives a version has follows from
// files; their checksums are elsewhere.
func parseNodeIndex(data []byte, _ matcher) ([]release, error) {
	var rows []struct {
		Version string   `json:"version"`
		Date    string   `json:"date"`
		Files   []string `json:"files"`
		Npm     string   `json:"npm"`
		LTS     any      `json:"lts"`
	}
	if err := decodeJSON(data, &rows); err != nil {
		return nil, err
	}
	var all []release
	for _, row := range rows {
		version, ok := strings.CutPrefix(row.Version, "v")
		if !ok {
			continue
		}
		r := release{Candidate: constraint.Candidate{Version: version}}
		r.Date, _ = time.Parse(time.DateOnly, row.Date)
		r.LTS, _ = row.LTS.(string)
		r.Prerelease = strings.Contains(version, "-")
		if row.Npm != "" {
			r.Bundled = map[string]string{"npm": row.Npm}
		}
		r.Archives = map[string]digest{}
		for _, f := range row.Files {
			for _, name := range nodeArchives(version, f) {
				r.Archives[name] = digest{}
			}
		}
		all = append(all, r)
	}
	return nonEmpty(all)
}

// nodeArchives turns a key of files into names: "osx-arm64-tar" is node-v…-darwin-arm64.tar.*.
func nodeArchives(version, key string) []string {
	system := key
	if mac, ok := strings.CutPrefix(key, "osx-"); ok {
		if system, ok = strings.CutSuffix(mac, "-tar"); !ok {
			return nil
		}
		system = "darwin-" + system
	}
	stem := "node-v" + version + "-" + system
	return []string{stem + ".tar.xz", stem + ".tar.gz"}
}

// parseGoIndex reads go.dev/dl/?mode=json&include=all: an array of
//
//	{"version":"go1.24.5","stable":true,"files":[{"filename":"go1.24.5.linux-amd64.tar.gz",
//	 "sha256":"…","size":78541432,"kind":"archive"},…]}
func parseGoIndex(data []byte, match matcher) ([]release, error) {
	var rows []struct {
		Version string `json:"version"`
		Stable  bool   `json:"stable"`
		Files   []struct {
			Filename string `json:"filename"`
			SHA256   string `json:"sha256"`
			Size     int64  `json:"size"`
		} `json:"files"`
	}
	if err := decodeJSON(data, &rows); err != nil {
		return nil, err
	}
	var all []release
	for _, row := range rows {
		version, ok := strings.CutPrefix(row.Version, "go")
		if !ok {
			continue
		}
		r := release{Archives: map[string]digest{}}
		r.Version = version
		r.Prerelease = strings.Contains(version, "rc") || strings.Contains(version, "beta")
		for _, f := range row.Files {
			if v, _, ok := match.parts(f.Filename); !ok || v != version {
				continue
			}
			h, err := hexSHA256(f.SHA256)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Filename, err)
			}
			r.Archives[f.Filename] = digest{Hash: h, Size: max(f.Size, 0)}
		}
		all = append(all, r)
	}
	return nonEmpty(all)
}

// parseAstralIndex reads a file of github.com/astral-sh/versions: one JSON object a line,
//
//	{"version":"3.12.6+20240909","date":"2024-09-09T…","artifacts":[{"platform":"…",
//	 "variant":"install_only_stripped","url":"…/20240909/cpython-3.12.6%2B2024…","sha256":"…"}]}
//
// A version that was built several times counts once, with its last build.
func parseAstralIndex(data []byte, match matcher) ([]release, error) {
	c := collector{}
	for line := range bytes.Lines(data) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var row struct {
			Date      string `json:"date"`
			Artifacts []struct {
				URL    string `json:"url"`
				SHA256 string `json:"sha256"`
			} `json:"artifacts"`
		}
		if err := decodeJSON(line, &row); err != nil {
			return nil, err
		}
		date, _ := time.Parse(time.RFC3339, row.Date)
		for _, a := range row.Artifacts {
			name, err := url.PathUnescape(path.Base(a.URL))
			if err != nil {
				continue
			}
			version, tag, ok := match.parts(name)
			if !ok {
				continue
			}
			h, err := hexSHA256(a.SHA256)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			c.add(version, tag, name, digest{Hash: h}, date)
		}
	}
	return nonEmpty(c.releases())
}

// parseReleaseSums reads the SHA256SUMS of one release: the names tell which versions are in it.
func parseReleaseSums(data []byte, match matcher) ([]release, error) {
	sums, err := parseSums(data)
	if err != nil {
		return nil, err
	}
	c := collector{}
	for name, h := range sums {
		if version, tag, ok := match.parts(name); ok {
			date, _ := time.Parse("20060102", tag)
			c.add(version, tag, name, digest{Hash: h}, date)
		}
	}
	return c.releases(), nil
}

// collector gathers archives into releases, the newest build of each version.
type collector map[string]*release

func (c collector) add(version, tag, name string, d digest, date time.Time) {
	r := c[version]
	if r == nil || tag > r.Tag {
		r = &release{Tag: tag, Archives: map[string]digest{}}
		r.Version, r.Date = version, date
		r.Prerelease = strings.ContainsAny(version, "abr")
		c[version] = r
	}
	if r.Tag == tag {
		r.Archives[name] = d
	}
}

// merge takes over the releases of another list under the same rule.
func (c collector) merge(all []release) {
	for _, r := range all {
		for name, d := range r.Archives {
			c.add(r.Version, r.Tag, name, d, r.Date)
		}
	}
}

func (c collector) releases() []release {
	all := make([]release, 0, len(c))
	for _, r := range c {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b release) int { return strings.Compare(a.Version, b.Version) })
	return all
}

func nonEmpty(all []release) ([]release, error) {
	if len(all) == 0 {
		return nil, errEmptyIndex
	}
	return all, nil
}

// withoutArchive is told by a source whose index has a version, but not for a system.
var errNoArchive = errors.New("no archive for this system")
