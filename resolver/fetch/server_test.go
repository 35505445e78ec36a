package fetch

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"devenv/transfer"
)

// The repository that the forges of the loopback have.
const (
	forgeRev  = "1234567890123456789012345678901234567890"
	branchRev = "abcdefabcdefabcdefabcdefabcdefabcdefabcd"
)

// internet is every host there is: a proxy that leads each connection to one
// server, which speaks as that host.
type internet struct {
	t     testing.TB
	site  *site
	proxy *httptest.Server
	tls   *httptest.Server
	cert  string // file

	mu     sync.Mutex
	asked  []string // "GET host/path Authorization"
	answer func(w http.ResponseWriter, r *http.Request) bool
}

var hosts = []string{"github.com", "api.github.com", "gitlab.com", "git.sr.ht", "forge.example", "files.example", "git.example", "codeload.github.com"}

func newInternet(t testing.TB, s *site) *internet {
	n := &internet{t: t, site: s}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: hosts, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	s.check(err)
	n.cert = filepath.Join(t.TempDir(), "cert.pem")
	s.check(os.WriteFile(n.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))

	n.tls = httptest.NewUnstartedServer(http.HandlerFunc(n.serve))
	n.tls.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	n.tls.StartTLS()
	t.Cleanup(n.tls.Close)
	n.proxy = httptest.NewServer(http.HandlerFunc(n.connect))
	t.Cleanup(n.proxy.Close)
	return n
}

// connect is the proxy: every tunnel leads to the one server.
func (n *internet) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		n.serve(w, r)
		return
	}
	out, err := net.Dial("tcp", n.tls.Listener.Addr().String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	in, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		out.Close()
		return
	}
	fmt.Fprint(in, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { io.Copy(out, in); out.Close() }()
	go func() { io.Copy(in, out); in.Close() }()
}

func (n *internet) serve(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	n.asked = append(n.asked, strings.TrimSpace(r.Method+" "+r.Host+r.URL.RequestURI()+" "+r.Header.Get("Authorization")))
	answer := n.answer
	n.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	if r.Host == "git.example" {
		n.serveGit(w, r)
		return
	}
	archive := func() {
		w.Header().Set("Content-Type", "application/x-gzip")
		w.Write(packed(n.t, "gz", n.site.tar(archived())))
	}
	switch r.Host + r.URL.EscapedPath() {
	case "api.github.com/repos/o/r/commits/HEAD", "forge.example/api/v3/repos/o/r/commits/HEAD":
		fmt.Fprintf(w, `{"sha":%q,"commit":{"tree":{"sha":%q}}}`, forgeRev, branchRev)
	case "api.github.com/repos/o/r/commits/feature/x":
		fmt.Fprintf(w, `{"sha":%q,"commit":{"tree":{"sha":%q}}}`, branchRev, forgeRev)
	case "github.com/o/r/archive/" + forgeRev + ".tar.gz", "github.com/o/r/archive/" + branchRev + ".tar.gz",
		"api.github.com/repos/o/r/tarball/" + forgeRev, "forge.example/api/v3/repos/o/r/tarball/" + forgeRev:
		archive()
	case "gitlab.com/api/v4/projects/o%2Fr/repository/commits", "forge.example/api/v4/projects/o%2Fr/repository/commits", "gitlab.com/api/v4/projects/group%2Fsub%2Fr/repository/commits":
		if r.URL.Query().Get("ref_name") == "none" {
			fmt.Fprint(w, "[]")
			return
		}
		fmt.Fprintf(w, `[{"id":%q},{"id":%q}]`, map[bool]string{true: forgeRev, false: branchRev}[r.URL.Query().Get("ref_name") == "HEAD"], branchRev)
	case "gitlab.com/api/v4/projects/o%2Fr/repository/archive.tar.gz", "forge.example/api/v4/projects/o%2Fr/repository/archive.tar.gz", "gitlab.com/api/v4/projects/group%2Fsub%2Fr/repository/archive.tar.gz":
		archive()
	case "git.sr.ht/~o/r/HEAD", "forge.example/~o/r/HEAD":
		fmt.Fprint(w, "ref: refs/heads/main\n")
	case "git.sr.ht/~o/r/info/refs", "forge.example/~o/r/info/refs":
		fmt.Fprintf(w, "%s\trefs/heads/main\n%s\trefs/heads/feature\n%s\trefs/tags/v1\n", forgeRev, branchRev, branchRev)
	case "git.sr.ht/~o/r/archive/" + forgeRev + ".tar.gz", "git.sr.ht/~o/r/archive/" + branchRev + ".tar.gz", "forge.example/~o/r/archive/" + forgeRev + ".tar.gz":
		archive()
	default:
		http.NotFound(w, r)
	}
}

// serveGit serves the site's repositories by git's own program.
func (n *internet) serveGit(w http.ResponseWriter, r *http.Request) {
	(&cgi.Handler{
		Path: filepath.Join(n.site.git(".", "--exec-path"), "git-http-backend"), Dir: n.site.root,
		Env:        []string{"GIT_PROJECT_ROOT=" + n.site.root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
		InheritEnv: []string{"PATH"}, Stderr: io.Discard,
	}).ServeHTTP(w, r)
}

// env is the environment of who lives in this internet.
func (n *internet) env(name string) string {
	switch name {
	case "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy":
		return n.proxy.URL
	case "NIX_SSL_CERT_FILE", "GIT_SSL_CAINFO":
		return n.cert
	}
	return ""
}

// use makes a fetcher live in the internet.
func (n *internet) use(o *Options) {
	client, err := transfer.New(transfer.Options{Getenv: n.env, Retries: -1, CacheDir: filepath.Join(o.CacheDir, "transfer")})
	n.site.check(err)
	o.Client = client
	o.Environ = append(o.Environ, "https_proxy="+n.proxy.URL, "http_proxy="+n.proxy.URL, "GIT_SSL_CAINFO="+n.cert)
}

// requests returns what was asked since the last call.
func (n *internet) requests() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	asked := n.asked
	n.asked = nil
	return asked
}

func (n *internet) answers(answer func(w http.ResponseWriter, r *http.Request) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answer = answer
}
