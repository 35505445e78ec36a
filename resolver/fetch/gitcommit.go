package fetch

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"

	"devenv/resolver/flakeref"
	"devenv/store/nixhash"
)

// fetchCommit is the tree of a commit that the repository at dir has. Files are
// as Git keeps them: no line ends are changed, nothing is expanded.
func (f *Fetcher) fetchCommit(ctx context.Context, ref flakeref.Ref, dir string) (*Tree, error) {
	rev := ref.Rev()
	if err := f.verify(ctx, ref, dir, rev); err != nil {
		return nil, err
	}
	if _, given := ref.Number("lastModified"); !given {
		when, err := f.commitTime(ctx, dir, rev)
		if err != nil {
			return nil, err
		}
		ref = ref.With("lastModified", when)
	}
	key := []string{rev, strconv.FormatBool(ref.Flag("submodules")), strconv.FormatBool(ref.Flag("exportIgnore")), strconv.FormatBool(ref.Flag("lfs"))}
	fill := func(ctx context.Context, dest string) error { return f.export(ctx, ref, dir, rev, dest) }
	t, err := f.intoStore(ctx, ref, "git-tree", key, fill)
	if err != nil {
		return nil, err
	}
	if _, given := ref.Number("revCount"); !given && !ref.Flag("shallow") {
		t.count = f.revCount(dir, rev)
	}
	return t, nil
}

// intoStore is the tree that fill makes. Its hash is noted by key, so that what
// the store has is not made again.
func (f *Fetcher) intoStore(ctx context.Context, ref flakeref.Ref, kind string, key []string, fill func(ctx context.Context, dir string) error) (*Tree, error) {
	var hash nixhash.Hash
	if f.notes.recall(&hash, kind, key...) && !hash.IsZero() {
		if info, err := f.held(ctx, ref.Name(), hash); err != nil || info != nil {
			if err != nil {
				return nil, err
			}
			return f.stored(ref, *info), nil
		}
	}
	info, err := f.opt.Store.AddTree(ctx, ref.Name(), nixhash.Hash{}, fill)
	if err != nil {
		return nil, err
	}
	f.notes.remember(info.NarHash, kind, key...)
	return f.stored(ref, info), nil
}

// object is an entry of a commit's tree.
type object struct{ mode, id, name string }

// export writes the tree of a revision into dest, with its submodules where
// they are wanted.
func (f *Fetcher) export(ctx context.Context, ref flakeref.Ref, dir, rev, dest string) error {
	objects, err := f.listTree(ctx, dir, rev)
	if err != nil {
		return err
	}
	if ref.Flag("exportIgnore") {
		if objects, err = f.dropIgnored(ctx, dir, rev, objects); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(dest)
	if err != nil {
		return err
	}
	defer root.Close()
	e := &exporter{f: f, ref: ref, dir: dir, root: root}
	if err := e.write(ctx, objects); err != nil {
		return fmt.Errorf("commit %s of %s: %w", rev, shown(ref), err)
	}
	if ref.Flag("submodules") {
		return f.exportModules(ctx, ref, dir, rev, dest, objects)
	}
	return nil
}

func (f *Fetcher) listTree(ctx context.Context, dir, rev string) ([]object, error) {
	out, err := f.git.output(ctx, dir, "ls-tree", "-r", "-z", "--full-tree", rev)
	if err != nil {
		return nil, err
	}
	var objects []object
	for line := range strings.SplitSeq(string(out), "\x00") {
		head, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(head)
		if !ok || len(fields) != 3 {
			continue
		}
		objects = append(objects, object{mode: fields[0], id: fields[2], name: name})
	}
	return objects, nil
}

// dropIgnored leaves out what git archive leaves out.
func (f *Fetcher) dropIgnored(ctx context.Context, dir, rev string, objects []object) ([]object, error) {
	out, err := f.git.output(ctx, dir, "-c", "core.attributesFile=/dev/null", "archive", "--format=tar", rev)
	if err != nil {
		return nil, err
	}
	kept := map[string]bool{}
	for archive := tar.NewReader(bytes.NewReader(out)); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		kept[path.Clean(h.Name)] = true
	}
	var left []object
	for _, o := range objects {
		if kept[o.name] {
			left = append(left, o)
		}
	}
	return left, nil
}

// exporter writes objects below a directory, and nothing anywhere else: names
// come from whoever made the commit.
type exporter struct {
	f    *Fetcher
	ref  flakeref.Ref
	dir  string
	root *os.Root
}

// write makes files as git hands out their content, in one stream, and links
// when all files are there.
func (e *exporter) write(ctx context.Context, objects []object) error {
	var wanted bytes.Buffer
	var blobs []object
	for _, o := range objects {
		if o.mode == "160000" { // a submodule: an empty directory, until it is filled
			if err := e.root.MkdirAll(o.name, 0o755); err != nil {
				return err
			}
			continue
		}
		blobs = append(blobs, o)
		wanted.WriteString(o.id + "\n")
	}
	cmd := e.f.git.command(ctx, e.dir, "cat-file", "--batch", "--buffer")
	var said tail
	cmd.Stdin, cmd.Stderr = &wanted, &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return gitError(ctx, e.dir, []string{"cat-file"}, said.String(), err)
	}
	writeErr := e.writeBlobs(ctx, bufio.NewReaderSize(out, 128<<10), blobs)
	if writeErr != nil {
		out.Close()
	}
	if err := cmd.Wait(); err != nil && writeErr == nil {
		return gitError(ctx, e.dir, []string{"cat-file"}, said.String(), err)
	}
	return writeErr
}

func (e *exporter) writeBlobs(ctx context.Context, in *bufio.Reader, blobs []object) error {
	links := map[string]string{}
	for _, o := range blobs {
		header, err := in.ReadString('\n')
		if err != nil {
			return ctxErr(ctx, fmt.Errorf("git cat-file: %w", err))
		}
		fields := strings.Fields(header)
		if len(fields) != 3 || fields[0] != o.id || fields[1] != "blob" {
			return fmt.Errorf("the repository lacks the object of %q (%s)", o.name, strings.TrimSpace(header))
		}
		size, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			return err
		}
		content := io.LimitReader(in, size)
		if o.mode == "120000" {
			target, err := io.ReadAll(io.LimitReader(content, 1<<16))
			if err != nil {
				return err
			}
			links[o.name] = string(target)
		} else if err := e.file(ctx, o, size, content); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return err
		}
		if _, err := in.Discard(1); err != nil { // the newline after each
			return err
		}
	}
	for name, target := range links {
		if err := e.makeDir(name); err != nil {
			return err
		}
		if err := e.root.Symlink(target, name); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) makeDir(name string) error {
	if dir := path.Dir(name); dir != "." {
		return e.root.MkdirAll(dir, 0o755)
	}
	return nil
}

func (e *exporter) file(ctx context.Context, o object, size int64, content io.Reader) error {
	if err := e.makeDir(o.name); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if o.mode == "100755" {
		mode = 0o755
	}
	out, err := e.root.OpenFile(o.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if e.ref.Flag("lfs") && size <= maxPointer {
		err = e.smudge(ctx, o.name, content, out)
	} else {
		var n int64
		if n, err = io.Copy(out, content); err == nil && n != size {
			err = io.ErrUnexpectedEOF
		}
	}
	return errors.Join(err, out.Close())
}
