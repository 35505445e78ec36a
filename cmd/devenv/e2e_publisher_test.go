package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"devenv/resolver/tools/toolstest"
)

// A publisher is nodejs.org on loopback. Its Node is a shell script of a few
// lines, so that a test may have many of them, count them and break them.
type publisher struct {
	*toolstest.Site
	URL string // for NVM_NODEJS_ORG_MIRROR

	mu   sync.Mutex
	meet func(w http.ResponseWriter, r *http.Request) bool
}

// nodes are the releases that a publisher has.
var nodes = []string{"24.3.0", "24.2.0", "22.2.0", "20.1.0"}

// newPublisher serves nodes, each with so many bytes beside it that cannot be
// compressed.
func newPublisher(t testing.TB, ballast int) *publisher {
	t.Helper()
	files := map[string][]byte{}
	var index []string
	for _, version := range nodes {
		index = append(index, fmt.Sprintf(`{"version":"v%s","date":"2025-06-01","files":["linux-x64","linux-arm64","osx-x64-tar","osx-arm64-tar"],"lts":false}`, version))
		name := "node-v" + version + "-" + platform()
		archive := toolstest.TarGz(t, map[string]string{
			name + "/bin/node":     "#!/bin/sh\necho v" + version + " \"$@\"\n",
			name + "/bin/corepack": "#!/bin/sh\n",
			name + "/ballast":      string(noise(ballast)),
		})
		files["/v"+version+"/"+name+".tar.gz"] = archive
		var sums bytes.Buffer
		for _, p := range []string{"linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"} {
			fmt.Fprintf(&sums, "%s  node-v%s-%s.tar.gz\n", toolstest.SHA256(archive), version, p)
		}
		files["/v"+version+"/SHASUMS256.txt"] = sums.Bytes()
	}
	files["/index.json"] = []byte("[" + strings.Join(index, ",") + "]")
	p := &publisher{Site: toolstest.NewSite(t, files)}
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

func platform() string {
	return runtime.GOOS + "-" + map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
}

func noise(n int) []byte {
	source := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	source.Read(b)
	return b
}

// on lets f answer requests first; false leaves one to the publisher.
func (p *publisher) on(f func(w http.ResponseWriter, r *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meet = f
}

func (p *publisher) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	meet := p.meet
	p.mu.Unlock()
	if meet == nil || !meet(w, r) {
		p.ServeHTTP(w, r)
	}
}

// downloads counts the archives that were asked for.
func (p *publisher) downloads() int {
	n := 0
	for _, path := range p.Asked() {
		if strings.HasSuffix(path, ".tar.gz") {
			n++
		}
	}
	return n
}

// newFakeMachine is a fresh machine whose Node comes from such a publisher.
func newFakeMachine(t testing.TB, ballast int) (*machine, *publisher) {
	t.Helper()
	m, p := newMachine(t).fresh(), newPublisher(t, ballast)
	m.vars["NVM_NODEJS_ORG_MIRROR"] = p.URL
	return m, p
}

// fetch is a file as the publisher has it.
func (p *publisher) fetch(t testing.TB, path string) []byte {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Errorf("%s: %d", path, w.Code)
	}
	return w.Body.Bytes()
}

// sri is the SHA-256 of data as locks write it, without the algorithm.
func sri(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}
