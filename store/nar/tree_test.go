//go:build linux || darwin

package nar

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// words encodes strings as archives do. Since contents are strings too, every
// well-formed archive is a sequence of them.
func words(list ...string) string {
	var b []byte
	for _, s := range list {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
		b = append(b, zeros[:padding(uint64(len(s)))]...)
	}
	return string(b)
}

// dir is the words of an archive of a directory with these entries, each a name
// followed by the words of a node.
func dir(entries ...[]string) []string {
	list := []string{"(", "type", "directory"}
	for _, entry := range entries {
		list = append(list, "entry", "(", "name", entry[0], "node")
		list = append(list, entry[1:]...)
		list = append(list, ")")
	}
	return append(list, ")")
}

// entry is an argument of dir.
func entry(name string, node ...string) []string { return append([]string{name}, node...) }

// Nodes for entries.
func file(contents string) []string {
	return []string{"(", "type", "regular", "contents", contents, ")"}
}
func script(contents string) []string {
	return []string{"(", "type", "regular", "executable", "", "contents", contents, ")"}
}
func link(target string) []string { return []string{"(", "type", "symlink", "target", target, ")"} }

// archive encodes a root node.
func archive(node []string) string { return words(append([]string{"nix-archive-1"}, node...)...) }

// oddTree makes a tree with everything that archives know, whose names sort
// otherwise by path, by letter, or by case.
func oddTree(t testing.TB) string {
	root := filepath.Join(t.TempDir(), "tree")
	write := func(name, content string, mode os.FileMode) {
		path := filepath.Join(root, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, []byte(content), mode))
	}
	for _, name := range []string{"a", "a.b", "a-b", "a0", "B", "é", "\xff\xfe", "with space", "new\nline", "-", "~", ".hidden", "ab/x", "ab-/x", "ab./x", strings.Repeat("n", 255)} {
		write("names/"+name, name, 0o644)
	}
	for _, size := range []int{0, 1, 7, 8, 9, 15, 16, 17, chunkSize - 300, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 5} {
		write(fmt.Sprintf("sizes/%d", size), strings.Repeat("0123456789abcde", size/15+1)[:size], 0o644)
	}
	for _, mode := range []os.FileMode{0o400, 0o444, 0o644, 0o700, 0o755, 0o100 | 0o600, 0o654} {
		write(fmt.Sprintf("modes/%o", mode), "", mode)
		must(t, os.Chmod(filepath.Join(root, fmt.Sprintf("modes/%o", mode)), mode))
	}
	must(t, os.MkdirAll(filepath.Join(root, "empty/deep/er"), 0o777))
	must(t, os.Mkdir(filepath.Join(root, "links"), 0o777))
	for name, target := range map[string]string{
		"relative": "../sizes/1", "absolute": "/nonexistent", "up": "../../..", "odd": "a\n\xff", "long": strings.Repeat("t", 4095), "self": "self",
	} {
		must(t, os.Symlink(target, filepath.Join(root, "links", name)))
	}
	return root
}

// dumped returns the archive of the file at path.
func dumped(t testing.TB, path string) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, Dump(&b, path))
	return b.Bytes()
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
