package daemon

import (
	"fmt"
	"slices"
	"strings"
)

// Server is what a daemon says of itself.
type Server struct {
	Version  string // of Nix, for example "2.28.3"
	Protocol string // the version that is spoken, for example "1.38"
	Trust    Trust
}

// String returns the versions as a phrase.
func (s Server) String() string {
	return fmt.Sprintf("Nix %s, protocol %s", s.Version, s.Protocol)
}

// Trust is whether a daemon does what it does for its trusted users only.
type Trust uint8

const (
	TrustUnknown Trust = iota // daemons before 1.35, Nix 2.15, do not tell
	Trusted
	NotTrusted
)

// String returns "unknown", "yes" or "no".
func (t Trust) String() string { return [...]string{"unknown", "yes", "no"}[t] }

// handshake agrees on a protocol and reads what the daemon is.
func (c *connection) handshake() error {
	c.w.U64(clientMagic)
	c.w.U64(major<<8 | newest)
	if err := c.w.Flush(); err != nil {
		return err
	}
	c.r.Allow(maxMessage)
	if magic := c.r.U64(); c.r.Err() == nil && magic != daemonMagic {
		return &notDaemonError{said: c.said(magic)}
	}
	version := c.r.Int(0xffff)
	if err := c.r.Err(); err != nil {
		return err
	}
	minor := int(version & 0xff)
	if version>>8 != major || minor < oldest {
		return &versionError{int(version >> 8), minor}
	}
	c.proto.minor = min(minor, newest)
	if c.proto.minor >= 38 {
		if err := c.features(); err != nil {
			return err
		}
	}
	return c.introduce()
}

// features tells the daemon which features are known here, and learns which it
// knows.
func (c *connection) features() error {
	c.w.Strings([]string{featureRealisationPath})
	if err := c.w.Flush(); err != nil {
		return err
	}
	c.proto.realisationPath = slices.Contains(c.r.Strings(), featureRealisationPath)
	return c.r.Err()
}

// introduce ends the handshake.
func (c *connection) introduce() error {
	c.w.U64(0) // no CPU affinity, an obsolete wish
	c.w.U64(0) // no space to reserve, another
	if err := c.w.Flush(); err != nil {
		return err
	}
	c.server = Server{Version: plain(c.r.Text()), Protocol: c.proto.String()}
	if c.proto.minor >= 35 {
		c.server.Trust = Trust(c.r.Int(int64(NotTrusted)))
	}
	if err := c.listen(); err != nil {
		return err
	}
	c.inStep = true
	return nil
}

// said returns the text that came in place of a daemon's magic number.
func (c *connection) said(magic uint64) string {
	text := make([]byte, 8, 256)
	for i := range text {
		text[i] = byte(magic >> (8 * i))
	}
	rest := c.r.Buffered()
	text = append(text, rest[:min(len(rest), cap(text)-len(text))]...)
	return plain(strings.ToValidUTF8(string(text), "?"))
}

// notDaemonError says that something else than a daemon answered.
type notDaemonError struct{ said string }

func (e *notDaemonError) Error() string {
	return fmt.Sprintf("what answers is not a Nix daemon: it says %q", e.said)
}

// versionError says that a daemon speaks a protocol that is not known here.
type versionError struct{ major, minor int }

func (e *versionError) Error() string {
	return fmt.Sprintf("its protocol is %d.%d, and %d.%d (Nix 2.8) is the oldest that is spoken here", e.major, e.minor, major, oldest)
}
