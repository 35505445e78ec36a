//go:build linux || darwin

package nar

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// benchTrees are the trees that the benchmarks work on: many small files, as
// in a toolchain's library, and a large one.
var benchTrees = map[string]func(b *testing.B, dir string){
	"10000files": func(b *testing.B, dir string) {
		for i := range 100 {
			sub := filepath.Join(dir, fmt.Sprintf("package-%02d", i))
			must(b, os.MkdirAll(sub, 0o777))
			for j := range 100 {
				content := bytes.Repeat([]byte{byte(j)}, j*j)
				must(b, os.WriteFile(filepath.Join(sub, "module-"+strconv.Itoa(j)+".js"), content, 0o666))
			}
		}
	},
	"256MiB": func(b *testing.B, dir string) {
		f, err := os.Create(filepath.Join(dir, "big"))
		must(b, err)
		block := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		for range 256 {
			_, err := f.Write(block)
			must(b, err)
		}
		must(b, f.Close())
	},
}

func BenchmarkDump(b *testing.B) {
	eachTree(b, func(b *testing.B, dir string) {
		must(b, Dump(io.Discard, dir))
	})
}

func BenchmarkHashPath(b *testing.B) {
	eachTree(b, func(b *testing.B, dir string) {
		_, _, err := HashPath(dir)
		must(b, err)
	})
}

func BenchmarkList(b *testing.B) {
	eachArchive(b, func(b *testing.B, archive []byte) {
		_, err := List(bytes.NewReader(archive))
		must(b, err)
	})
}

func BenchmarkRestore(b *testing.B) {
	// Nothing is removed between the rounds: for seconds after, ext4 searches
	// for inodes that were not in use of late.
	eachArchive(b, func(b *testing.B, archive []byte) {
		must(b, Restore(bytes.NewReader(archive), filepath.Join(b.TempDir(), "dest")))
	})
}

func eachTree(b *testing.B, work func(b *testing.B, dir string)) {
	for name, fill := range benchTrees {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			fill(b, dir)
			_, size, err := HashPath(dir)
			must(b, err)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				work(b, dir)
			}
		})
	}
}

func eachArchive(b *testing.B, work func(b *testing.B, archive []byte)) {
	for name, fill := range benchTrees {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			fill(b, dir)
			var archive bytes.Buffer
			must(b, Dump(&archive, dir))
			must(b, os.RemoveAll(dir))
			must(b, os.Mkdir(dir, 0o777))
			b.SetBytes(int64(archive.Len()))
			b.ReportAllocs()
			for b.Loop() {
				work(b, archive.Bytes())
			}
		})
	}
}
