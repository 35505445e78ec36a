package machines

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Machine is another machine that builds.
type Machine struct {
	URL       string   // of its store, as it is written
	Systems   []string // that it builds for
	SSHKey    string   // a file with a private key, or empty
	MaxJobs   int      // builds at once
	Speed     float64  // against others
	Supported []string // features that derivations may demand
	Mandatory []string // features without which it builds nothing
	HostKey   string   // base64 of its public key, or empty
}

// Can reports whether m builds derivations for system that demand features.
func (m Machine) Can(system string, features []string) bool {
	if system != "builtin" && !slices.Contains(m.Systems, system) {
		return false
	}
	for _, f := range features {
		if !slices.Contains(m.Supported, f) && !slices.Contains(m.Mandatory, f) {
			return false
		}
	}
	for _, f := range m.Mandatory {
		if !slices.Contains(features, f) {
			return false
		}
	}
	return true
}

// StoreURL returns the URL by which package daemon reaches m.
func (m Machine) StoreURL() string {
	at := m.URL
	if rest, ok := strings.CutPrefix(at, "ssh://"); ok {
		at = "ssh-ng://" + rest
	} else if !strings.Contains(at, "/") && at != "daemon" && !strings.HasPrefix(at, "daemon?") {
		at = "ssh-ng://" + at
	}
	if !strings.HasPrefix(at, "ssh-ng://") {
		return at
	}
	at, query, _ := strings.Cut(at, "?")
	params, err := url.ParseQuery(query)
	if err != nil {
		return m.URL // whoever opens it says what is wrong with it
	}
	if m.SSHKey != "" {
		params.Set("ssh-key", m.SSHKey)
	}
	if m.HostKey != "" {
		params.Set("base64-ssh-public-host-key", m.HostKey)
	}
	if len(params) > 0 {
		at += "?" + params.Encode()
	}
	return at
}

// String describes m as messages of Nix do.
func (m Machine) String() string {
	return fmt.Sprintf("%s (%s; %d jobs; features %s; mandatory %s)", m.URL, list(m.Systems), m.MaxJobs, list(m.Supported), list(m.Mandatory))
}

func list(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
