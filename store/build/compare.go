package build

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// compare holds that products of a rebuild are what is valid already.
func (j *job) compare(list []*product) error {
	var different []string
	for _, p := range list {
		info, err := j.b.Store.Lookup(j.ctx, p.info.Path)
		if err != nil {
			return err
		}
		if info.NarHash == p.info.NarHash {
			continue
		}
		lines, err := differences(j.b.Store.Real(p.info.Path), p.tree)
		if err != nil {
			return err
		}
		different = append(different, fmt.Sprintf("%s (- is valid, + was built now)\n%s", j.b.Store.Dir().Join(p.info.Path), strings.Join(lines, "\n")))
		if j.b.KeepFailed {
			kept := j.b.Store.Real(p.info.Path) + ".check"
			if err := errors.Join(removeTree(kept), moveTree(p.tree, kept)); err != nil {
				return err
			}
			different = append(different, "kept as "+kept)
		}
	}
	if len(different) == 0 {
		return nil
	}
	return &Error{
		Status: NotDeterministic, Drv: j.path, Msg: "it made something else this time:\n" + strings.Join(different, "\n"),
		Next: "Look for times, random numbers, addresses and the order of files in what differs.",
	}
}

// maxDifferences is how many are told.
const maxDifferences = 20

// differences tells how the trees at a and b differ, a file in a line.
func differences(a, b string) ([]string, error) {
	d := &differ{}
	if err := d.node(a, b, "."); err != nil {
		return nil, err
	}
	if d.more > 0 {
		d.lines = append(d.lines, fmt.Sprintf("  and %d more", d.more))
	}
	return d.lines, nil
}

type differ struct {
	lines []string
	more  int
}

func (d *differ) tell(format string, args ...any) {
	if len(d.lines) == maxDifferences {
		d.more++
		return
	}
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// node compares what is at a and at b, in both trees called name.
func (d *differ) node(a, b, name string) error {
	x, err := os.Lstat(a)
	if err != nil {
		return err
	}
	y, err := os.Lstat(b)
	if err != nil {
		return err
	}
	switch {
	case x.Mode() != y.Mode():
		d.tell("  %s: - %s, + %s", name, x.Mode(), y.Mode())
	case x.IsDir():
		return d.dir(a, b, name)
	case x.Mode().IsRegular():
		return d.file(a, b, name, x.Size(), y.Size())
	default:
		from, err := os.Readlink(a)
		to, err2 := os.Readlink(b)
		if from != to {
			d.tell("  %s: - leads to %s, + leads to %s", name, from, to)
		}
		return errors.Join(err, err2)
	}
	return nil
}

func (d *differ) dir(a, b, name string) error {
	left, err := entries(a)
	if err != nil {
		return err
	}
	right, err := entries(b)
	if err != nil {
		return err
	}
	for _, e := range left {
		if !slices.Contains(right, e) {
			d.tell("  - %s", filepath.Join(name, e))
		}
	}
	for _, e := range right {
		if !slices.Contains(left, e) {
			d.tell("  + %s", filepath.Join(name, e))
			continue
		}
		if slices.Contains(left, e) {
			if err := d.node(filepath.Join(a, e), filepath.Join(b, e), filepath.Join(name, e)); err != nil {
				return err
			}
		}
	}
	return nil
}

func entries(dir string) (names []string, err error) {
	list, err := os.ReadDir(dir)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names, err
}

// file compares regular files. Of text it shows the first line that differs.
func (d *differ) file(a, b, name string, sizeA, sizeB int64) error {
	f, err := os.Open(a)
	if err != nil {
		return err
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return err
	}
	defer g.Close()
	at, line, err := firstDifference(f, g)
	if err != nil || at < 0 {
		return err
	}
	sizes := ""
	if sizeA != sizeB {
		sizes = fmt.Sprintf(", - has %d bytes, + has %d", sizeA, sizeB)
	}
	d.tell("  %s: differs at byte %d, line %d%s", name, at, line, sizes)
	for sign, file := range []*os.File{f, g} {
		if text, ok := lineAt(file, at); ok {
			d.tell("    %c %s", "-+"[sign], text)
		}
	}
	return nil
}

// firstDifference returns the offset and the line, from 1, at which two files
// differ first, -1 if they do not.
func firstDifference(f, g io.Reader) (at, line int64, err error) {
	x, y := make([]byte, 64<<10), make([]byte, 64<<10)
	for line = 1; ; {
		n, errF := io.ReadFull(f, x)
		m, errG := io.ReadFull(g, y)
		for i := range min(n, m) {
			if x[i] != y[i] {
				return at + int64(i), line, nil
			}
			if x[i] == '\n' {
				line++
			}
		}
		if n != m {
			return at + int64(min(n, m)), line, nil
		}
		at += int64(n)
		for _, err := range []error{errF, errG} {
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				return 0, 0, err
			}
		}
		if errF != nil {
			return -1, 0, nil
		}
	}
}

// lineAt returns the line around an offset, if it is text.
func lineAt(f *os.File, at int64) (string, bool) {
	const around = 60
	start := max(0, at-around)
	buf := make([]byte, 2*around)
	n, _ := f.ReadAt(buf, start) //nolint:errcheck // what is there is shown
	text := buf[:n]
	here := min(int(at-start), len(text))
	if i := bytes.LastIndexByte(text[:here], '\n'); i >= 0 {
		text, here = text[i+1:], here-i-1
	}
	if i := bytes.IndexByte(text[here:], '\n'); i >= 0 {
		text = text[:here+i]
	}
	printable := func(r rune) bool { return r != 0xFFFD && (r >= ' ' || r == '\t') }
	return string(text), bytes.IndexFunc(text, func(r rune) bool { return !printable(r) }) < 0
}
