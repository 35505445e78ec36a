package toolstest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Python is a loopback mirror of python-build-standalone with one release in it.
type Python struct {
	URL     string // for UV_PYTHON_INSTALL_MIRROR
	Version string // "3.11.2", whatever Debian has
	Release string
	Archive string // file name
	Sum     string // its SHA-256 in hex
}

// PythonRelease is the release that the mirror has: one of those that the catalogue asks a
// mirror for.
const PythonRelease = "20230507"

const pythonPackages = "apt-get install python3.11-minimal libpython3.11-stdlib python3.11-venv python3-pip-whl"

// PythonMirror serves Debian's Python 3.11 as if python-build-standalone had built it: the
// same names, the same layout (bin/python3.11, lib/python3.11 below python/), checksums in
// SHA256SUMS. The interpreter is Debian's own binary, which finds its library beside it;
// pip's wheels stay where Debian keeps them.
func PythonMirror(t testing.TB) Python {
	t.Helper()
	file, version := pythonArchive(t)
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	p := Python{Version: version, Release: PythonRelease}
	p.Archive = fmt.Sprintf("cpython-%s+%s-%s-unknown-linux-gnu-install_only_stripped.tar.gz", version, p.Release, machine)
	p.Sum = sumOf(t, file)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /"+p.Release+"/SHA256SUMS", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s  %s\n", p.Sum, p.Archive)
	})
	mux.HandleFunc("GET /"+p.Release+"/{archive}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("archive") != p.Archive {
			http.NotFound(w, r)
			return
		}
		http.ServeFile(w, r, file)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// pythonArchive packs Debian's Python once for each build of it.
func pythonArchive(t testing.TB) (file, version string) {
	t.Helper()
	const binary, library = "/usr/bin/python3.11", "/usr/lib/python3.11"
	info, err := os.Stat(binary)
	if err != nil || runtime.GOOS != "linux" {
		missing(t, "Debian's python3.11 is needed: %s", pythonPackages)
	}
	for _, f := range []string{library + "/os.py", library + "/ensurepip/__init__.py", "/usr/share/python-wheels"} {
		if _, err := os.Stat(f); err != nil {
			missing(t, "%s is needed: %s", f, pythonPackages)
		}
	}
	version = pythonVersion(t, binary)
	file = filepath.Join(CacheDir(t, "archives"), fmt.Sprintf("python-%s-%x.tar.gz", version, info.ModTime().Unix()))
	if _, err := os.Stat(file); err == nil {
		return file, version
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "python")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(tmp.Name())
	err = packPython(tmp, binary, library)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file, version
}

// pythonVersion reads it from the library: patchlevel.h is in another package.
func pythonVersion(t testing.TB, binary string) string {
	t.Helper()
	data, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	for chunk := range strings.SplitSeq(string(data), "\x00") {
		if rest, ok := strings.CutPrefix(chunk, "3.11."); ok && len(rest) <= 2 && strings.Trim(rest, "0123456789") == "" {
			return chunk
		}
	}
	t.Fatalf("%s does not tell its version", binary)
	return ""
}

func packPython(w io.Writer, binary, library string) error {
	gz, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(gz)
	p := &packer{tw: tw}
	p.file("python/bin/python3.11", binary)
	p.link("python/bin/python3", "python3.11")
	p.link("python/bin/python", "python3.11")
	p.tree("python/lib/python3.11", library)
	return errors.Join(p.err, tw.Close(), gz.Close())
}

// packer writes a tar whose bytes depend on the content alone.
type packer struct {
	tw  *tar.Writer
	err error
}

// leftOut is what python-build-standalone does not have, or what is large and unused here.
var leftOut = []string{
	"__pycache__", "test", "idlelib", "tkinter", "turtledemo", "lib2to3", "dist-packages", "EXTERNALLY-MANAGED",
	"sitecustomize.py", "config-3.11-x86_64-linux-gnu", "config-3.11-aarch64-linux-gnu",
}

func (p *packer) tree(name, dir string) {
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(leftOut, d.Name()) && d.IsDir():
			return filepath.SkipDir
		case slices.Contains(leftOut, d.Name()) || d.IsDir():
			return nil
		}
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
			return nil // a link to what another package has
		}
		p.file(name+strings.TrimPrefix(file, dir), file)
		return p.err
	})
	p.err = errors.Join(p.err, err)
}

func (p *packer) file(name, from string) {
	data, err := os.ReadFile(from)
	if err != nil || p.err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	mode := int64(0o644)
	if info, err := os.Stat(from); err == nil && info.Mode()&0o100 != 0 {
		mode = 0o755
	}
	p.err = p.tw.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(data)), Typeflag: tar.TypeReg})
	if p.err == nil {
		_, p.err = p.tw.Write(data)
	}
}

func (p *packer) link(name, target string) {
	if p.err == nil {
		p.err = p.tw.WriteHeader(&tar.Header{Name: name, Linkname: target, Mode: 0o777, Typeflag: tar.TypeSymlink})
	}
}

// Wheel writes a package that pip can install without a network and without building: the
// module hello_devenv and the command hello-devenv.
func Wheel(t testing.TB, file string) {
	t.Helper()
	files := []struct{ name, text string }{
		{"hello_devenv.py", "def say(): print('hello')\n"},
		{"hello_devenv-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: hello-devenv\nVersion: 1\n"},
		{"hello_devenv-1.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: toolstest\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
		{"hello_devenv-1.dist-info/entry_points.txt", "[console_scripts]\nhello-devenv = hello_devenv:say\n"},
		{"hello_devenv-1.dist-info/RECORD", ""},
	}
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for _, f := range files {
		w, err := zw.Create(f.name)
		if err == nil {
			_, err = io.WriteString(w, f.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(zw.Close(), os.WriteFile(file, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func sumOf(t testing.TB, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
