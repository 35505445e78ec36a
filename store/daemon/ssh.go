package daemon

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// sshParams are the parameters of ssh-ng URLs.
var sshParams = []string{"ssh-key", "base64-ssh-public-host-key", "compress", "remote-program", "remote-store"}

// sshPlace is a daemon that ssh starts.
type sshPlace struct {
	user, host string
	port       int    // 0 is ssh's own
	key        string // a file with a private key
	hostKey    string // what known_hosts has for the host: type and key
	compress   bool
	program    []string // words for the shell there
	store      string   // URL of the store there
	options    []string // of ssh
}

// parseSSH reads what follows "ssh-ng://" up to the parameters.
func parseSSH(authority string, params url.Values, options string) (*sshPlace, error) {
	s := &sshPlace{
		key:      params.Get("ssh-key"),
		compress: isTrue(params.Get("compress")),
		program:  strings.Fields(or(params.Get("remote-program"), "nix-daemon")),
		store:    params.Get("remote-store"),
	}
	var err error
	if s.options, err = splitShell(options); err != nil {
		return nil, fmt.Errorf("NIX_SSHOPTS: %w", err)
	}
	if text := params.Get("base64-ssh-public-host-key"); text != "" {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || strings.ContainsAny(strings.TrimRight(string(key), "\n"), "\n\x00") {
			return nil, errors.New("its base64-ssh-public-host-key is not the base64 of one line")
		}
		s.hostKey = strings.TrimRight(string(key), "\n")
	}
	return s, s.authority(strings.TrimSuffix(authority, "/"))
}

// authority reads "[user@]host[:port]"; an IPv6 address stands in brackets.
func (s *sshPlace) authority(text string) (err error) {
	rest := text
	if user, host, ok := cutLast(text, "@"); ok {
		if s.user, err = url.PathUnescape(user); err != nil {
			return err
		}
		if s.user == "" || strings.HasPrefix(s.user, "-") {
			return fmt.Errorf("%q is no user name", s.user)
		}
		rest = host
	}
	s.host = rest
	if inside, ok := strings.CutPrefix(rest, "["); ok {
		if s.host, rest, ok = strings.Cut(inside, "]"); !ok {
			return errors.New("a bracket is not closed")
		}
		rest = "host" + rest
	} else if strings.Count(rest, ":") > 1 {
		rest = "host" // an IPv6 address without brackets has no port
	} else {
		s.host, _, _ = strings.Cut(rest, ":")
	}
	if _, port, ok := strings.Cut(rest, ":"); ok {
		if s.port, err = strconv.Atoi(port); err != nil || s.port < 1 || s.port > 65535 {
			return fmt.Errorf("%q is no port", port)
		}
	}
	if s.host == "" || strings.HasPrefix(s.host, "-") || strings.ContainsAny(s.host, "/ \t\n\x00") {
		return fmt.Errorf("%q is no host name", s.host)
	}
	return nil
}

// dial returns how to start ssh.
func (s *sshPlace) dial(say func(string)) Dial {
	return func(ctx context.Context) (Stream, error) {
		known, cleanup, err := s.knownHosts()
		if err != nil {
			return nil, err
		}
		return Command(s.argv(known), say, cleanup)(ctx)
	}
}

// argv returns the command that speaks with the daemon. Like Nix it takes the
// host "localhost" for this very user on this machine, without ssh.
func (s *sshPlace) argv(knownHosts string) []string {
	remote := append(append([]string(nil), s.program...), "--stdio")
	if s.user == "" && s.host == "localhost" && s.port == 0 {
		if s.store != "" {
			remote = append(remote, "--store", s.store)
		}
		return remote
	}
	if s.store != "" {
		remote = append(remote, "--store", quoteShell(s.store))
	}
	host := s.host
	if s.user != "" {
		host = s.user + "@" + host
	}
	argv := append([]string{"ssh", host, "-x", "-T"}, s.options...)
	if s.key != "" {
		argv = append(argv, "-i", s.key)
	}
	if knownHosts != "" {
		argv = append(argv, "-oUserKnownHostsFile="+knownHosts)
	}
	if s.compress {
		argv = append(argv, "-C")
	}
	if s.port != 0 {
		argv = append(argv, "-p", strconv.Itoa(s.port))
	}
	return append(append(argv, "--"), remote...)
}

// knownHosts writes the host's key to a file that cleanup removes, if it is
// given.
func (s *sshPlace) knownHosts() (file string, cleanup func(), err error) {
	if s.hostKey == "" {
		return "", nil, nil
	}
	dir, err := os.MkdirTemp("", "devenv-ssh-")
	if err != nil {
		return "", nil, err
	}
	cleanup = func() { os.RemoveAll(dir) }
	host := s.host
	if s.port != 0 && s.port != 22 {
		host = fmt.Sprintf("[%s]:%d", host, s.port)
	}
	file = filepath.Join(dir, "known_hosts")
	if err := os.WriteFile(file, []byte(host+" "+s.hostKey+"\n"), 0o600); err != nil {
		cleanup()
		return "", nil, err
	}
	return file, cleanup, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func isTrue(text string) bool { return text == "true" || text == "1" || text == "yes" }
