package transport_test

import (
	"os"
	"sync"
	"testing"

	"devenv/store/storepath"
)

// totals is a progress that adds up.
type totals struct {
	mu                  sync.Mutex
	paths, begun, ended int
	bytes, read         int64
}

func (s *totals) Planned(paths int, bytes int64) { s.paths, s.bytes = paths, bytes }

func (s *totals) Begin(storepath.Path, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
}

func (s *totals) Add(_ storepath.Path, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read += n
}

func (s *totals) End(_ storepath.Path, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.ended++
	}
}

func writeFile(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
