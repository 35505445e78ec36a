package constraint

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A table is what an oracle is asked: which of the versions satisfy each of
// the constraints, and in which order the versions are.
type table struct {
	Constraints []string
	Versions    []string
}

// answers are an oracle's: for each constraint null where it is refused, else
// a 1 or 0 for each version; and for each version the indices of those that it
// is older than.
type answers struct {
	Matches []*string
	Order   []string // per version, for each version: < = >
}

// missing skips a test whose oracle is not installed, but not in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", what)
	}
	t.Skipf("%s is not installed", what)
}

// ask runs the program that answers a table.
func ask(t *testing.T, q table, name string, args ...string) answers {
	t.Helper()
	input, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	var a answers
	if err := json.Unmarshal(output, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// compare holds a grammar against the answers.
func (q table) compare(t *testing.T, g Grammar, a answers) {
	t.Helper()
	refused, matched := 0, 0
	for i, text := range q.Constraints {
		c, err := Parse(g, text)
		if (err != nil) != (a.Matches[i] == nil) {
			t.Errorf("Parse(%q): %v; the oracle refuses it: %t", text, err, a.Matches[i] == nil)
			continue
		}
		if err != nil {
			refused++
			continue
		}
		for j, v := range q.Versions {
			want := (*a.Matches[i])[j] == '1'
			if got := c.Match(v); got != want {
				t.Errorf("%q matches %q: %t, want %t", text, v, got, want)
			}
			if want {
				matched++
			}
		}
	}
	for i, v := range q.Versions {
		for j, w := range q.Versions {
			if got := "<=>"[Compare(g, v, w)+1]; got != a.Order[i][j] {
				t.Errorf("%s %c %s, want %c", v, got, w, a.Order[i][j])
			}
		}
	}
	t.Logf("%d constraints (%d refused), %d versions, %d matches", len(q.Constraints), refused, len(q.Versions), matched)
	if refused == len(q.Constraints) || matched == 0 {
		t.Error("the table shows nothing")
	}
}

// A picker makes up texts.
type picker struct{ *rand.Rand }

func newPicker() picker { return picker{rand.New(rand.NewPCG(1, 2))} }

func (p picker) of(choices ...string) string { return choices[p.IntN(len(choices))] }

func (p picker) chance(percent int) bool { return p.IntN(100) < percent }

// many makes n different texts.
func (p picker) many(n int, text func() string) []string {
	seen := map[string]bool{}
	var list []string
	for len(list) < n {
		if s := text(); !seen[s] && strings.TrimSpace(s) != "" {
			seen[s] = true
			list = append(list, s)
		}
	}
	return list
}

// npmSemver is the directory of the semver package that npm brings along.
func npmSemver(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("npm", "root", "-g").Output()
	if err != nil {
		missing(t, "npm")
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "npm", "node_modules", "semver")
	if _, err := os.Stat(dir); err != nil {
		missing(t, "npm's semver package")
	}
	return dir
}

const semverOracle = `
const semver = require(process.argv[1])
const q = JSON.parse(require('fs').readFileSync(0))
const range = (text) => { try { return new semver.Range(text) } catch { return null } }
console.log(JSON.stringify({
  Matches: q.Constraints.map(range).map(r => r && q.Versions.map(v => r.test(v) ? '1' : '0').join('')),
  Order: q.Versions.map(v => q.Versions.map(w => '<=>'[semver.compare(v, w) + 1]).join('')),
}))`

func TestNpmRangesAsNodeSemver(t *testing.T) {
	p := newPicker()
	q := table{
		Constraints: append(p.many(2000, p.npmRange), npmRanges...),
		Versions:    p.many(150, p.semver),
	}
	q.compare(t, SemVer, ask(t, q, "node", "-e", semverOracle, npmSemver(t)))
}

// npmRanges are forms that are not made up, or too rarely.
var npmRanges = []string{
	"*", "x", "X", "1", "v1", "=1", "1.x", "1.x.x", "1.*", "1.2.*", ">=0", ">=0.0.0", "^0", "~0", "^0.0", "^0.0.3", "^0.x", "^*", "~*", ">*", "<*", ">=*", "<=*",
	"||", "1 ||", "|| 1", "1||2", "* || >=1.0.0-alpha", ">* || 2", ">=1.0.0-alpha *", "1.2.3 - 2", "1.2.3 - 2.3.4", "1.2 - 2.3.4", "1.2.3-alpha - 2.3.4-beta",
	"* - 2", "1 - *", "1.x.3 - 2", "*.1 - 2", ">=18 <21", "> 1.2 < 3", "~>1.2", "~> 1.2", "~ > 1.2", "~>=1.2", "^ 1.2", "^=1.2", "^v1.2.3", "^vv1.2.3", "vv1", "vv1.2.3",
	">==1.2", ">==1.2.3", "> =1.2.3", "==1.2", "==1.2.3", "=v1.2.3", "= 1.2.3", "v 1.2.3", "1.2.3.4", "1.2.", "1..2", ".1", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-0a", "01.2.3", "1.02",
	"1.2.3-a.b+c.d", "1.2.3+c", ">1.2.3+c", "1.2-alpha", "1.x-alpha", "1.2.x-alpha", "^1.2.x-alpha", "~1.x.x-alpha", ">=1.2.3<2", "1.2.3 -2", "1 - 2 3", "1 - 2 - 3", "- 2", "1 -", "1 -2", ">1 - 2",
	">", "^", "~", "=", "<=", "latests", "a.b.c", "1.2.c", "1,2", "1.2.3, 2", "9007199254740991", "9007199254740991.0.0", "9007199254740992.0.0", "^0.9007199254740991", "99999999999999999999",
	">=1.0.0-rc.1 <2", "<1.0.0-rc.1", "^1.0.0-rc.1", "~1.2.3-beta.2", "^0.0.1-beta", "^0.1.2-beta", "1.x.3", "*.2", "^1.x.3", "~1.x.3", ">1.x.3", "\t1.2\n", "1.2\t||\t3",
}

func (p picker) npmRange() string {
	sets := make([]string, 1+p.IntN(10)/6)
	for i := range sets {
		sets[i] = p.npmSet()
	}
	return strings.Join(sets, p.of("||", " || ", " ||"))
}

func (p picker) npmSet() string {
	if p.chance(15) {
		return p.npmPartial() + p.of(" - ", "  - ") + p.npmPartial()
	}
	parts := make([]string, 1+p.IntN(10)/5+p.IntN(10)/8)
	for i := range parts {
		parts[i] = p.of("", "", "", "=", "<", ">", "<=", ">=", "^", "~", "~>") + p.of("", "", "", " ") + p.npmPartial()
	}
	return strings.Join(parts, " ")
}

// npmPartial is a version, perhaps with fewer numbers or with wildcards at its end.
func (p picker) npmPartial() string {
	numbers := []string{}
	for range p.of("1", "12", "123", "123", "123") {
		numbers = append(numbers, p.of("0", "1", "2", "3", "10", "22"))
	}
	if p.chance(15) {
		for i := p.IntN(len(numbers)); i < len(numbers); i++ {
			numbers[i] = p.of("x", "X", "*")
		}
	}
	s := strings.Join(numbers, ".")
	if len(numbers) == 3 && p.chance(25) {
		s += p.semverPre()
	}
	if p.chance(8) {
		s = "v" + s
	}
	return s
}

func (p picker) semverPre() string {
	return p.of("-alpha", "-alpha.1", "-0", "-rc.10", "-rc.9", "-beta-x", "-1.2", "-alpha.beta", "+build.5", "-alpha+b")
}

func (p picker) semver() string {
	s := p.of("0", "0", "1", "2", "3", "10", "22") + "." + p.of("0", "1", "2", "3", "10") + "." + p.of("0", "1", "2", "3", "4")
	if p.chance(40) {
		s += p.semverPre()
	}
	return s
}

// packagingImports imports packaging by itself (Debian's python3-packaging), or
// pip's own copy of it.
const packagingImports = `
try:
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version
    import packaging.specifiers as specifiers
except ImportError:
    from pip._vendor.packaging.specifiers import SpecifierSet
    from pip._vendor.packaging.version import Version
    import pip._vendor.packaging.specifiers as specifiers
`

// python finds an interpreter with a packaging that knows PEP 440 only: until
// version 22 it took anything for a specifier.
func python(t *testing.T) string {
	t.Helper()
	home, _ := os.UserHomeDir()
	candidates, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/*/bin/python"))
	candidates = append(candidates, "python3", "/usr/bin/python3")
	for _, name := range candidates {
		const modern = packagingImports + "raise SystemExit(hasattr(specifiers, 'LegacySpecifier'))"
		if exec.Command(name, "-c", modern).Run() == nil {
			return name
		}
	}
	missing(t, "a Python with packaging 22 or newer (Debian: python3-packaging)")
	return ""
}

const packagingOracle = packagingImports + `
import json, sys
q = json.load(sys.stdin)
versions = [Version(v) for v in q["Versions"]]
def matches(text):
    try:
        s = SpecifierSet(text)
        s.prereleases
    except ValueError:
        return None
    return "".join("1" if s.contains(v) else "0" for v in versions)
json.dump({
    "Matches": [matches(c) for c in q["Constraints"]],
    "Order": ["".join("<" if v < w else ">" if v > w else "=" for w in versions) for v in versions],
}, sys.stdout)`

func TestSpecifiersAsPackaging(t *testing.T) {
	p := newPicker()
	q := table{
		Constraints: append(p.many(600, p.specifiers), pepSpecifiers...),
		Versions:    append(p.many(70, p.pep440), pepVersions...),
	}
	interpreter := python(t)
	if exec.Command(interpreter, "-c", packagingImports+`raise SystemExit(SpecifierSet("==0.*").contains("1!0"))`).Run() != nil {
		t.Log("this packaging forgets epochs in prefix matches, as all did before 24: versions with epochs are left out")
		q.Versions = slices.DeleteFunc(q.Versions, func(v string) bool { return strings.Contains(v, "!") })
	}
	q.compare(t, PEP440, ask(t, q, interpreter, "-c", packagingOracle))
}

var pepSpecifiers = []string{
	">=3.11,<3.13", "~=3.11", "~=3.11.2", "~=3", "~= 1!3.1", "==3.11.*", "!=3.11.*", "==3.*.*", ">=3.11.*", "~=3.11.*", "==3.11rc1.*", "==3.11+a", ">=3.11+a", "==3.11+a.1-b_c", "== 3.11 ", ">=3.11,", ",>=3.11", ">=3.11,,<4", ",",
	"===3.11", "===3.11.0", "=== 3.11RC1", "===3.11rc1", "===03.11", ">3.11", ">3.11.post1", "<3.11", "<3.11rc1", "<=3.11rc1", ">3.11rc1", "!=3.11rc1", "~=3.11rc1", "~=3.11.0.dev1",
	"=3.11", "=>3.11", "> = 3.11", ">=", ">=3.11 <3.13", "^3.11", "~3.11", ">=3.11.", ">=3..11", ">=.3", ">=3.11a.", ">=3.11-", ">=3.11a-1", ">=3.11-1", ">=3.11_a_1", ">=3.11.post", ">=3.11.dev", ">=v3.11", ">=vv3", ">=3!", ">=!3",
	">=3.11alpha", ">=3.11preview2", ">=3.11pre2", ">=3.11C1", ">=3.11rev2", ">=3.11r2", ">=3.11a1.post2.dev3", ">=3.11a1-2.dev3", ">=3.11dev1.post2", ">=3.11 rc1", "==3.11+", "==3.11+a.", "==3.11+a..b", ">=3.11;", ">=3.11)", "==1!3.11.*", "<99999999999999999999999",
}

var pepVersions = []string{
	"3.11", "3.11.0", "3.11.2", "3.11rc1", "3.11.0rc1", "3.12.0a1", "3.12.0", "3.11+a", "3.11+a.1", "3.11+a.10", "3.11+1", "3.11+a.1-b_c", "3.11.post1", "3.11.dev1", "3.11rc1.dev2", "3.11rc1.post2", "3.11.post1.dev2", "1!3.11", "1!3.1", "3.13.0", "3", "4", "3.011", "v3.11",
	"3.11a", "3.11alpha0", "3.11-1", "3.11c1", "3.11preview1", "3.10.99999999999999999999999",
}

func (p picker) specifiers() string {
	parts := make([]string, 1+p.IntN(10)/5+p.IntN(10)/8)
	for i := range parts {
		op := p.of("~=", "==", "==", "!=", "<=", ">=", "<", ">", "===")
		version := p.pep440()
		if op[1:] == "=" && op[0] != '<' && op[0] != '>' && p.chance(40) {
			version = p.pepRelease() + ".*"
		}
		parts[i] = op + p.of("", "", " ") + version
	}
	return strings.Join(parts, p.of(",", ", ", " , "))
}

func (p picker) pepRelease() string {
	s := p.of("0", "1", "2", "3", "3", "3")
	for range p.IntN(4) {
		s += "." + p.of("0", "1", "2", "9", "10", "11", "12")
	}
	if p.chance(5) {
		s = "1!" + s
	}
	return s
}

// pep440 leaves out c, pre and preview: in ~= packaging takes them for a part
// of the release where a dot is in front, which PEP 440 does not.
func (p picker) pep440() string {
	s := p.pepRelease()
	if p.chance(25) {
		s += p.of("a1", "b2", "rc1", ".rc1", "-alpha", "_beta_3", "rc", "RC1")
	}
	if p.chance(10) {
		s += p.of(".post1", "-1", "post2", ".post")
	}
	if p.chance(10) {
		s += p.of(".dev1", "dev", "-dev-2")
	}
	if p.chance(6) {
		s += p.of("+local", "+1.2", "+a.1")
	}
	return s
}
