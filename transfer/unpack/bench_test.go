package unpack_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/transfer/unpack"
)

// The tree of the benchmarks is the Go toolchain's source: some ten thousand
// files, 100 MB and more, as toolchain archives are. Beside each format the
// tool that one would use by hand.

func BenchmarkTarGz(b *testing.B) {
	need(b, "tar")
	archive := filepath.Join(b.TempDir(), "a.tar.gz")
	run(b, "tar", "-czf", archive, "-C", goroot(b), "src", "pkg")
	b.Run("unpack", func(b *testing.B) {
		each(b, archive, func(f *os.File, dest string) error {
			return unpack.Tree(b.Context(), f, unpack.TarGz, dest, unpack.Options{})
		})
	})
	b.Run("tar", func(b *testing.B) {
		each(b, archive, func(f *os.File, dest string) error {
			return exec.Command("tar", "-xzf", f.Name(), "-C", dest).Run()
		})
	})
}

func BenchmarkZip(b *testing.B) {
	need(b, "python3")
	archive := filepath.Join(b.TempDir(), "a.zip")
	run(b, "python3", "-c", `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    for top in ("src", "pkg"):
        for at, _, files in os.walk(os.path.join(sys.argv[2], top)):
            for f in files:
                z.write(os.path.join(at, f), os.path.relpath(os.path.join(at, f), sys.argv[2]))
`, archive, goroot(b))
	b.Run("unpack", func(b *testing.B) {
		each(b, archive, func(f *os.File, dest string) error {
			info, err := f.Stat()
			must(b, err)
			return unpack.Zip(b.Context(), f, info.Size(), dest, unpack.Options{})
		})
	})
	tool := []string{"unzip", "-q", archive, "-d"}
	if _, err := exec.LookPath("unzip"); err != nil {
		tool = []string{"python3", "-m", "zipfile", "-e", archive}
	}
	b.Run(tool[0], func(b *testing.B) {
		each(b, archive, func(_ *os.File, dest string) error {
			out, err := exec.Command(tool[0], append(tool[1:], dest)...).CombinedOutput()
			if err != nil {
				b.Log(string(bytes.TrimSpace(out)))
			}
			return err
		})
	})
}

func each(b *testing.B, archive string, unpacked func(f *os.File, dest string) error) {
	info, err := os.Stat(archive)
	must(b, err)
	b.SetBytes(info.Size())
	for b.Loop() {
		f, err := os.Open(archive)
		must(b, err)
		dest := b.TempDir()
		must(b, unpacked(f, dest))
		f.Close()
		b.StopTimer()
		os.RemoveAll(dest)
		b.StartTimer()
	}
}

// goroot asks the go command where it lies.
func goroot(b *testing.B) string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	must(b, err)
	return strings.TrimSpace(string(out))
}
