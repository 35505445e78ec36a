package transfer

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestProxiesAsNetHTTP(t *testing.T) {
	urls := []string{
		"http://example.org/", "https://example.org/", "https://sub.example.org:8443/", "http://notexample.org",
		"http://10.1.2.3/", "https://10.1.2.3:99/", "http://192.168.1.1", "http://[fd00::1]/", "http://[::1]:80/", "http://127.0.0.9/",
		"http://localhost/", "http://localhost:1/", "https://Example.ORG/",
	}
	noProxy := []string{
		"", "*", "example.org", ".example.org", "*.example.org", "example.org:443", "example.org:8443", "10.0.0.0/8", "10.1.2.3",
		"10.1.2.3:99", "fd00::/8", "[fd00::1]:80", " example.org , 192.168.1.1", "org", "EXAMPLE.org", ",,", "example.org:", "x*",
	}
	for _, no := range noProxy {
		for _, env := range [][]string{
			{"HTTP_PROXY=http://p1:1", "HTTPS_PROXY=http://user:secret@p2:2", "NO_PROXY=" + no},
			{"http_proxy=p3:3", "HTTP_PROXY=http://p1:1", "https_proxy=socks5://p4", "no_proxy=" + no},
			{"HTTPS_PROXY=https://p5", "NO_PROXY=" + no},
		} {
			out, err := child(t, "proxy", append(env, "URLS="+strings.Join(urls, " "))...).Output()
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(out)) {
				f := strings.Fields(line)
				if f[1] != f[2] {
					t.Errorf("%v: %s: net/http takes %s, we %s", env, f[0], f[1], f[2])
				}
			}
		}
	}
}

func TestProxyIsUsed(t *testing.T) {
	o := newOrigin(t, 10) // answers for every host
	client, _ := newClient(t, func(opt *Options) { opt.Getenv = environ("http_proxy", o.URL) })
	if b, _, err := client.Get(t.Context(), Request{URL: "http://far.invalid/x"}, 10); err != nil || len(b) != 10 {
		t.Errorf("got %v", err)
	}
}

func TestNetrc(t *testing.T) {
	got := parseNetrc(`
# machine commented login no password no
machine one.org login u1 password p1
machine two.org
	login u2
	password #p2
macdef init
machine three.org login no password no

machine one.org login second password second
default login d password d
machine four.org login u4 account x password p4`)
	want := netrc{"one.org": {"u1", "p1"}, "two.org": {"u2", "#p2"}, "four.org": {"u4", "p4"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("machine a login b password c\nmacdef x\n\ndefault")
	f.Fuzz(func(t *testing.T, text string) { parseNetrc(text) })
}

func TestLoginsGoToTheirHostOnly(t *testing.T) {
	o := newOrigin(t, 10)
	port := o.URL[strings.LastIndex(o.URL, ":")+1:]
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://localhost:"+port+"/x", http.StatusFound)
			return true
		}
		return false
	}
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	home := t.TempDir()
	writeFile(t, filepath.Join(home, ".netrc"), "machine 127.0.0.1 login me password secret\ndefault login x password y")
	client, _ := newClient(t, func(o *Options) { o.Getenv = environ("HOME", home) })
	for _, test := range []struct {
		url  string
		want []string
	}{
		{o.URL + "/x", []string{basic("me:secret")}},
		{"http://localhost:" + port + "/x", []string{""}},
		{o.URL + "/away", []string{basic("me:secret"), ""}},
		{"http://a:b@127.0.0.1:" + port + "/x", []string{basic("a:b")}},
		{"http://a:b@127.0.0.1:" + port + "/away", []string{basic("a:b"), ""}},
	} {
		o.asked = nil
		if _, _, err := client.Get(t.Context(), Request{URL: test.url}, 10); err != nil {
			t.Fatal(err)
		}
		for i, want := range test.want {
			if got := o.asked[i].Get("Authorization"); got != want {
				t.Errorf("%s, request %d: got %q, want %q", redact(test.url), i, got, want)
			}
		}
	}
}

func TestRedirects(t *testing.T) {
	o := newOrigin(t, 10)
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/circle":
			http.Redirect(w, r, "/circle?", http.StatusFound)
		case "/endless":
			http.Redirect(w, r, fmt.Sprint("/endless?token=", n), http.StatusFound)
		default:
			return false
		}
		return true
	}
	secure := httptest.NewTLSServer(http.RedirectHandler(o.URL+"/x", http.StatusFound))
	defer secure.Close()
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	bundle := writeFile(t, filepath.Join(t.TempDir(), "ca"), cert)
	client, naps := newClient(t, func(o *Options) { o.Getenv = environ("NIX_SSL_CERT_FILE", bundle, "SSL_CERT_FILE", "/nowhere") })
	for url, want := range map[string]string{
		o.URL + "/circle":  "in a circle",
		o.URL + "/endless": "more than 10 redirects",
		secure.URL:         "from https to http://",
	} {
		_, _, err := client.Get(t.Context(), Request{URL: url}, 10)
		var answer *AnswerError
		if !errors.As(err, &answer) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "token") {
			t.Errorf("%s: got %v", url, err)
		}
	}
	if len(naps.all) > 0 {
		t.Error("it was tried again")
	}
}

