package host

import (
	"path"
	"strings"
)

// Mode is how much of the machine an evaluation may see.
type Mode uint8

// The modes.
const (
	Impure     Mode = iota // all of it
	Restricted             // allowed paths and URIs, as nix.conf's restrict-eval has it
	Pure                   // inputs only
)

// Denied is the error for a path or a URI that a mode refuses.
type Denied struct {
	What string // the path or URI
	URI  bool
	Mode Mode
}

func (e *Denied) Error() string {
	switch {
	case e.URI:
		return "access to URI '" + e.What + "' is forbidden in restricted mode"
	case e.Mode == Pure:
		return "access to absolute path '" + e.What + "' is forbidden in pure evaluation mode (use '--impure' to override)"
	}
	return "access to absolute path '" + e.What + "' is forbidden in restricted mode"
}

// Hint says how to reach it after all.
func (e *Denied) Hint() string {
	switch {
	case e.URI:
		return "add it to allowed-uris in nix.conf"
	case e.Mode == Pure:
		return "make it an input, write a path relative to the file that needs it, or evaluate with --impure"
	}
	return "add it to the search path (-I), or switch restrict-eval off in nix.conf"
}

// Allow lets a path and all below it be read in every mode.
func (h *Host) Allow(p string) { h.allowed = append(h.allowed, path.Clean(p)) }

// check refuses what may not be read. What leads to an allowed path may be
// looked at.
func (h *Host) check(p string) error {
	if h.opts.Mode == Impure {
		return nil
	}
	if h.virtual(p) {
		return nil
	}
	for _, a := range h.allowed {
		if within(p, a) || within(a, p) {
			return nil
		}
	}
	return &Denied{What: p, Mode: h.opts.Mode}
}

// CheckURI refuses a URI that restricted mode does not allow.
func (h *Host) CheckURI(uri string) error {
	if h.opts.Mode != Restricted {
		return nil
	}
	for _, prefix := range h.opts.AllowedURIs {
		rest, ok := strings.CutPrefix(uri, prefix)
		if ok && (rest == "" || strings.HasSuffix(prefix, "/") || rest[0] == '/' || isScheme(prefix)) {
			return nil
		}
	}
	file := strings.TrimPrefix(uri, "file://")
	if path.IsAbs(file) {
		return h.check(path.Clean(file))
	}
	return &Denied{What: uri, URI: true, Mode: h.opts.Mode}
}

// isScheme tells whether a prefix is a scheme alone, such as "github:".
func isScheme(prefix string) bool {
	name, found := strings.CutSuffix(prefix, ":")
	return found && name != "" && !strings.ContainsAny(name, ":/")
}
