package tools

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// UnknownToolError: the catalogue has no tool of that name.
type UnknownToolError struct {
	Name  string
	Known []string
}

func (e *UnknownToolError) Error() string { return fmt.Sprintf("no tool is called %q", e.Name) }

// Hint lists the tools there are.
func (e *UnknownToolError) Hint() string { return "the tools are " + strings.Join(e.Known, ", ") }

// UnsupportedError: what the publishers build does not run on this machine.
type UnsupportedError struct {
	Tool   string
	Reason string // a sentence without its end
	Next   string // what to do instead
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s does not run here: %s", e.Tool, e.Reason)
}

// Hint is what to do instead.
func (e *UnsupportedError) Hint() string { return e.Next }

// NoPlatformError: a locked tool has no parts for a system.
type NoPlatformError struct {
	Tool, Version, System string
	Others                []string // systems it has parts for
}

func (e *NoPlatformError) Error() string {
	return fmt.Sprintf("%s %s is locked without an archive for %s", e.Tool, e.Version, e.System)
}

// Hint tells how to lock again.
func (e *NoPlatformError) Hint() string {
	return fmt.Sprintf("on this machine: devenv lock --update %s", e.Tool)
}

// ChecksumMissingError: the publisher names no checksum of a file, so that nobody could tell
// whether a download of it is what was published.
type ChecksumMissingError struct{ File, Where string }

func (e *ChecksumMissingError) Error() string {
	return fmt.Sprintf("%s names no checksum for %s", shown(e.Where), e.File)
}

// Hint says that there is no way around it.
func (e *ChecksumMissingError) Hint() string {
	return "a file that cannot be checked is not used; choose another version or source"
}

// IndexError: a list of versions that cannot be used.
type IndexError struct {
	URL string
	Err error
}

func (e *IndexError) Error() string { return shown(e.URL) + ": " + e.Err.Error() }
func (e *IndexError) Unwrap() error { return e.Err }

// Hint points at what usually answers in place of an index.
func (e *IndexError) Hint() string {
	return "see what answers there: a proxy's log-in page, or a mirror with another layout"
}

// shown is an address without the password that a configured one may hold.
func shown(address string) string {
	if u, err := url.Parse(address); err == nil && u.User != nil {
		return u.Redacted()
	}
	return address
}

// SourcesError: no source could be asked for a tool's versions.
type SourcesError struct {
	Tool string
	Errs []error // one for each source, in the order they were asked
}

func (e *SourcesError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "no source of %s can be used:", e.Tool)
	for _, err := range e.Errs {
		text.WriteString("\n  " + err.Error())
	}
	return text.String()
}

// Unwrap gives the sources' errors.
func (e *SourcesError) Unwrap() []error { return e.Errs }

// Hint names the first next step that a source has, else what would help any of them.
func (e *SourcesError) Hint() string {
	for _, err := range e.Errs {
		var h interface{ Hint() string }
		if errors.As(err, &h) {
			return h.Hint()
		}
	}
	return fmt.Sprintf("connect to the network, or set DEVENV_%s_MIRROR to a mirror of the publisher's site",
		strings.ToUpper(e.Tool))
}

// notConfigured: a source that this machine is not set up for. It is passed over; only when
// all sources fail the reason is told.
type notConfigured struct{ source, reason string }

func (e *notConfigured) Error() string { return e.source + ": " + e.reason }

// RegistryMissingError: a part is in a registry, and this machine is configured for none.
type RegistryMissingError struct{ Part, Setting string }

func (e *RegistryMissingError) Error() string {
	return e.Part + " comes from a registry, and none is configured here"
}

// Hint names the setting.
func (e *RegistryMissingError) Hint() string { return "set " + e.Setting }