func TestCertificates(t *testing.T) {
	var proto string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proto = r.Proto
		io.WriteString(w, "secure")
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	dir := t.TempDir()
	bundle := writeFile(t, filepath.Join(dir, "ca"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	empty := writeFile(t, filepath.Join(dir, "empty"), "nothing")
	get := func(env ...string) error {
		client, naps := newClient(t, func(o *Options) { o.Getenv = environ(env...) })
		_, _, err := client.Get(t.Context(), Request{URL: server.URL}, 10)
		if len(naps.all) > 0 {
			t.Error("it was tried again")
		}
		return err
	}
	if err := get("SSL_CERT_FILE", bundle); err != nil || proto != "HTTP/2.0" {
		t.Errorf("%s, %v", proto, err)
	}
	var connect *ConnectError
	if err := get(); !errors.As(err, &connect) || connect.Reason != Untrusted || !strings.Contains(connect.Hint(), "SSL_CERT_FILE") {
		t.Errorf("unknown authority: %v", err)
	}
	var env *EnvError
	for _, file := range []string{empty, filepath.Join(dir, "none")} {
		if err := get("NIX_SSL_CERT_FILE", file, "SSL_CERT_FILE", bundle); !errors.As(err, &env) || env.Name != "NIX_SSL_CERT_FILE" {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestReasons(t *testing.T) {
	u, _ := url.Parse("https://me:secret@host.example/x?token=secret")
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for _, test := range []struct {
		err  error
		want Reason
	}{
		{&net.DNSError{Err: "no such host", Name: "host.example", IsNotFound: true}, Offline},
		{dial(syscall.ENETUNREACH), Offline},
		{dial(syscall.EHOSTUNREACH), Offline},
		{dial(context.DeadlineExceeded), Offline},
		{dial(syscall.ECONNREFUSED), Refused},
		{&net.OpError{Op: "proxyconnect", Err: dial(syscall.ECONNREFUSED)}, Refused},
		{x509.UnknownAuthorityError{}, Untrusted},
		{syscall.ECONNRESET, Cut},
		{io.ErrUnexpectedEOF, Cut},
	} {
		err := explain(context.Background(), u, &url.Error{Op: "Get", URL: u.String(), Err: test.err})
		var connect *ConnectError
		if !errors.As(err, &connect) || connect.Reason != test.want || connect.Hint() == "" {
			t.Errorf("%v: got %v", test.err, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%v tells the secret", err)
		}
	}
}

func TestOfflineIsNoticedAtOnce(t *testing.T) {
	o := newOrigin(t, 1)
	o.Close()
	client, naps := newClient(t)
	_, _, err := client.Get(t.Context(), Request{URL: o.URL}, 1)
	var connect *ConnectError
	if !errors.As(err, &connect) || connect.Reason != Refused || len(naps.all) != 1 {
		t.Errorf("%d more attempts, %v", len(naps.all), err)
	}
}

// Whatever goes wrong, what a URL or a variable holds in secrets stays there.
func TestErrorsKeepSecrets(t *testing.T) {
	o := newOrigin(t, 100)
	host := strings.TrimPrefix(o.URL, "http://")
	bad := "http://user:secret@" + host + "/file?token=secret&sig=secret#secret"
	acts := map[string]func(int, http.ResponseWriter, *http.Request) bool{
		"checksum": nil,
		"404":      func(_ int, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(404); return true },
		"page": func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			io.WriteString(w, "<html>secret")
			return true
		},
		"circle": func(_ int, w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.String(), http.StatusFound)
			return true
		},
		"scheme": func(_ int, w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "gopher://user:secret@x/?secret", http.StatusFound)
			return true
		},
		"cut": func(_ int, w http.ResponseWriter, r *http.Request) bool { panic(http.ErrAbortHandler) },
	}
	var errs []error
	for _, act := range acts {
		o.act = act
		client, _ := newClient(t)
		errs = append(errs, client.Stream(t.Context(), Request{URL: bad, Want: sha256Of(nil)}, func(r io.Reader) error { _, err := io.ReadAll(r); return err }, nil))
	}
	for _, raw := range []string{"http://user:secret@[bad/", "ftp://user:secret@x/", "http://secret:x y@host/", "user:secret@host/x"} {
		client, _ := newClient(t)
		_, _, err := client.Get(t.Context(), Request{URL: raw}, 1)
		errs = append(errs, err)
	}
	for _, proxy := range []string{"http://user:secret@[bad", "gopher://user:secret@x", "http://user:secret@127.0.0.1:1"} {
		client, _ := newClient(t, func(o *Options) { o.Getenv = environ("http_proxy", proxy) })
		_, _, err := client.Get(t.Context(), Request{URL: "http://far.invalid/"}, 1)
		errs = append(errs, err)
	}
	for _, err := range errs {
		for ; err != nil; err = errors.Unwrap(err) {
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("told: %v", err)
			}
		}
	}
	if len(errs) != len(acts)+7 {
		t.Errorf("%d errors", len(errs))
	}
}
