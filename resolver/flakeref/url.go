package flakeref

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A location is a URL taken apart and decoded.
type location struct {
	scheme    string
	authority *authority // nil: none; "//" alone is an empty one
	path      []string   // what stands between slashes; an absolute path begins with ""
	query     map[string]string
	fragment  string
}

// An authority says whose path it is.
type authority struct {
	user     *string
	password *string
	host     string
	literal  bool   // the host stands in brackets
	port     uint16 // 0: none
}

// syntaxError is a text that is no URL. Whoever gets one may try the text as
// something else.
type syntaxError struct {
	at      int // in the text; -1 for no place
	problem string
}

func (e *syntaxError) Error() string { return e.problem }

func noURL(at int, format string, args ...any) error {
	return &syntaxError{at, fmt.Sprintf(format, args...)}
}

// parseURL reads a URL. Where lenient, spaces and double quotes may stand
// unencoded in its query, and they and carets in its fragment.
func parseURL(s string, lenient bool) (location, error) {
	if lenient {
		s = encodeConcessions(s)
	}
	var u location
	colon := strings.IndexByte(s, ':')
	if colon < 0 || !isScheme(s[:colon]) {
		return u, noURL(-1, "it does not begin with a scheme and a colon")
	}
	u.scheme = s[:colon]
	rest, fragment, _ := strings.Cut(s[colon+1:], "#")
	rest, query, _ := strings.Cut(rest, "?")
	at := colon + 1
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		end := strings.IndexByte(after, '/')
		if end < 0 {
			end = len(after)
		}
		a, err := parseAuthority(after[:end], at+2)
		if err != nil {
			return u, err
		}
		u.authority, rest, at = &a, after[end:], at+2+end
	}
	return u, u.fill(rest, query, fragment, at, lenient)
}

// fill reads the parts after the authority. at is where the path begins.
func (u *location) fill(path, query, fragment string, at int, lenient bool) error {
	if i := stray(path, pathChars+"/"); i >= 0 {
		return noURL(at+i, "%q has to be written %s", path[i], encode(path[i:i+1], ""))
	}
	if i := stray(query, queryChars); i >= 0 {
		return noURL(at+len(path)+1+i, "%q has to be written %s", query[i], encode(query[i:i+1], ""))
	}
	if i := stray(fragment, fragmentChars); i >= 0 {
		return noURL(-1, "%q in the fragment has to be written %s", fragment[i], encode(fragment[i:i+1], ""))
	}
	if u.transport() == "file" {
		if u.authority != nil && u.authority.host != "" {
			return noURL(-1, "a file URL has no host, but this has %q", u.authority.host)
		}
		if path == "" {
			path = "/"
		}
	}
	for element := range strings.SplitSeq(path, "/") {
		element, _ = decode(element)
		u.path = append(u.path, element)
	}
	u.fragment, _ = decode(fragment)
	var err error
	u.query, err = parseQuery(query, lenient)
	return err
}

// encodeConcessions makes a text that only Nix takes for a URL one of RFC 3986.
func encodeConcessions(s string) string {
	var b strings.Builder
	if before, rest, ok := strings.Cut(s, "?"); ok {
		query, fragment, hasFragment := strings.Cut(rest, "#")
		b.WriteString(before + "?" + encodeOnly(query, ` "`))
		if s = ""; hasFragment {
			s = "#" + fragment
		}
	}
	if before, fragment, ok := strings.Cut(s, "#"); ok {
		b.WriteString(before + "#" + encodeOnly(fragment, ` "^`))
		return b.String()
	}
	return b.String() + s
}

// parseQuery reads name=value pairs; those without a value are dropped, and of
// two with one name the first counts.
func parseQuery(s string, lenient bool) (map[string]string, error) {
	if lenient {
		s = encodeOnly(s, ` "`)
	}
	query := map[string]string{}
	for pair := range strings.SplitSeq(s, "&") {
		name, value, ok := strings.Cut(pair, "=")
		name, ok1 := decode(name)
		value, ok2 := decode(value)
		if !ok1 || !ok2 {
			return nil, noURL(-1, "a %% in its query is not followed by two hexadecimal digits")
		}
		if _, taken := query[name]; ok && !taken {
			query[name] = value
		}
	}
	return query, nil
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || strings.IndexByte("0123456789+-.", s[i]) < 0) {
			return false
		}
	}
	return s != ""
}

func parseAuthority(s string, at int) (authority, error) {
	var a authority
	host := s
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		host = s[i+1:]
		user, password, has := strings.Cut(s[:i], ":")
		if j := stray(s[:i], unreserved+subDelims+":"); j >= 0 {
			return a, noURL(at+j, "%q does not belong before a host", s[j])
		}
		user, _ = decode(user)
		a.user = &user
		if has {
			password, _ = decode(password)
			a.password = &password
		}
		at += i + 1
	}
	port := ""
	if inner, ok := strings.CutPrefix(host, "["); ok {
		var after string
		if a.host, after, ok = strings.Cut(inner, "]"); !ok || after != "" && after[0] != ':' {
			return a, noURL(at, "the address in brackets does not end")
		}
		a.literal, port = true, strings.TrimPrefix(after, ":")
		a.host, _ = decode(a.host)
		if ip, err := netip.ParseAddr(a.host); err != nil || !ip.Is6() {
			return a, noURL(at, "%q is no IPv6 address", a.host)
		}
	} else {
		host, port, _ = strings.Cut(host, ":")
		if j := stray(host, unreserved+subDelims); j >= 0 {
			return a, noURL(at+j, "%q does not belong into the name of a host", host[j])
		}
		a.host, _ = decode(host)
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return a, noURL(-1, "%q is no port", port)
		}
		a.port = uint16(n)
	}
	return a, nil
}

// application and transport are the halves of a scheme such as "git+https".
func (u *location) application() string {
	application, _, ok := strings.Cut(u.scheme, "+")
	if !ok {
		return ""
	}
	return application
}

func (u *location) transport() string {
	_, transport, ok := strings.Cut(u.scheme, "+")
	if !ok {
		return u.scheme
	}
	return transport
}

// segments are the elements of the path that are not empty.
func (u *location) segments() []string {
	var full []string
	for _, s := range u.path {
		if s != "" {
			full = append(full, s)
		}
	}
	return full
}

func (a *authority) String() string {
	var b strings.Builder
	if a.user != nil {
		b.WriteString(encode(*a.user, ""))
		if a.password != nil {
			b.WriteString(":" + encode(*a.password, ""))
		}
		b.WriteByte('@')
	}
	if a.literal {
		b.WriteString("[" + encode(a.host, ":") + "]")
	} else {
		b.WriteString(encode(a.host, ""))
	}
	if a.port != 0 {
		b.WriteString(":" + strconv.Itoa(int(a.port)))
	}
	return b.String()
}

func (u *location) String() string {
	var b strings.Builder
	b.WriteString(u.scheme + ":")
	if u.authority != nil {
		b.WriteString("//" + u.authority.String())
	}
	for i, element := range u.path {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(encode(element, keptInPath))
	}
	separator := "?"
	for _, name := range sortedKeys(u.query) {
		b.WriteString(separator + encode(name, keptInQuery) + "=" + encode(u.query[name], keptInQuery))
		separator = "&"
	}
	if u.fragment != "" {
		b.WriteString("#" + encode(u.fragment, ""))
	}
	return b.String()
}
