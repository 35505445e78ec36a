package build

import (
	"crypto/sha256"

	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// digestLen is how long the digest in a store path is.
const digestLen = 32

// finder looks for the digests of store paths in what is written to it: a file
// that has one refers to that path.
type finder struct {
	wanted map[[digestLen]byte]storepath.Path // those not found yet
	found  []storepath.Path
	tail   []byte // the last bytes written, in which a digest may begin
}

// newFinder returns a finder of references to paths.
func newFinder(paths []storepath.Path) *finder {
	f := &finder{wanted: make(map[[digestLen]byte]storepath.Path, len(paths)), tail: make([]byte, 0, 2*digestLen)}
	for _, p := range paths {
		f.wanted[[digestLen]byte([]byte(p.Digest()))] = p
	}
	return f
}

// Write looks through p. It never fails.
func (f *finder) Write(p []byte) (int, error) {
	if len(f.wanted) == 0 {
		return len(p), nil
	}
	if len(f.tail) > 0 {
		f.search(append(f.tail, p[:min(len(p), digestLen-1)]...))
	}
	f.search(p)
	if len(p) >= digestLen-1 {
		f.tail = append(f.tail[:0], p[len(p)-(digestLen-1):]...)
	} else {
		f.tail = append(f.tail, p...)
		f.tail = append(f.tail[:0], f.tail[max(0, len(f.tail)-(digestLen-1)):]...)
	}
	return len(p), nil
}

// isDigit marks the bytes that digests are made of.
var isDigit = func() (digit [256]bool) {
	for _, c := range "0123456789abcdfghijklmnpqrsvwxyz" {
		digit[c] = true
	}
	return digit
}()

// search looks for runs of digits as long as a digest. It looks at every 32nd
// byte only, as long as those are no digits.
func (f *finder) search(p []byte) {
	for end := digestLen; end <= len(p); {
		window := p[end-digestLen : end]
		i := digestLen - 1
		for i >= 0 && isDigit[window[i]] {
			i--
		}
		if i >= 0 {
			end += i + 1
			continue
		}
		if path, ok := f.wanted[[digestLen]byte(window)]; ok {
			delete(f.wanted, [digestLen]byte(window))
			f.found = append(f.found, path)
		}
		end++
	}
}

// scan returns the hash and the size of the NAR of the tree at path, and which of
// candidates it refers to. It hashes and looks at the same time.
func scan(path string, candidates []storepath.Path) (nixhash.Hash, int64, []storepath.Path, error) {
	f := newFinder(candidates)
	w := &both{sum: nixhash.NewHasher(nixhash.SHA256), find: f, work: make(chan []byte), done: make(chan struct{})}
	go w.run()
	err := nar.Dump(w, path)
	close(w.work)
	if err != nil {
		return nixhash.Hash{}, 0, nil, err
	}
	return w.sum.Sum(), w.sum.Size(), f.found, nil
}

// both hashes and looks through what is written to it, one in a goroutine.
type both struct {
	sum  *nixhash.Hasher
	find *finder
	work chan []byte
	done chan struct{}
}

func (b *both) run() {
	for p := range b.work {
		b.find.Write(p) //nolint:errcheck // never fails
		b.done <- struct{}{}
	}
}

func (b *both) Write(p []byte) (int, error) {
	if len(p) < sha256.BlockSize*64 { // not worth a handover
		b.find.Write(p) //nolint:errcheck // never fails
		return b.sum.Write(p)
	}
	b.work <- p
	b.sum.Write(p) //nolint:errcheck // never fails
	<-b.done
	return len(p), nil
}
