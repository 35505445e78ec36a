package build

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"

	"devenv/store/storepath"
)

// log is the log of one build: a file, the last lines for an error, and whoever
// listens.
type log struct {
	file  string
	out   io.WriteCloser
	err   error // of writing the file, which must not stop a build
	limit int64 // bytes; 0 is none
	size  int64
	line  []byte // without an end so far
	tail  []string
	keep  int
	each  func(line string)
}

// LogFile returns the file in dir, a store's log directory, that keeps the log of
// the derivation at drv. Logs that Nix wrote are compressed and have ".bz2" after
// that; it reads both.
func LogFile(dir string, drv storepath.Path) string {
	return filepath.Join(dir, "drvs", drv.Base()[:2], drv.Base()[2:])
}

// newLog begins the log of a build.
func (b *Builder) newLog(drv storepath.Path) (*log, error) {
	l := &log{file: LogFile(b.Store.LogDir(), drv), limit: b.MaxLog, keep: b.LogLines, each: func(string) {}}
	if b.Line != nil {
		l.each = func(line string) { b.Line(drv, line) }
	}
	if err := os.MkdirAll(filepath.Dir(l.file), 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(l.file)
	if err != nil {
		return nil, err
	}
	l.out = f
	return l, nil
}

// write adds what a builder printed. It reports false if that is more than it may
// print.
func (l *log) write(p []byte) bool {
	if l.size += int64(len(p)); l.limit > 0 && l.size > l.limit {
		return false
	}
	if l.err == nil {
		_, l.err = l.out.Write(p)
	}
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			l.addLine(p)
			break
		}
		l.addLine(p[:end])
		l.flush()
		p = p[end+1:]
	}
	return true
}

// maxLine is how many bytes of a line are shown.
const maxLine = 64 << 10

func (l *log) addLine(p []byte) {
	l.line = append(l.line, p[:min(len(p), maxLine-len(l.line))]...)
}

// flush ends the line at hand. Of one that was written over by carriage returns
// the last state is shown.
func (l *log) flush() {
	line := bytes.TrimRight(l.line, "\r")
	if i := bytes.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	text := string(line)
	l.line = l.line[:0]
	l.each(text)
	if len(l.tail) == l.keep {
		l.tail = slices.Delete(l.tail, 0, 1)
	}
	l.tail = append(l.tail, text)
}

// close ends the log.
func (l *log) close() {
	if len(l.line) > 0 {
		l.flush()
	}
	if err := l.out.Close(); l.err == nil {
		l.err = err
	}
}
