package transport_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/storepath"
	"devenv/store/transport"
	"devenv/transfer"
)

var kills = flag.Int("kills", 100, "how often a pull is killed")

// TestMain is also the process that is killed: with PULL set it pulls.
func TestMain(m *testing.M) {
	if url := os.Getenv("PULL"); url != "" {
		if err := pull(context.Background(), url, os.Getenv("INTO"), os.Getenv("WANTED")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

func pull(ctx context.Context, url, root, wanted string) error {
	p, err := storepath.ParseBase(wanted)
	if err != nil {
		return err
	}
	to, err := store.Open(ctx, store.Options{URL: root})
	if err != nil {
		return err
	}
	client, err := transfer.New(transfer.Options{})
	if err != nil {
		return err
	}
	from, err := binarycache.Open(url, binarycache.Options{Client: client})
	if err != nil {
		return err
	}
	_, err = transport.Copy(ctx, from, to, []storepath.Path{p}, transport.Options{Jobs: 4})
	return err
}

// TestKilled kills pulls at random moments, each going on in the store that the
// one before left, and looks each time whether all that is valid is whole and has
// what it refers to.
func TestKilled(t *testing.T) {
	s := open(t, tempRoot(t))
	last := closure(t, s, 30, 4000)
	dir := cacheDir(t)
	if _, err := transport.Copy(t.Context(), s, cache(t, "file://"+dir), []storepath.Path{last}, transport.Options{}); err != nil {
		t.Fatal(err)
	}
	url := fileServer(t, dir)
	rng := rand.New(rand.NewPCG(1, 2))
	root, whole, cut := tempRoot(t), 0, 0
	for range *kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "PULL="+url, "INTO="+root, "WANTED="+last.Base())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(rng.IntN(140))*time.Millisecond, func() { cmd.Process.Kill() })
		err := cmd.Wait()
		if check(t, root, last) {
			whole++
			root = tempRoot(t)
		} else if err != nil {
			cut++
		}
	}
	t.Logf("%d pulls: %d cut, %d came to the end", *kills, cut, whole)
	if cut == 0 || whole == 0 {
		t.Errorf("%d pulls were cut, %d came to the end: the moments are not random", cut, whole)
	}
}

// check holds that a store is what its database says, and closed. It reports
// whether the store has p.
func check(t *testing.T, root string, p storepath.Path) bool {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: root})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	problems, err := s.Verify(t.Context(), true)
	if err != nil || len(problems) > 0 {
		t.Fatalf("after a kill: %v, %v", problems, err)
	}
	all, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range all {
		if missing, err := s.Missing(t.Context(), info.References); err != nil || len(missing) > 0 {
			t.Fatalf("%s is valid, %v not: %v", info.Path, missing, err)
		}
	}
	_, err = s.Lookup(t.Context(), p)
	return err == nil
}
