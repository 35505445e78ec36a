package flake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"time"

	"devenv/lockfile"
	"devenv/resolver/flakeref"
	"devenv/store/storepath"
)

// Metadata is what a flake is, as `nix flake metadata --json` says it.
type Metadata struct {
	Description  *string        `json:"description,omitempty"`
	Original     flakeref.Attrs `json:"original"`
	OriginalURL  string         `json:"originalUrl"`
	Resolved     flakeref.Attrs `json:"resolved"`
	ResolvedURL  string         `json:"resolvedUrl"`
	Locked       flakeref.Attrs `json:"locked"`
	URL          string         `json:"url"`
	Revision     string         `json:"revision,omitempty"`
	DirtyRev     string         `json:"dirtyRevision,omitempty"`
	RevCount     *int64         `json:"revCount,omitempty"`
	LastModified *int64         `json:"lastModified,omitempty"`
	Path         string         `json:"path"`
	Locks        map[string]any `json:"locks"`
	// Fingerprint names the flake with all its inputs; "" where nothing but its
	// files says what they are.
	Fingerprint string `json:"fingerprint,omitempty"`

	inputs string
	locked bool
}

// Metadata finds out what there is to say of a locked flake. It reads the whole
// tree, for its hash.
func (l *Locked) Metadata(ctx context.Context, dir storepath.Dir) (*Metadata, error) {
	locked, err := l.Locked(ctx)
	if err != nil {
		return nil, err
	}
	p, err := l.tree.Path(ctx)
	if err != nil {
		return nil, err
	}
	m := &Metadata{
		Description: l.Description,
		Original:    l.Original.Attrs(), OriginalURL: l.Original.String(),
		Resolved: l.Resolved.Attrs(), ResolvedURL: l.Resolved.String(),
		Locked: locked.Attrs(), URL: locked.String(),
		Revision: locked.Rev(), DirtyRev: locked.Text("dirtyRev"),
		RevCount: number(locked, "revCount"), LastModified: number(locked, "lastModified"),
		Path: dir.Join(p), Locks: locksOf(l.Lock), Fingerprint: l.fingerprint(locked),
		inputs: l.Inputs(), locked: locked.Locked(),
	}
	m.Locked["__final"] = true // as Nix has it
	return m, nil
}

func number(ref flakeref.Ref, name string) *int64 {
	if n, ok := ref.Number(name); ok {
		return &n
	}
	return nil
}

// locksOf is a lock as a JSON value.
func locksOf(l *lockfile.Lock) map[string]any {
	nodes := map[string]any{}
	for key, n := range l.Nodes {
		nodes[key] = nodeValue(n)
	}
	return map[string]any{"nodes": nodes, "root": l.Root, "version": lockfile.Version}
}

func nodeValue(n *lockfile.Node) map[string]any {
	v := map[string]any{}
	inputs := map[string]any{}
	for name, e := range n.Inputs {
		if e.Node != "" {
			inputs[name] = e.Node
		} else {
			inputs[name] = append([]string{}, e.Follows...)
		}
	}
	for name, part := range map[string]any{"inputs": inputs, "locked": maps.Clone(n.Locked), "original": maps.Clone(n.Original)} {
		if text := fmt.Sprint(part); text != "map[]" {
			v[name] = part
		}
	}
	if n.Flake != nil {
		v["flake"] = *n.Flake
	}
	if n.Parent != nil {
		v["parent"] = n.Parent
	}
	return v
}

// fingerprint is Nix's: the SHA-256 over what says which tree it is, and the
// lock.
func (l *Locked) fingerprint(locked flakeref.Ref) string {
	if !unlocked(l.root, false).IsZero() || l.Dirty {
		return ""
	}
	text := treeFingerprint(locked)
	if text == "" {
		return ""
	}
	text += fmt.Sprintf(";%s;%s", locked.Dir, strings.TrimSuffix(string(l.Lock.Bytes()), "\n"))
	if n := number(locked, "revCount"); n != nil {
		text += fmt.Sprintf(";revCount=%d", *n)
	}
	if n := number(locked, "lastModified"); n != nil {
		text += fmt.Sprintf(";lastModified=%d", *n)
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// treeFingerprint says which tree a locked reference means; "" if it does not.
func treeFingerprint(locked flakeref.Ref) string {
	switch locked.Type() {
	case "path":
		return "path:" + locked.Text("narHash")
	case "tarball", "file":
		return locked.Text("narHash")
	case "git":
		text := locked.Rev()
		if text == "" {
			return ""
		}
		for _, flag := range []struct{ name, mark string }{{"submodules", ";s"}, {"exportIgnore", ";e"}, {"lfs", ";l"}} {
			if locked.Flag(flag.name) {
				text += flag.mark
			}
		}
		return text
	}
	return locked.Rev()
}

// Text tells the same in lines; bold marks what labels are, and zone is where
// times are shown.
func (m *Metadata) Text(bold func(string) string, zone *time.Location) string {
	var b strings.Builder
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s%s%s\n", bold(label+":"), strings.Repeat(" ", max(1, 14-len(label))), value)
		}
	}
	line("Resolved URL", m.ResolvedURL)
	if m.locked {
		line("Locked URL", m.URL)
	}
	if m.Description != nil {
		line("Description", *m.Description)
	}
	line("Path", m.Path)
	line("Revision", m.Revision)
	line("Revision", m.DirtyRev)
	if m.RevCount != nil {
		line("Revisions", fmt.Sprint(*m.RevCount))
	}
	if m.LastModified != nil {
		line("Last modified", time.Unix(*m.LastModified, 0).In(zone).Format("2006-01-02 15:04:05"))
	}
	line("Fingerprint", m.Fingerprint)
	if m.inputs != "" {
		b.WriteString(bold("Inputs:") + "\n" + m.inputs)
	}
	return b.String()
}

// Inputs draws the inputs of a flake as a tree.
func (l *Locked) Inputs() string {
	var b strings.Builder
	visited := map[*node]bool{l.root: true}
	var visit func(n *node, prefix string)
	visit = func(n *node, prefix string) {
		names := sortedKeys(n.inputs)
		for i, name := range names {
			branch, below := branches(i == len(names)-1)
			e := n.inputs[name]
			if e.node == nil {
				fmt.Fprintf(&b, "%s%s%s follows input '%s'\n", prefix, branch, name, e.follows)
				continue
			}
			text := e.node.locked.String()
			if when, ok := e.node.locked.Number("lastModified"); ok {
				text += time.Unix(when, 0).UTC().Format(" (2006-01-02 15:04:05)")
			}
			fmt.Fprintf(&b, "%s%s%s: %s\n", prefix, branch, name, text)
			if !visited[e.node] {
				visited[e.node] = true
				visit(e.node, prefix+below)
			}
		}
	}
	visit(l.root, "")
	return b.String()
}

// branches are what stands before an entry of a tree, and before what is below it.
func branches(last bool) (here, below string) {
	if last {
		return "└───", "    "
	}
	return "├───", "│   "
}
