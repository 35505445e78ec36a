// Command pull measures how long it takes to get a closure from a binary cache on
// loopback into an empty store: `devenv cache pull` beside `nix copy`, in turns.
//
//	go build -o /tmp/devenv ./cmd/devenv && go run ./bench/pull -devenv /tmp/devenv
//
// The cache is a directory behind a web server in this process. The closure is
// made up: paths that refer to others before them, with files of a few bytes to a
// few megabytes that compress to about a third.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/storepath"
	"devenv/store/transport"
)

type options struct {
	devenv, nix string
	paths       int
	megabytes   int
	rounds      int
	dir         string
}

func main() {
	var o options
	flag.StringVar(&o.devenv, "devenv", "devenv", "the `program` devenv")
	flag.StringVar(&o.nix, "nix", "nix", "the `program` nix")
	flag.IntVar(&o.paths, "paths", 500, "paths in the closure")
	flag.IntVar(&o.megabytes, "megabytes", 100, "about how large it is")
	flag.IntVar(&o.rounds, "rounds", 5, "pulls by each")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "work below `DIR`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pull:", err)
		os.Exit(1)
	}
}

// run is the whole story.
func run(ctx context.Context, out io.Writer, o options) (err error) {
	dir, err := os.MkdirTemp(o.dir, "pull-")
	if err != nil {
		return err
	}
	defer removeStore(dir)
	s, err := store.Open(ctx, store.Options{URL: filepath.Join(dir, "source")})
	if err != nil {
		return err
	}
	defer s.Close()
	last, bytes, err := makeClosure(ctx, s, o.paths, int64(o.megabytes)<<20)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d paths, %.0f MB of NARs, %d rounds\n\n", o.paths, float64(bytes)/1e6, o.rounds)
	fmt.Fprintf(out, "| cache | by | seconds | CPU seconds |\n|---|---|---|---|\n")
	for _, compression := range []string{"zstd", "xz"} {
		cacheDir := filepath.Join(dir, compression)
		to, err := binarycache.Open("file://"+cacheDir+"?compression="+compression, binarycache.Options{})
		if err != nil {
			return err
		}
		if _, err := transport.Copy(ctx, s, to, []storepath.Path{last}, transport.Options{}); err != nil {
			return err
		}
		if err := compare(ctx, out, o, dir, compression, s.Dir().Join(last)); err != nil {
			return err
		}
	}
	return nil
}

// compare lets both pull in turns.
func compare(ctx context.Context, out io.Writer, o options, dir, compression, path string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.FileServer(http.Dir(filepath.Join(dir, compression))), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener) //nolint:errcheck // it ends by Close
	defer server.Close()
	url := "http://" + listener.Addr().String()
	contenders := []struct {
		name string
		argv func(root string) []string
	}{
		{"devenv", func(string) []string {
			return []string{o.devenv, "cache", "pull", "--no-check-sigs", "--from", url, path}
		}},
		{"nix", func(root string) []string {
			return []string{o.nix, "copy", "--no-check-sigs", "--from", url, "--to", root, path}
		}},
	}
	wall, cpu := map[string][]float64{}, map[string][]float64{}
	for round := range o.rounds {
		for _, c := range contenders {
			// Nothing is removed between the rounds: for seconds after, ext4 searches
			// for inodes that were not in use of late.
			// What the one before has left to the system to write is not waited for here.
			syscall.Sync() //nolint:errcheck // on some systems it returns one
			root := filepath.Join(dir, fmt.Sprintf("root-%s-%s-%d", compression, c.name, round))
			seconds, used, err := once(ctx, root, c.argv(root))
			if err != nil {
				return err
			}
			wall[c.name], cpu[c.name] = append(wall[c.name], seconds), append(cpu[c.name], used)
		}
	}
	for _, c := range contenders {
		fmt.Fprintf(out, "| %s | %s | %.2f (%.2f) | %.2f |\n", compression, c.name, median(wall[c.name]), slices.Min(wall[c.name]), median(cpu[c.name]))
	}
	return nil
}

// once runs one pull in an environment of its own.
func once(ctx context.Context, root string, argv []string) (wall, cpu float64, err error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	home := root + "-home"
	defer os.RemoveAll(home)
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "DEVENV_STORE=" + root, "NIX_CONF_DIR=" + home,
		"NIX_CONFIG=experimental-features = nix-command\nbuild-users-group =\nsubstituters ="}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%q: %w: %s", argv, err, stderr.String())
	}
	wall = time.Since(start).Seconds()
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return wall, float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9, nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// removeStore deletes what may have read-only directories.
func removeStore(dir string) {
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error { //nolint:errcheck // what stays is in a temporary directory
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o700) //nolint:errcheck // as above
		}
		return nil
	})
	os.RemoveAll(dir)
}
