package toolstest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Site is a loopback server with files by path, as publishers and registries are.
type Site struct {
	URL string

	mu    sync.Mutex
	files map[string][]byte
	asked []string
	seen  http.Header
}

// NewSite serves the files; keys begin with a slash.
func NewSite(t testing.TB, files map[string][]byte) *Site {
	t.Helper()
	s := &Site{files: maps.Clone(files)}
	if s.files == nil {
		s.files = map[string][]byte{}
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Put adds or replaces a file.
func (s *Site) Put(path string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = data
}

// Asked are the paths of the GET requests so far, in order.
func (s *Site) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// Authorization is that header of the last GET request.
func (s *Site) Authorization() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.Get("Authorization")
}

func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	data, ok := s.files[r.URL.Path]
	if r.Method == http.MethodGet {
		s.asked, s.seen = append(s.asked, r.URL.Path), r.Header.Clone()
	}
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(data)
	}
}

// TarGz packs files by name, sorted. A text that begins with #! is executable, one that begins
// with "-> " is a link.
func TarGz(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	tw := tar.NewWriter(gz)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}
		if strings.HasPrefix(text, "#!") {
			h.Mode = 0o755
		}
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			h.Typeflag, h.Linkname, h.Size, text = tar.TypeSymlink, target, 0, ""
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// SHA256 is the checksum of data in hex, as lists of sums have it.
func SHA256(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
