package difftest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// A batch is a directory with expressions, one in a file.
type batch struct {
	dir   string
	texts []string
}

// newBatch writes expressions below dir, deep enough that no relative path of
// a generated expression leaves it.
func newBatch(dir string, exprs []*Expr) (*batch, error) {
	b := &batch{dir: filepath.Join(dir, "1", "2", "3", "4", "5")}
	if err := os.RemoveAll(b.dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(b.describe(), []byte(describe), 0o644); err != nil {
		return nil, err
	}
	for i, e := range exprs {
		b.texts = append(b.texts, e.String())
		if err := os.WriteFile(b.file(i), []byte(b.texts[i]), 0o644); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *batch) describe() string      { return filepath.Join(filepath.Dir(b.dir), "describe.nix") }
func (b *batch) file(i int) string     { return filepath.Join(b.dir, strconv.Itoa(i)+".nix") }
func (b *batch) question(i int) string { return fmt.Sprintf("describe (import %s)", b.file(i)) }
