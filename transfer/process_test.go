package transfer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"devenv/store/nixhash"
)

// The test binary is also the processes that the tests need beside them.
func TestMain(m *testing.M) {
	switch os.Getenv("TRANSFER_TEST_CHILD") {
	case "stream":
		childStream()
	case "proxy":
		childProxy()
	default:
		os.Exit(m.Run())
	}
}

func child(t *testing.T, role string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append([]string{"TRANSFER_TEST_CHILD=" + role, "PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stderr = os.Stderr
	return cmd
}

// childStream downloads $URL and prints its SHA-256.
func childStream() {
	client, err := New(Options{CacheDir: os.Getenv("CACHE")})
	if err == nil {
		var want []Checksum
		if w := os.Getenv("WANT"); w != "" {
			h, _ := nixhash.Parse(w)
			want = []Checksum{h}
		}
		err = client.Stream(context.Background(), Request{URL: os.Getenv("URL"), Want: want}, func(r io.Reader) error {
			h := nixhash.NewHasher(nixhash.SHA256)
			_, err := io.Copy(h, r)
			fmt.Print(h.Sum().SRI())
			return err
		}, nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestProcessesDownloadOnce(t *testing.T) {
	for _, checked := range []bool{true, false} {
		o := newOrigin(t, size)
		all := make(chan struct{})
		o.behave(func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 0 {
				o.sendThen(w, size/2, func() { <-all; w.Write(o.content[size/2:]) })
				return true
			}
			return false
		})
		cache := t.TempDir()
		env := []string{"CACHE=" + cache, "URL=" + o.URL + "/file.tar.gz"}
		if checked {
			env = append(env, "WANT="+o.request().Want[0].SRI())
		}
		var done sync.WaitGroup
		for range 2 {
			done.Go(func() {
				out, err := child(t, "stream", env...).Output()
				if err != nil || string(out) != sha256Of(o.content)[0].SRI() {
					t.Errorf("checked %v: %q, %v", checked, out, err)
				}
			})
		}
		until(t, func() bool { // the other one waits
			marks, _ := filepath.Glob(filepath.Join(cache, "partial", "*.wanted"))
			return o.requests() == 1 && len(marks) == 1 && (&partial{path: strings.TrimSuffix(marks[0], ".wanted")}).wanted()
		})
		close(all)
		done.Wait()
		if o.requests() != 1 || o.sent() != size {
			t.Errorf("checked %v: %d requests, %d bytes", checked, o.requests(), o.sent())
		}
	}
}

func TestAllWhoWaitGetTheBytes(t *testing.T) {
	o := newOrigin(t, size)
	all := make(chan struct{})
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		o.sendThen(w, size/2, func() { <-all; w.Write(o.content[size/2:]) })
		return true
	}
	cache := t.TempDir()
	waiting := make(chan struct{}, 1<<16)
	var done sync.WaitGroup
	for range 5 {
		first := sync.OnceFunc(func() { waiting <- struct{}{} })
		client, _ := newClient(t, func(o *Options) {
			o.CacheDir = cache
			o.Sleep = func(context.Context, time.Duration) error { first(); time.Sleep(time.Millisecond); return nil }
		})
		done.Go(func() {
			var got collector
			if err := client.Stream(t.Context(), Request{URL: o.URL}, got.sink, nil); err != nil {
				t.Error(err)
			}
			got.mustBe(t, 1, o.content)
		})
	}
	for range 4 {
		<-waiting
	}
	close(all)
	done.Wait()
	if o.requests() != 1 {
		t.Errorf("%d requests", o.requests())
	}
	if left, _ := os.ReadDir(filepath.Join(cache, "partial")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestKilledProcessResumes(t *testing.T) {
	for _, checked := range []bool{true, false} {
		o := newOrigin(t, size)
		o.behave(func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 0 {
				o.sendThen(w, size/2, func() { <-r.Context().Done() })
			}
			return n == 0
		})
		cache := t.TempDir()
		env := []string{"CACHE=" + cache, "URL=" + o.URL + "/file.tar.gz"}
		if checked {
			env = append(env, "WANT="+o.request().Want[0].SRI())
		}
		first := child(t, "stream", env...)
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		until(t, func() bool {
			parts, _ := filepath.Glob(filepath.Join(cache, "partial", "*.part"))
			if len(parts) != 1 {
				return false
			}
			info, err := os.Stat(parts[0])
			return err == nil && info.Size() == size/2
		})
		if err := first.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		first.Wait()

		out, err := child(t, "stream", env...).Output()
		if err != nil || string(out) != sha256Of(o.content)[0].SRI() {
			t.Errorf("checked %v: %q, %v", checked, out, err)
		}
		if got := o.ranges(); len(got) != 2 || got[1] != fmt.Sprintf("bytes=%d-", size/2) || o.sent() != size {
			t.Errorf("checked %v: asked for %q, sent %d", checked, got, o.sent())
		}
		if left, _ := os.ReadDir(filepath.Join(cache, "partial")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come to that")
		}
	}
}

func childProxy() {
	for _, raw := range strings.Fields(os.Getenv("URLS")) {
		r, err := http.NewRequest(http.MethodGet, raw, nil)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		theirs, theirErr := http.ProxyFromEnvironment(r)
		p, ourErr := proxiesFrom(os.Getenv)
		if ourErr != nil || theirErr != nil {
			fmt.Println(raw, "error", theirErr != nil, ourErr != nil)
			continue
		}
		ours, _ := p.forRequest(r)
		fmt.Println(raw, theirs, ours)
	}
}
