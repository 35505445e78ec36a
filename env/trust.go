package env

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Subject is a project's code that asks to be run.
type Subject struct {
	// Dir is the project's absolute directory.
	Dir string
	// Identity names the project across its worktrees; empty: Dir does.
	// Whoever has allowed a content in one worktree has allowed it in all.
	Identity string
	// Digest is of everything that can run code. It must not be empty.
	Digest string
}

func (s Subject) identity() string {
	if s.Identity == "" {
		return s.Dir
	}
	return s.Identity
}

// A Verdict is what a person has said about a subject.
type Verdict string

// Unknown: nobody has said anything about this content. Forbidden: this
// directory is denied, whatever its content.
const (
	Unknown   Verdict = "unknown"
	Allowed   Verdict = "allowed"
	Forbidden Verdict = "denied"
)

// Trust is what people said, one file each:
//
//	allow/<sha256 of identity and digest>   this content of this project may run
//	deny/<sha256 of the directory>          nothing in this directory may run
//
// That the file exists is what counts; its content is for listing. No state
// that is lost or damaged takes trust away or gives it.
type Trust struct{ path string }

// Trust is the layout's.
func (l Layout) Trust() Trust { return Trust{filepath.Join(l.Data, "trust")} }

// A Grant is one thing that a person said.
type Grant struct {
	Verdict  Verdict // Allowed or Forbidden
	Dir      string  // where it was said
	Identity string  // empty for Forbidden
	Digest   string  // empty for Forbidden
	When     time.Time

	file string
}

// Check returns what was said. With an error it is never Allowed.
func (t Trust) Check(s Subject) (Verdict, error) {
	switch denied, err := fileExists(t.denyFile(s.Dir)); {
	case err != nil:
		return Unknown, err
	case denied:
		return Forbidden, nil
	case s.Digest == "":
		return Unknown, nil
	}
	if allowed, err := fileExists(t.allowFile(s)); err != nil || !allowed {
		return Unknown, err
	}
	return Allowed, nil
}

// Allow remembers that this content may run, and takes back a denial of Dir.
func (t Trust) Allow(s Subject, now time.Time) error {
	if s.Digest == "" {
		return errors.New("nothing to allow: there is no digest of " + s.Dir)
	}
	err := t.write(t.allowFile(s), Grant{Verdict: Allowed, Dir: s.Dir, Identity: s.identity(), Digest: s.Digest, When: now})
	if err != nil {
		return err
	}
	return removeFile(t.denyFile(s.Dir))
}

// Deny remembers that nothing in dir may run. What was allowed stays allowed in
// other worktrees, and here again once Allow takes the denial back.
func (t Trust) Deny(dir string, now time.Time) error {
	return t.write(t.denyFile(dir), Grant{Verdict: Forbidden, Dir: dir, When: now})
}

// Revoke forgets everything that was said about the directory or the identity
// and returns it. A content that was allowed has to be allowed again.
func (t Trust) Revoke(dir, identity string) ([]Grant, error) {
	return t.remove(func(g Grant) bool {
		return g.Dir == dir || g.Verdict == Allowed && (g.Identity == dir || identity != "" && g.Identity == identity)
	})
}

// Prune forgets the grants for which gone is true and returns them.
func (t Trust) Prune(gone func(Grant) bool) ([]Grant, error) { return t.remove(gone) }

// List returns all grants, by directory and then by time. One whose content
// cannot be read still counts; it is listed without a directory.
func (t Trust) List() ([]Grant, error) {
	var all []Grant
	for _, verdict := range []Verdict{Allowed, Forbidden} {
		dir := filepath.Join(t.path, verdict.folder())
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, diskError("read", dir, err)
		}
		for _, entry := range entries {
			if !isTemp(entry.Name()) {
				all = append(all, readGrant(verdict, filepath.Join(dir, entry.Name())))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Grant) int {
		if c := strings.Compare(a.Dir, b.Dir); c != 0 {
			return c
		}
		return a.When.Compare(b.When)
	})
	return all, nil
}

func (t Trust) remove(which func(Grant) bool) ([]Grant, error) {
	all, err := t.List()
	if err != nil {
		return nil, err
	}
	var removed []Grant
	for _, g := range all {
		if !which(g) {
			continue
		}
		if err := removeFile(g.file); err != nil {
			return removed, err
		}
		removed = append(removed, g)
	}
	return removed, nil
}

func (v Verdict) folder() string {
	if v == Allowed {
		return "allow"
	}
	return "deny"
}

func (t Trust) allowFile(s Subject) string {
	return filepath.Join(t.path, Allowed.folder(), trustName(s.identity(), s.Digest))
}

func (t Trust) denyFile(dir string) string {
	return filepath.Join(t.path, Forbidden.folder(), trustName(dir))
}

// trustName hashes each part by itself, so that none can reach into the next.
func trustName(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// grantFile is the form of a grant on disk.
type grantFile struct {
	Dir      string    `json:"dir"`
	Identity string    `json:"identity,omitempty"`
	Digest   string    `json:"digest,omitempty"`
	When     time.Time `json:"when"`
}

func (t Trust) write(path string, g Grant) error {
	data, err := json.Marshal(grantFile{toText(g.Dir), toText(g.Identity), g.Digest, g.When.UTC()})
	if err != nil {
		return err
	}
	if err := makeDir(filepath.Dir(path)); err != nil {
		return err
	}
	if err := replaceFile(path, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func readGrant(verdict Verdict, path string) Grant {
	g := Grant{Verdict: verdict, file: path}
	data, err := os.ReadFile(path)
	if err != nil {
		return g
	}
	var f grantFile
	if json.Unmarshal(data, &f) != nil {
		return g
	}
	g.Dir, g.Identity, g.Digest, g.When = fromText(f.Dir), fromText(f.Identity), f.Digest, f.When
	return g
}

func fileExists(path string) (bool, error) {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, diskError("read", path, err)
	}
}
