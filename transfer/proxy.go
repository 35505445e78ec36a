package transfer

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// proxies is what HTTP_PROXY, HTTPS_PROXY and NO_PROXY (or their lower-case
// names, where those are not set) say, read as net/http's ProxyFromEnvironment
// reads them. That one looks at the process's environment, once and for ever.
type proxies struct {
	http, https *url.URL
	direct      []bypass
	always      bool // NO_PROXY=*
}

// bypass is one element of NO_PROXY; the first field that is set decides.
type bypass struct {
	net    netip.Prefix
	domain string // ".example.org"; matches hosts below it
	exact  bool   // matches the domain itself too
	port   string // "" is any
}

func proxiesFrom(getenv func(string) string) (*proxies, error) {
	p := &proxies{}
	var err error
	if p.https, err = proxyURL(getenv, "HTTPS_PROXY", "https_proxy"); err != nil {
		return nil, err
	}
	if p.http, err = proxyURL(getenv, "HTTP_PROXY", "http_proxy"); err != nil {
		return nil, err
	}
	list, _ := firstSet(getenv, "NO_PROXY", "no_proxy")
	for item := range strings.SplitSeq(list, ",") {
		p.add(strings.ToLower(strings.TrimSpace(item)))
	}
	return p, nil
}

func firstSet(getenv func(string) string, names ...string) (value, name string) {
	for _, name := range names {
		if v := getenv(name); v != "" {
			return v, name
		}
	}
	return "", ""
}

func proxyURL(getenv func(string) string, names ...string) (*url.URL, error) {
	raw, name := firstSet(getenv, names...)
	if raw == "" {
		return nil, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		u, err = url.Parse("http://" + raw)
	}
	if err != nil || u.Hostname() == "" {
		return nil, &EnvError{Name: name, Err: errors.New("is not a proxy's address (http://host:port)")}
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, &EnvError{Name: name, Err: errors.New("has the scheme " + u.Scheme + "; http, https and socks5 are understood")}
}

func (p *proxies) add(item string) {
	if item == "" {
		return
	}
	if item == "*" {
		p.always = true
		return
	}
	if net, err := netip.ParsePrefix(item); err == nil {
		p.direct = append(p.direct, bypass{net: net.Masked()})
		return
	}
	host, port, err := net.SplitHostPort(item)
	if err != nil {
		host, port = item, ""
	}
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		p.direct = append(p.direct, bypass{net: netip.PrefixFrom(addr, addr.BitLen()), port: port})
		return
	}
	if strings.HasPrefix(host, "*.") {
		host = host[1:]
	}
	b := bypass{domain: host, port: port}
	if !strings.HasPrefix(host, ".") {
		b.domain, b.exact = "."+host, true
	}
	if b.domain != "." {
		p.direct = append(p.direct, b)
	}
}

func (p *proxies) forRequest(r *http.Request) (*url.URL, error) {
	via := p.http
	if r.URL.Scheme == "https" {
		via = p.https
	}
	if via == nil || p.bypassed(r.URL) {
		return nil, nil
	}
	return via, nil
}

func (p *proxies) bypassed(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || p.always {
		return true
	}
	addr, err := netip.ParseAddr(host)
	isAddr := err == nil
	if isAddr && addr.IsLoopback() {
		return true
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	for _, b := range p.direct {
		switch {
		case b.port != "" && b.port != port:
		case b.net.IsValid():
			if isAddr && b.net.Contains(addr.Unmap()) {
				return true
			}
		case strings.HasSuffix(host, b.domain), b.exact && host == b.domain[1:]:
			return true
		}
	}
	return false
}
