package versionfile

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The goldens hold what nvm and pyenv themselves make of a file. To write them
// again: NVM_SH=<path of nvm.sh> go test -run 'Nvm|Pyenv' -update, with pyenv on PATH.
var update = flag.Bool("update", false, "write the goldens with the real tools")

// refused is in a golden for a file that the tool refuses.
const refused = "refused"

// What nvm passes on and then finds no version for, ranges above all, is refused
// here at once; TestParse has those.
func TestNvmAgrees(t *testing.T) {
	inputs := []string{
		"", "\n\n", "#\n", "20", "v20.11\n", "  20 \t\r\n", "lts/*", "lts/iron#x", "node", "stable", "iojs", "system",
		"# a\n\n20 # b\n# c\n", "20\n22", "20\r\nnpm=10\r\n", "npm=10", "npm = 10\n20", "a=1\na=2\n20", "a=1\nb=1\n20",
		"node=20", "node=20\n20", "20\nnode = 22", "=20\n20", "a==b\n20", "a=b=c\n20", ">=18\n20", "20 22",
		"\x0b20\x0c", "default", "20\n\n\nx=#y\n", " # only", "=\n20", "lts/* # x\n\n#",
	}
	agree(t, "nvm.golden", inputs, nvm, func(r *reader) string {
		if err := readNvmrc(r); err != nil {
			return refused
		}
		if len(r.file.Entries) == 0 {
			return "system"
		}
		return r.file.Entries[0].Constraint
	})
}

func nvm(t *testing.T, content string) string {
	script := `. "$NVM_SH" --no-use && nvm_process_nvmrc_content "$1"`
	cmd := exec.Command("bash", "-c", script, "nvm", content)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NVM_SH=" + os.Getenv("NVM_SH")}
	out, err := cmd.Output()
	if err != nil {
		return refused
	}
	return strings.TrimRight(string(out), "\n")
}

func TestPyenvAgrees(t *testing.T) {
	inputs := []string{
		"", "\n", "#3.11\n", "3.11", "3.12\n3.11.4\n", "  3.12 is first\r\n#3.9\n\n3.10\n", "3.11 # x", "3.11#x", "system\n3.11",
		"pypy3.10-7.3.17\n", "3.12:3.11\n3.10", "\t3.11\t3.10\n", "\r\n3.11\r\n", "..\n3.11", "a/../../../b\n3.11", "./3.11\n3.9",
		"3.11\\\n3.12", "\"3.11\"", "3.11\x0b3.12", " \n#\n", "# x\n  # y\n 3.9",
	}
	agree(t, "pyenv.golden", inputs, pyenv, func(r *reader) string {
		var all []string
		for _, word := range r.pyenvWords() {
			if text := r.text(word); text != ".." && !strings.Contains(text, "/") {
				all = append(all, text)
			}
		}
		if len(all) == 0 {
			return refused
		}
		return strings.Join(all, ":")
	})
}

func pyenv(t *testing.T, content string) string {
	file := filepath.Join(t.TempDir(), ".python-version")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pyenv", "version-file-read", file).Output()
	if err != nil {
		return refused
	}
	return strings.TrimRight(string(out), "\n")
}

// agree compares ours with what the golden says the real tool answers.
func agree(t *testing.T, golden string, inputs []string, real func(*testing.T, string) string, ours func(*reader) string) {
	path := filepath.Join("testdata", golden)
	if *update {
		var b bytes.Buffer
		for _, in := range inputs {
			b.WriteString(strconv.Quote(in) + "\t" + strconv.Quote(real(t, in)) + "\n")
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines) != len(inputs) {
		t.Errorf("%d inputs, %d lines in the golden", len(inputs), len(lines))
	}
	for _, line := range lines {
		in, want, _ := strings.Cut(line, "\t")
		in, _ = strconv.Unquote(in)
		want, _ = strconv.Unquote(want)
		if got := ours(&reader{path: "f", data: []byte(in)}); got != want {
			t.Errorf("%q: got %q, the tool itself says %q", in, got, want)
		}
	}
}
