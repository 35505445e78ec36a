package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"devenv/store"
	"devenv/store/nar"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// makeClosure adds n paths, together about total bytes, and returns one that
// refers to all of them.
func makeClosure(ctx context.Context, s *store.Store, n int, total int64) (last storepath.Path, size int64, err error) {
	rng := rand.New(rand.NewPCG(1, 2))
	weights, sum := make([]float64, n), 0.0
	for i := range weights { // a few are large, most are small
		weights[i] = math.Exp(rng.Float64() * 8)
		sum += weights[i]
	}
	var all []storepath.Path
	for i, w := range weights {
		var refs []storepath.Path
		for range min(i, 4) {
			refs = append(refs, all[rng.IntN(i)])
		}
		if i == n-1 {
			refs = all
		}
		info, err := addTree(ctx, s, fmt.Sprintf("package-%d", i), refs, int64(w/sum*float64(total)), rng)
		if err != nil {
			return storepath.Path{}, 0, err
		}
		all = append(all, info.Path)
		size += info.NarSize
	}
	return all[n-1], size, nil
}

// addTree adds a directory of up to ten files.
func addTree(ctx context.Context, s *store.Store, name string, refs []storepath.Path, size int64, rng *rand.Rand) (narinfo.Info, error) {
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	w.WriteHeader(nar.Header{Path: ".", Type: nar.Directory}) //nolint:errcheck // Close has it
	files := 1 + rng.Int64N(10)
	for i := range files {
		text := prose(rng, size/files)
		w.WriteHeader(nar.Header{Path: fmt.Sprintf("file-%d", i), Type: nar.Regular, Size: int64(len(text))}) //nolint:errcheck // Close has it
		w.Write(text)                                                                                         //nolint:errcheck // Close has it
	}
	if err := w.Close(); err != nil {
		return narinfo.Info{}, err
	}
	sum := nixhash.NewHasher(nixhash.SHA256)
	sum.Write(b.Bytes())
	p, err := s.Dir().Output(sum.Sum(), "out", name)
	if err != nil {
		return narinfo.Info{}, err
	}
	info := narinfo.Info{Path: p, NarHash: sum.Sum(), NarSize: int64(b.Len()), References: refs}
	return info, s.Import(ctx, info, &b)
}

// prose is made of few words and some numbers: it compresses to about a third.
func prose(rng *rand.Rand, size int64) []byte {
	text := make([]byte, 0, size+64)
	for int64(len(text)) < size {
		text = fmt.Appendf(text, "word%d %x ", rng.IntN(2000), rng.Uint32()>>rng.IntN(32))
	}
	return text[:size]
}
