package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"devenv/store/db"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// storeTask is one thing that both Nix and devenv do to trees and stores.
type storeTask struct {
	label     string
	prepare   string // a shell script whose time does not count
	nix, ours string // shell scripts; $1 is a name that no run before had
	bytes     int64  // that a run reads or writes; 0 where that tells nothing
	took      [2]samples
}

// The sizes of what is measured.
const (
	manyFiles  = 10_000
	bigFile    = 1_000_000_000
	registered = 100_000
)

// stores measures the local store beside real Nix.
func (s *site) stores(ctx context.Context, _ []*Contender, rounds int) (string, error) {
	t := table{title: "The local store", header: []string{"", "Nix", "devenv", "devenv, MB/s"}}
	if _, err := exec.LookPath("nix-store"); err != nil {
		t.add("Nix", "not on this machine")
		return t.String(), nil
	}
	tasks, err := s.storeTasks(ctx)
	if err != nil {
		return "", err
	}
	for round := range rounds {
		for i := range tasks {
			for who, script := range []string{tasks[i].nix, tasks[i].ours} {
				name := fmt.Sprintf("%d-%d-%d", round, i, who)
				_, err := s.storeScript(ctx, tasks[i].prepare, name)
				var took time.Duration
				if err == nil {
					took, err = s.storeScript(ctx, script, name)
				}
				if err != nil {
					return "", fmt.Errorf("%s: %w", tasks[i].label, err)
				}
				tasks[i].took[who].add(took)
			}
		}
	}
	for _, task := range tasks {
		speed := ""
		if task.bytes > 0 {
			speed = fmt.Sprintf("%.0f", float64(task.bytes)/1e6/task.took[1].median().Seconds())
		}
		t.add(task.label, task.took[0].millis(), task.took[1].millis(), speed)
	}
	t.note = "ms: median (p10), whole processes, files in the page cache. Nothing is deleted between the runs. " +
		"devenv has what it imports on the disk before it is valid; Nix leaves that to the system."
	return t.String(), nil
}

// storeScript runs a script in the site's directory and returns how long it took.
func (s *site) storeScript(ctx context.Context, script, name string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", script, "sh", name)
	cmd.Dir = s.path("stores")
	cmd.Env = append(os.Environ(), "PATH="+s.path("bin")+":"+os.Getenv("PATH"), "HOME="+s.path("stores"), "NIX_CONFIG=build-users-group =")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	return time.Since(start), nil
}

// storeTasks makes the trees and stores that are measured.
func (s *site) storeTasks(ctx context.Context) ([]storeTask, error) {
	small, err := s.manySmallFiles()
	if err == nil {
		err = s.oneBigFile()
	}
	if err == nil {
		err = s.registerMany(ctx)
	}
	if err != nil {
		return nil, err
	}
	for _, script := range []string{
		"for i in small/*; do devenv store add --store $PWD/a $i; done > paths; devenv store add --store $PWD/a big >> paths",
		"nix-store --dump small > small.nar; nix-store --dump big > big.nar",
		"nix-store --store $PWD/a --export $(cat paths) > export",
	} {
		if _, err := s.storeScript(ctx, script, ""); err != nil {
			return nil, err
		}
	}
	tree, file := fmt.Sprintf("%d files", manyFiles), "1 GB file"
	return []storeTask{
		{label: "NAR of " + tree, nix: "nix-store --dump small > /dev/null", ours: "devenv store nar-dump small > /dev/null", bytes: small},
		{label: "NAR of a " + file, nix: "nix-store --dump big > /dev/null", ours: "devenv store nar-dump big > /dev/null", bytes: bigFile},
		{label: "hash of " + tree, nix: "nix-hash --type sha256 small", ours: "devenv store add -n small", bytes: small},
		{label: "hash of a " + file, nix: "nix-hash --type sha256 big", ours: "devenv store add -n big", bytes: bigFile},
		{label: "restore " + tree, nix: "nix-store --restore r$1 < small.nar", ours: "devenv store nar-restore r$1 < small.nar", bytes: small},
		{label: "restore a " + file, nix: "nix-store --restore b < big.nar; rm b", ours: "devenv store nar-restore b < big.nar; rm b", bytes: bigFile},
		{label: "verify the contents of 101 paths", nix: "nix-store --store $PWD/a --verify --check-contents", ours: "devenv store verify --store $PWD/a --check-contents", bytes: small + bigFile},
		{label: "export 101 paths", nix: "nix-store --store $PWD/a --export $(cat paths) > /dev/null", ours: "devenv store export --store $PWD/a $(cat paths) > /dev/null", bytes: small + bigFile},
		{label: "import 101 paths", nix: "nix-store --store $PWD/i$1 --import < export", ours: "devenv store import --store $PWD/i$1 < export", bytes: small + bigFile},
		{label: fmt.Sprintf("collect garbage, %d paths live", registered), nix: "nix-store --store $PWD/g --gc", ours: "devenv store gc --store $PWD/g"},
		{label: fmt.Sprintf("collect garbage, %d paths dead", registered), prepare: "cp -a g d$1 && rm d$1/nix/var/nix/gcroots/all", nix: "nix-store --store $PWD/d$1 --gc", ours: "devenv store gc --store $PWD/d$1"},
	}, nil
}

// manySmallFiles writes 100 directories of 100 files and returns their bytes.
func (s *site) manySmallFiles() (total int64, err error) {
	random := rand.NewChaCha8([32]byte{1})
	for i := range manyFiles {
		content := make([]byte, (i%100)*(i%100))
		random.Read(content) //nolint:errcheck // never fails
		if err := write(s.path(fmt.Sprintf("stores/small/p%02d/module-%02d.js", i/100, i%100)), string(content)); err != nil {
			return 0, err
		}
		total += int64(len(content))
	}
	return total, nil
}

func (s *site) oneBigFile() error {
	f, err := os.Create(s.path("stores/big"))
	if err != nil {
		return err
	}
	defer f.Close()
	random := rand.NewChaCha8([32]byte{2})
	block := make([]byte, 1_000_000)
	for range bigFile / len(block) {
		random.Read(block) //nolint:errcheck // never fails
		if _, err := f.Write(block); err != nil {
			return err
		}
	}
	return f.Close()
}

// registerMany makes a store of many one-file trees, all of which the first one
// keeps, which a root keeps.
func (s *site) registerMany(ctx context.Context) error {
	root := s.path("stores/g/nix")
	if err := os.MkdirAll(filepath.Join(root, "store"), 0o755); err != nil {
		return err
	}
	d, err := db.Open(ctx, db.Options{Dir: filepath.Join(root, "var/nix/db"), StoreDir: storepath.Default})
	if err != nil {
		return err
	}
	defer d.Close()
	hash := nixhash.NewHasher(nixhash.SHA256).Sum()
	infos := make([]db.Info, registered)
	for i := range infos {
		p, err := storepath.Default.Source(fmt.Sprintf("path-%06d", i), hash, nil, false)
		if err != nil {
			return err
		}
		infos[i] = db.Info{Path: p, NarHash: hash, NarSize: 120, Registered: time.Unix(1, 0)}
		if i > 0 {
			parent := &infos[i/10]
			parent.References = append(parent.References, p)
		}
		if err := os.WriteFile(filepath.Join(root, "store", p.Base()), []byte("x"), 0o444); err != nil {
			return err
		}
	}
	if err := d.Register(ctx, nil, infos...); err != nil {
		return err
	}
	link := filepath.Join(root, "var/nix/gcroots/all")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	return os.Symlink(storepath.Default.Join(infos[0].Path), link)
}
