package unpack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/transfer"
	"devenv/transfer/unpack"
)

// Beside the real ones: tar for tar, the go command for module zips.

func TestAsGNUTar(t *testing.T) {
	need(t, "tar")
	src := t.TempDir()
	deep := src
	for range 6 {
		deep = filepath.Join(deep, strings.Repeat("d", 60))
	}
	must(t, os.MkdirAll(deep, 0o755))
	must(t, os.WriteFile(filepath.Join(deep, strings.Repeat("f", 200)), []byte("deep"), 0o644))
	must(t, os.WriteFile(filepath.Join(src, "tool"), bytes.Repeat([]byte("tool"), 1<<16), 0o755))
	must(t, os.Link(filepath.Join(src, "tool"), filepath.Join(src, "tool-2")))
	must(t, os.Symlink("tool", filepath.Join(src, "link")))
	must(t, os.Symlink(strings.Repeat("./", 80)+"tool", filepath.Join(src, "long-link")))
	must(t, os.Mkdir(filepath.Join(src, "empty"), 0o700))
	holes, err := os.Create(filepath.Join(src, "holes"))
	must(t, err)
	_, err = holes.WriteAt([]byte("end"), 1<<20)
	must(t, err)
	must(t, holes.Close())

	for _, flags := range []string{"--format=gnu", "--format=pax", "--format=gnu --sparse", "--format=pax --sparse", "--format=gnu -z", "--format=pax -J"} {
		out := run(t, "tar", append(strings.Fields(flags), "-C", src, "-c", "./")...)
		format := unpack.Tar
		if strings.Contains(flags, "-z") {
			format = unpack.TarGz
		} else if strings.Contains(flags, "-J") {
			format = unpack.TarXz
		}
		dest := t.TempDir()
		if err := unpack.Tree(t.Context(), bytes.NewReader(out), format, dest, unpack.Options{}); err != nil {
			t.Errorf("%s: %v", flags, err)
			continue
		}
		same(t, flags, dest, src)
	}
}

func TestNpmTarball(t *testing.T) {
	need(t, "npm", "tar")
	dir := t.TempDir()
	// is-number has "package/" as its top folder, @types/node has "node/".
	for _, name := range []string{"is-number@7.0.0", "@types/is-number@7.0.5"} {
		var info struct{ Tarball, Integrity string }
		out := run(t, "npm", "view", "--json", name, "dist")
		must(t, json.Unmarshal(out, &info))
		want, err := parseSRI(info.Integrity)
		must(t, err)

		ours, tarball := filepath.Join(dir, "ours", name), filepath.Join(dir, "x.tgz")
		client, err := transfer.New(transfer.Options{Getenv: os.Getenv})
		must(t, err)
		err = client.Stream(t.Context(), transfer.Request{URL: info.Tarball, Want: want}, func(r io.Reader) error {
			f, err := os.Create(tarball)
			must(t, err)
			defer f.Close()
			return unpack.Tree(t.Context(), io.TeeReader(r, f), unpack.TarGz, ours, unpack.Options{Strip: 1})
		}, nil)
		must(t, err)

		theirs := filepath.Join(dir, "theirs", name)
		must(t, os.MkdirAll(theirs, 0o755))
		run(t, "tar", "-xzf", tarball, "-C", theirs, "--strip-components=1")
		same(t, name, ours, theirs)
	}
}

func TestGoModuleZip(t *testing.T) {
	need(t, "go")
	var mod struct{ Path, Version, Zip, Dir string }
	must(t, json.Unmarshal(run(t, "go", "mod", "download", "-json", "github.com/creack/pty@v1.1.24"), &mod))
	proxy, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(string(run(t, "go", "env", "GOPROXY"))), "|", ","), ",")
	client, err := transfer.New(transfer.Options{Getenv: os.Getenv})
	must(t, err)
	dest := t.TempDir()
	url := fmt.Sprintf("%s/%s/@v/%s.zip", strings.TrimSuffix(proxy, "/"), mod.Path, mod.Version)
	err = client.Stream(t.Context(), transfer.Request{URL: url}, func(r io.Reader) error {
		return unpack.SpoolZip(t.Context(), r, t.TempDir(), dest, unpack.Options{
			Strip: strings.Count(mod.Path, "/") + 1,
			Exec:  func(name string) bool { return strings.HasSuffix(name, ".sh") },
		})
	}, nil)
	must(t, err)
	if info, err := os.Stat(filepath.Join(dest, "mktypes.bash")); err != nil || info.Mode()&0o111 != 0 {
		t.Errorf("a file that is not to be executable: %v, %v", info, err)
	}
	if info, err := os.Stat(filepath.Join(dest, "test_crosscompile.sh")); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("a file that is to be executable: %v, %v", info, err)
	}
	same(t, url, stripModes(t, dest), stripModes(t, mod.Dir))
}

// same compares two trees: names, kinds, contents, executable bits.
func same(t *testing.T, what, got, want string) {
	t.Helper()
	if g, w := describe(t, got), describe(t, want); g != w {
		t.Errorf("%s:\ngot\n%s\nwant\n%s", what, g, w)
	}
}

func describe(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%v %v %q", info.Mode().Type(), info.Mode().IsRegular() && info.Mode()&0o100 != 0, path[len(dir):])
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(data))
		case !d.IsDir():
			target, _ := os.Readlink(path)
			fmt.Fprintf(&b, " %q", target)
		}
		b.WriteString("\n")
		return nil
	}))
	return b.String()
}

// stripModes copies a tree without executable bits, which module zips lack.
func stripModes(t *testing.T, dir string) string {
	t.Helper()
	dest := t.TempDir()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dest, path[len(dir):])
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	}))
	return dest
}

func parseSRI(s string) ([]transfer.Checksum, error) {
	var c transfer.Checksum
	err := c.UnmarshalText([]byte(s))
	return []transfer.Checksum{c}, err
}

// need skips where a tool is missing; where everything is to be tested it must
// not be.
func need(t testing.TB, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
}

func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, stderr.String())
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
