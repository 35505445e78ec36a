package fetch

import (
	"bytes"
	"context"
	"io"
	"strings"
)

const (
	// maxPointer is how long a pointer to a large file may be (the LFS
	// specification: less than 1024 bytes).
	maxPointer   = 1023
	pointerBegin = "version https://git-lfs.github.com/spec/v1\n"
)

// smudge writes content, or, where that is a pointer of Git LFS, the file that
// it points to, which the git-lfs program fetches.
func (e *exporter) smudge(ctx context.Context, name string, content io.Reader, out io.Writer) error {
	text, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(text, []byte(pointerBegin)) {
		_, err := out.Write(text)
		return err
	}
	args := []string{"lfs", "smudge", "--", name}
	if address := e.ref.Text("url"); !strings.HasPrefix(address, "file:") {
		args = append([]string{"-c", "remote.origin.url=" + address}, args...)
	}
	cmd := e.f.git.command(ctx, e.dir, args...)
	var said tail
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), out, &said
	if err := cmd.Run(); err != nil {
		if strings.Contains(said.String(), "is not a git command") {
			return refuse(e.ref, name+" is kept in Git LFS, and there is no git-lfs program", "install git-lfs (apt install git-lfs, brew install git-lfs, …), or leave out lfs=1")
		}
		return gitError(ctx, e.dir, args, said.String(), err)
	}
	return nil
}
