package toolstest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// NpmRegistry is a loopback address of the npm registry that this machine is configured for.
// Tarballs are kept between runs.
func NpmRegistry(t testing.TB) string {
	t.Helper()
	upstream := os.Getenv("NPM_CONFIG_REGISTRY")
	if upstream == "" {
		out, err := exec.CommandContext(context.Background(), "npm", "config", "get", "registry").Output()
		if err != nil {
			missing(t, "npm, or NPM_CONFIG_REGISTRY, is needed to find the registry: %v", err)
		}
		upstream = strings.TrimSpace(string(out))
	}
	return cached(t, upstream, ".tgz")
}

// GoProxy is a loopback address of the first proxy in this machine's GOPROXY. Zips are kept
// between runs.
func GoProxy(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(context.Background(), "go", "env", "GOPROXY").Output()
	if err != nil {
		missing(t, "go is needed to find GOPROXY: %v", err)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), ",")
	return cached(t, first, ".zip")
}

// cached passes requests on, and answers those for files with the suffix from disk once they
// were there. A registry never changes such a file.
func cached(t testing.TB, upstream, suffix string) string {
	t.Helper()
	target, err := url.Parse(strings.TrimSuffix(upstream, "/"))
	if err != nil || target.Host == "" {
		missing(t, "%q is no address of a registry", upstream)
	}
	dir := CacheDir(t, "archives")
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = target.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, suffix) || r.Method != http.MethodGet {
			proxy.ServeHTTP(w, r)
			return
		}
		file := filepath.Join(dir, path.Base(r.URL.Path))
		if err := keep(r.Context(), file, target.String()+r.URL.EscapedPath()); err != nil {
			proxy.ServeHTTP(w, r)
			return
		}
		http.ServeFile(w, r, file)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func keep(ctx context.Context, file, from string) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", from, resp.Status)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "download")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err = io.Copy(tmp, resp.Body); err == nil {
		err = tmp.Close()
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}
