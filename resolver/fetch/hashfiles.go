package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/store/nixhash"
)

// hashFiles is the hash of the NAR of files below dir.
func (f *Fetcher) hashFiles(ctx context.Context, dir string, files *Files) (sized, error) {
	key, settled, err := f.fingerprint(ctx, dir, files)
	if err != nil {
		return sized{}, err
	}
	return f.hashOnce(dir, "files", key, settled, func() (sized, error) {
		sum := nixhash.NewHasher(nixhash.SHA256)
		if err := files.dump(ctx, sum, dir); err != nil {
			return sized{}, ctxErr(ctx, err)
		}
		return sized{Hash: sum.Sum(), Size: sum.Size()}, nil
	})
}

// state is the note of what a tree's hash was when its files looked so.
type state struct {
	Key string `json:"key"`
	NAR sized  `json:"nar"`
}

// hashOnce calls hash unless the last hash of dir was of the same state, which
// key names, so that a tree that nobody touched is not read again. A state of
// files that were changed so lately that a further change could leave the same
// times is not settled: it is neither believed nor noted.
func (f *Fetcher) hashOnce(dir, kind, key string, settled bool, hash func() (sized, error)) (sized, error) {
	var last state
	if settled && f.notes.recall(&last, kind, dir) && last.Key == key {
		return last.NAR, nil
	}
	s, err := hash()
	if err == nil && settled {
		f.notes.remember(state{Key: key, NAR: s}, kind, dir)
	}
	return s, err
}

// settle is how long a file must have been left alone: longer than the
// coarsest clock of a file system.
const settle = 2 * time.Second

// fingerprint is made of all that lstat tells of files. settled says that none
// was changed just now.
func (f *Fetcher) fingerprint(ctx context.Context, dir string, files *Files) (key string, settled bool, err error) {
	parts := slices.Collect(slices.Chunk(files.Names(), 1+len(files.Names())/runtime.GOMAXPROCS(0)))
	states := make([][]byte, len(parts))
	young := make([]bool, len(parts))
	limit := f.opt.Now().Add(-settle)
	g, ctx := errgroup.WithContext(ctx)
	for i, names := range parts {
		g.Go(func() error {
			for _, name := range names {
				info, err := os.Lstat(dir + "/" + name)
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					return err
				}
				states[i] = append(append(states[i], name...), 0)
				var changed time.Time
				states[i], changed = appendState(states[i], info)
				young[i] = young[i] || changed.After(limit)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return "", false, err
	}
	sum := sha256.New()
	for _, state := range states {
		sum.Write(state)
	}
	return hex.EncodeToString(sum.Sum(nil)), !slices.Contains(young, true), nil
}

// appendState writes what identifies a state of a file, and returns when it changed.
func appendState(b []byte, info os.FileInfo) ([]byte, time.Time) {
	changed := info.ModTime()
	var inode uint64
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		inode = st.Ino
		if c := changeTime(st); c.After(changed) {
			changed = c
		}
	}
	for _, n := range []uint64{uint64(info.Mode()), uint64(info.Size()), uint64(info.ModTime().UnixNano()), uint64(changed.UnixNano()), inode} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return b, changed
}
