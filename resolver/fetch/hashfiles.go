package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/store/nixhash"
)

// hashFiles is the hash of the NAR of files below dir. It is remembered by what
// lstat says of every file, so that a tree that nobody touched is not read
// again. Files changed so lately that a further change could leave the same
// times are not trusted.
func (f *Fetcher) hashFiles(ctx context.Context, dir string, files *Files) (sized, error) {
	key, settled, err := f.fingerprint(ctx, dir, files)
	if err != nil {
		return sized{}, err
	}
	var s sized
	if settled && f.notes.recall(&s, "files", dir, key) {
		return s, nil
	}
	sum := nixhash.NewHasher(nixhash.SHA256)
	if err := files.dump(ctx, sum, dir); err != nil {
		return sized{}, ctxErr(ctx, err)
	}
	s = sized{Hash: sum.Sum(), Size: sum.Size()}
	if settled {
		f.notes.remember(s, "files", dir, key)
	}
	return s, nil
}

// settle is how long a file must have been left alone: longer than the
// coarsest clock of a file system.
const settle = 2 * time.Second

// fingerprint is made of all that lstat tells of files. settled says that none
// was changed just now.
func (f *Fetcher) fingerprint(ctx context.Context, dir string, files *Files) (key string, settled bool, err error) {
	names := files.Names()
	stats := make([]string, len(names))
	workers := runtime.GOMAXPROCS(0)
	young := make([]bool, workers)
	limit := f.opt.Now().Add(-settle)
	g, ctx := errgroup.WithContext(ctx)
	for w := range workers {
		g.Go(func() error {
			for i := w * len(names) / workers; i < (w+1)*len(names)/workers; i++ {
				info, err := os.Lstat(filepath.Join(dir, names[i]))
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					return err
				}
				changed := statText(info, &stats[i])
				young[w] = young[w] || changed.After(limit)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return "", false, err
	}
	sum := sha256.New()
	settled = true
	for i, name := range names {
		fmt.Fprintf(sum, "%s\x00%s\x00", name, stats[i])
	}
	for _, y := range young {
		settled = settled && !y
	}
	return hex.EncodeToString(sum.Sum(nil)), settled, nil
}

// statText writes what identifies a state of a file, and returns when it changed.
func statText(info os.FileInfo, text *string) time.Time {
	changed := info.ModTime()
	var inode uint64
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		inode = st.Ino
		if c := changeTime(st); c.After(changed) {
			changed = c
		}
	}
	*text = fmt.Sprintf("%o %d %d %d %d", info.Mode(), info.Size(), info.ModTime().UnixNano(), changed.UnixNano(), inode)
	return changed
}
