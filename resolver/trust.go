package resolver

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
	"slices"

	"devenv/lockfile"
	"devenv/resolver/manifest"
)

// Code is what a project would run or have run, and what a user allows or
// denies. Comments, tools, versions and descriptions are no part of it.
type Code struct {
	Env     []manifest.Variable
	Scripts []manifest.Script
	Hooks   manifest.Hooks
	Parts   []CodePart // downloads that the catalogue and the machine do not vouch for
}

// CodePart is one file that a lock would have downloaded and run.
type CodePart struct {
	Tool, System, URL, Hash string
}

// Code is the project's code. trusted tells which downloads need no consent:
// those that the catalogue or the machine's own configuration would choose.
func (p *Project) Code(trusted func(tool lockfile.Tool, system string, part lockfile.Part) bool) (*Code, error) {
	c := &Code{}
	if p.Manifest != nil {
		c.Env, c.Scripts, c.Hooks = p.Manifest.Env, p.Manifest.Scripts, p.Manifest.Hooks
	}
	tools, err := pinsOf(p.Lock)
	if err != nil {
		return nil, err
	}
	for _, tool := range tools {
		for system, platform := range tool.Platforms {
			for _, part := range platform.Parts {
				if !trusted(tool, system, part) {
					c.Parts = append(c.Parts, CodePart{tool.Name, system, part.URL, part.Hash})
				}
			}
		}
	}
	slices.SortFunc(c.Parts, func(a, b CodePart) int {
		return slices.Compare([]string{a.Tool, a.System, a.URL, a.Hash}, []string{b.Tool, b.System, b.URL, b.Hash})
	})
	return c, nil
}

// None reports whether there is nothing that needs consent.
func (c *Code) None() bool {
	return len(c.Env) == 0 && len(c.Scripts) == 0 && c.Hooks == manifest.Hooks{} && len(c.Parts) == 0
}

// Digest is the SHA-256 of all of it, in lower-case hex; "" if there is none.
// Together with the project's Identity it is what a consent is remembered for.
func (c *Code) Digest() string {
	if c.None() {
		return ""
	}
	h := fields{sha256.New()}
	h.add("devenv code 1")
	h.count(len(c.Env))
	for _, v := range c.Env {
		h.add(v.Name, v.Value)
		h.count(len(v.Elements))
		h.add(v.Elements...)
		h.flag(v.Unset)
	}
	h.count(len(c.Scripts))
	for _, s := range c.Scripts {
		h.add(s.Name, s.Run)
	}
	h.add(c.Hooks.Enter, c.Hooks.Leave)
	h.count(len(c.Parts))
	for _, p := range c.Parts {
		h.add(p.Tool, p.System, p.URL, p.Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fields hashes values with their lengths, so that none can be mistaken for two.
type fields struct{ hash.Hash }

func (h fields) count(n int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

func (h fields) add(values ...string) {
	for _, v := range values {
		h.count(len(v))
		io.WriteString(h, v)
	}
}

func (h fields) flag(set bool) {
	n := 0
	if set {
		n = 1
	}
	h.count(n)
}
