package tools_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/sumdb/note"

	"devenv/resolver/tools"
	"devenv/resolver/tools/toolstest"
)

// toolchain is the zip of a Go toolchain as a module proxy has it: no modes, no go.mod.
func toolchain(t *testing.T, version string) (data []byte, h1 string) {
	t.Helper()
	prefix := "golang.org/toolchain@" + version + "/"
	files := map[string]string{
		"VERSION": version, "bin/go": "#!/bin/sh\necho go " + version + "\n", "bin/gofmt": "#!/bin/sh\n",
		"pkg/tool/linux_amd64/vet": "#!/bin/sh\n", "src/_go.mod": "module std\n", "lib/time/update.bash": "",
	}
	var b bytes.Buffer
	var names []string
	zw := zip.NewWriter(&b)
	for name, text := range files {
		w, err := zw.Create(prefix + name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, prefix+name)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	h1, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(files[strings.TrimPrefix(name, prefix)])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), h1
}

// goProxy is a module proxy that passes a checksum database on.
type goProxy struct {
	*toolstest.Site
	key string // for GOSUMDB
}

func newGoProxy(t *testing.T, versions ...string) *goProxy {
	t.Helper()
	const base = "/golang.org/toolchain/@v/"
	p := &goProxy{Site: toolstest.NewSite(t, map[string][]byte{base + "list": []byte(strings.Join(versions, "\n") + "\n")})}
	sums := map[string]string{}
	for _, v := range versions {
		data, h1 := toolchain(t, v)
		p.Put(base+v+".zip", data)
		sums[v] = h1
	}
	signer, verifier, err := note.GenerateKey(nil, "sums.example")
	if err != nil {
		t.Fatal(err)
	}
	p.key = verifier
	db := sumdb.NewServer(sumdb.NewTestServer(signer, func(path, vers string) ([]byte, error) {
		if sums[vers] == "" {
			return nil, fmt.Errorf("%s@%s: not known", path, vers)
		}
		return []byte(fmt.Sprintf("%s %s %s\n%s %s/go.mod %s\n", path, vers, sums[vers], path, vers, sums[vers])), nil
	}))
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := strings.CutPrefix(r.URL.Path, "/sumdb/sums.example")
		switch {
		case ok && rest == "/supported":
		case ok && strings.HasPrefix(rest, "/lookup/") && sums[rest[strings.LastIndex(rest, "@")+1:]] == "":
			http.NotFound(w, r)
		case ok:
			r.URL.Path = rest
			db.ServeHTTP(w, r)
		default:
			p.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	p.URL = front.URL
	return p
}

const (
	linux1245 = "v0.0.1-go1.24.5.linux-amd64"
	mac1245   = "v0.0.1-go1.24.5.darwin-arm64"
)

func TestGoproxySource(t *testing.T) {
	p := newGoProxy(t, linux1245, mac1245, "v0.0.1-go1.25rc1.linux-amd64", "v0.0.1-go1.24.9.windows-amd64")
	absent := toolstest.NewSite(t, nil)
	s := newSystem(t, map[string]string{"GOPROXY": absent.URL + "," + p.URL + ",direct", "GOSUMDB": p.key})
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "go", Constraint: "1.24"})
	if err != nil {
		t.Fatal(err)
	}
	part := tool.Platforms["x86_64-linux"].Parts[0]
	if tool.Version != "1.24.5" || part.URL != "goproxy:golang.org/toolchain@"+linux1245 || !strings.HasPrefix(part.Hash, "h1:") {
		t.Errorf("%+v", tool)
	}
	if got := strings.Join(tools.Missing(tool), " "); got != "aarch64-linux x86_64-darwin" {
		t.Error(got)
	}
	sh := s.enter(newStore(t), tool, t.TempDir())
	sh.expect("go", "go "+linux1245)
	tree := strings.TrimSuffix(sh.c.Path[1], "/bin")
	sh.run("cd " + tree + " && test -x pkg/tool/linux_amd64/vet && test -x bin/gofmt && test -f src/go.mod && ! test -e src/_go.mod && ! test -x VERSION")
}

func TestGoproxyServesAnotherZip(t *testing.T) {
	p := newGoProxy(t, linux1245)
	s := newSystem(t, map[string]string{"GOPROXY": p.URL, "GOSUMDB": p.key})
	tool, err := s.Lock(t.Context(), tools.Request{Tool: "go", Constraint: "1.24.5"})
	if err != nil {
		t.Fatal(err)
	}
	evil, _ := toolchain(t, linux1245+"x")
	for name, data := range map[string][]byte{"evil": evil, "page": []byte("<html>"), "empty": nil} {
		p.Put("/golang.org/toolchain/@v/"+linux1245+".zip", data)
		tool.Platforms["x86_64-linux"].Parts[0].Size = int64(len(data))
		store := newStore(t)
		_, err := s.Realise(t.Context(), store, tool, "x86_64-linux")
		var wrong *tools.ModuleHashError
		if err == nil || (name == "evil" && !errors.As(err, &wrong)) || store.added > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A proxy that passes on another database's answers, or forged ones, is found out.
func TestForgedChecksums(t *testing.T) {
	p, other := newGoProxy(t, linux1245), newGoProxy(t, linux1245)
	s := newSystemWith(t, map[string]string{"GOPROXY": p.URL, "GOSUMDB": other.key}, offlineGo(t))
	if _, err := s.Lock(t.Context(), tools.Request{Tool: "go", Constraint: "1.24.5"}); err == nil {
		t.Error("taken although another key signed it")
	}
}

func TestSumDBOff(t *testing.T) {
	p := newGoProxy(t, linux1245)
	s := newSystemWith(t, map[string]string{"GOPROXY": p.URL, "GOSUMDB": "off"}, offlineGo(t))
	_, err := s.Lock(t.Context(), tools.Request{Tool: "go", Constraint: "1.24.5"})
	var off *tools.SumDBOffError
	if !errors.As(err, &off) || off.Hint() == "" {
		t.Error(err)
	}
}

func TestLockIsCancelled(t *testing.T) {
	p := newGoProxy(t, linux1245)
	s := newSystemWith(t, map[string]string{"GOPROXY": p.URL, "GOSUMDB": p.key}, offlineGo(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Lock(ctx, tools.Request{Tool: "go", Constraint: "1.24.5"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Lock(t.Context(), tools.Request{Tool: "go", Constraint: "1.24.5"}); err != nil {
		t.Errorf("after a cancelled call: %v", err)
	}
}
