package transport_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/store/transport"
)

func TestNixReadsTheCachesThatWeWrite(t *testing.T) {
	s := open(t, tempRoot(t))
	last := closure(t, s, 5, 3000)
	for _, compression := range []string{"zstd", "xz", "none", "gzip", "br"} {
		dir := cacheDir(t)
		to := cache(t, "file://"+dir+"?compression="+compression, func(o *binarycache.Options) { o.Keys = []narinfo.SecretKey{key(t)} })
		if _, err := transport.Copy(t.Context(), s, to, []storepath.Path{last}, transport.Options{Thorough: true}); err != nil {
			t.Fatal(err)
		}
		root := tempRoot(t)
		mustNix(t, "nix", "copy", "--from", "file://"+dir, "--to", root, join(last))
		same(t, s, root)
	}
}

func TestNixRefusesWhatIsNotSigned(t *testing.T) {
	s := open(t, tempRoot(t))
	last := closure(t, s, 2, 10)
	dir := cacheDir(t)
	if _, err := transport.Copy(t.Context(), s, cache(t, "file://"+dir), []storepath.Path{last}, transport.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := nix(t, "nix", "copy", "--from", "file://"+dir, "--to", tempRoot(t), join(last)); err == nil || !strings.Contains(err.Error(), "signature") {
		t.Errorf("unsigned: %v", err)
	}
	c := cache(t, "file://"+dir)
	infos, err := s.Closure(t.Context(), last)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		if fresh, err := c.Sign(t.Context(), info.Path, key(t)); err != nil || !fresh {
			t.Fatalf("signed %v: %v", fresh, err)
		}
	}
	root := tempRoot(t)
	mustNix(t, "nix", "copy", "--from", "file://"+dir, "--to", root, join(last))
	same(t, s, root)
}

func TestNixUsesTheServer(t *testing.T) {
	s := open(t, tempRoot(t))
	last := closure(t, s, 5, 100_000)
	for _, compression := range []string{"zstd", "none"} {
		url := serve(t, s, binarycache.ServerOptions{Compression: compression, Keys: []narinfo.SecretKey{key(t)}})
		copied, realised := tempRoot(t), tempRoot(t)
		mustNix(t, "nix", "copy", "--from", url, "--to", copied, join(last))
		same(t, s, copied)
		mustNix(t, "nix-store", "--store", realised, "--option", "substituters", url, "-r", join(last))
		same(t, s, realised)
	}
}

func TestWeReadTheCachesThatNixWrites(t *testing.T) {
	theirs := tempRoot(t)
	s := open(t, theirs)
	last := closure(t, s, 5, 3000)
	mustNix(t, "nix", "store", "sign", "--store", theirs, "--key-file", keyFile(t), "--recursive", join(last))
	trusted := narinfo.Keys{"test-1": key(t).Public()}
	for _, params := range []string{"", "?compression=zstd", "?compression=bzip2", "?compression=none", "?compression=br", "?compression=gzip"} {
		dir := cacheDir(t)
		mustNix(t, "nix", "copy", "--store", theirs, "--to", "file://"+dir+params, join(last))
		root := tempRoot(t)
		to := open(t, root)
		from := binarycache.NewSet([]*binarycache.Cache{cache(t, fileServer(t, dir))}, binarycache.SetOptions{
			Trust: func(info narinfo.Info) error { return trusted.Check(storepath.Default, info) },
		})
		copied, err := transport.Copy(t.Context(), from, to, []storepath.Path{last}, transport.Options{})
		if err != nil || len(copied) != 7 {
			t.Fatalf("%s: %d copied, %v", params, len(copied), err)
		}
		same(t, s, root)
	}
}

func keyFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	writeFile(t, file, key(t).Text())
	return file
}

func TestStoreToStore(t *testing.T) {
	s := open(t, tempRoot(t))
	last := closure(t, s, 20, 100)
	root := tempRoot(t)
	var to *store.Store = open(t, root)
	hear := &totals{}
	if _, err := transport.Copy(t.Context(), s, to, []storepath.Path{last}, transport.Options{Progress: hear}); err != nil {
		t.Fatal(err)
	}
	same(t, s, root)
	if hear.paths != hear.ended || hear.bytes != hear.read || hear.paths != 22 {
		t.Errorf("%+v", hear)
	}
	again, err := transport.Copy(t.Context(), s, to, []storepath.Path{last}, transport.Options{})
	if err != nil || len(again) != 0 {
		t.Errorf("again: %d, %v", len(again), err)
	}
}

// TestTogether has several of our processes and of Nix's pull the same closure
// into one store at the same time. Nix does it by a substituter: its copying loses
// its place when somebody else adds a path meanwhile.
func TestTogether(t *testing.T) {
	s := open(t, tempRoot(t))
	last := closure(t, s, 60, 4000)
	dir := cacheDir(t)
	if _, err := transport.Copy(t.Context(), s, cache(t, "file://"+dir), []storepath.Path{last}, transport.Options{}); err != nil {
		t.Fatal(err)
	}
	url, root := fileServer(t, dir), tempRoot(t)
	mustNix(t, "nix-store", "--store", root, "--verify") // Nix cannot make the database while others do
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			var err error
			if i%3 == 0 {
				_, err = nix(t, "nix-store", "--store", root, "--option", "substituters", url, "--option", "require-sigs", "false", "--realise", join(last))
			} else {
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), "PULL="+url, "INTO="+root, "WANTED="+last.Base())
				var out []byte
				if out, err = cmd.CombinedOutput(); err != nil {
					err = fmt.Errorf("%w: %s", err, out)
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, s, root)
}
