package store

import (
	"bufio"
	"net"
	"os"
	"testing"

	"devenv/store/filelock"
)

func holdCollectorLock(t *testing.T, s *Store) {
	lock, err := filelock.Try(s.state("gc.lock"), filelock.Exclusive)
	if lock == nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Release() })
}

// collect plays a Nix that collects garbage, and returns what it is told.
func collect(t *testing.T, s *Store) <-chan string {
	holdCollectorLock(t, s)
	if err := os.MkdirAll(s.state("gc-socket"), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", s.state("gc-socket/socket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	told := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		line, _ := bufio.NewReader(conn).ReadString('\n')
		told <- line
		conn.Write([]byte("1"))
	}()
	return told
}
