package transfer

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

const maxRedirects = 10

// newHTTP makes the one http.Client: HTTP/2, the machine's proxies and
// certificates, its netrc, and a policy for redirects.
func newHTTP(opt Options) (*http.Client, error) {
	proxies, err := proxiesFrom(opt.Getenv)
	if err != nil {
		return nil, err
	}
	roots, err := rootsFrom(opt.Getenv)
	if err != nil {
		return nil, err
	}
	logins, err := netrcFrom(opt.Getenv)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	base := &http.Transport{
		Proxy:               proxies.forRequest,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: opt.Concurrency,
		IdleConnTimeout:     90 * time.Second,
		ReadBufferSize:      64 << 10,
	}
	return &http.Client{
		Transport:     &agent{base: base, name: opt.UserAgent, logins: logins},
		CheckRedirect: checkRedirect,
	}, nil
}

// agent adds to each exchange, redirected ones too, who asks and what the
// netrc has for the host.
type agent struct {
	base   http.RoundTripper
	name   string
	logins netrc
}

func (a *agent) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", a.name)
	if login, ok := a.logins[r.URL.Hostname()]; ok && r.URL.User == nil && r.Header.Get("Authorization") == "" {
		r.SetBasicAuth(login.user, login.password)
	}
	return a.base.RoundTrip(r)
}

// authorizer completes each exchange, redirected ones too, as its caller wants.
type authorizer struct {
	base      http.RoundTripper
	authorize func(*http.Request) error
}

func (a *authorizer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if err := a.authorize(r); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	return a.base.RoundTrip(r)
}

// redirectError is a redirect that is not followed.
type redirectError struct{ fact string }

func (e *redirectError) Error() string { return e.fact }

func checkRedirect(next *http.Request, via []*http.Request) error {
	for _, before := range via {
		if before.URL.String() == next.URL.String() {
			return &redirectError{"redirects lead in a circle, back to " + redactURL(next.URL)}
		}
	}
	if len(via) >= maxRedirects {
		return &redirectError{fmt.Sprintf("more than %d redirects", maxRedirects)}
	}
	if via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return &redirectError{"a redirect leads from https to " + redactURL(next.URL)}
	}
	return nil
}

// rootsFrom reads the certificate bundle that NIX_SSL_CERT_FILE or
// SSL_CERT_FILE names, the first that is set, as Nix does. nil means the
// system's own.
func rootsFrom(getenv func(string) string) (*x509.CertPool, error) {
	for _, name := range []string{"NIX_SSL_CERT_FILE", "SSL_CERT_FILE"} {
		file := getenv(name)
		if file == "" {
			continue
		}
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, &EnvError{Name: name, Err: err}
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, &EnvError{Name: name, Err: errors.New(file + " holds no PEM certificate")}
		}
		return pool, nil
	}
	return nil, nil
}

// EnvError is a variable of the environment that cannot be used.
type EnvError struct {
	Name string
	Err  error
}

func (e *EnvError) Error() string { return e.Name + ": " + e.Err.Error() }

func (e *EnvError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *EnvError) Hint() string { return "correct it, or: unset " + e.Name }
