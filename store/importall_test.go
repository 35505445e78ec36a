package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// made are trees to import, each with the ones before it as references, as far
// as refs says.
type made struct {
	infos []store.Info
	nars  map[storepath.Path][]byte
}

// chain makes n trees, each of which refers to the one before and to the first.
func chain(t testing.TB, n int) *made {
	t.Helper()
	m := &made{nars: map[storepath.Path][]byte{}}
	for i := range n {
		var refs []storepath.Path
		if i > 0 {
			refs = append(refs, m.infos[0].Path)
		}
		if i > 1 {
			refs = append(refs, m.infos[i-1].Path)
		}
		m.add(t, fmt.Sprintf("link-%d", i), refs...)
	}
	return m
}

func (m *made) add(t testing.TB, name string, refs ...storepath.Path) storepath.Path {
	t.Helper()
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	text := strings.Repeat(name+"\n", 100)
	w.WriteHeader(nar.Header{Path: ".", Type: nar.Directory})
	w.WriteHeader(nar.Header{Path: "file", Type: nar.Regular, Size: int64(len(text))})
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := nixhash.NewHasher(nixhash.SHA256)
	sum.Write(b.Bytes())
	p, err := storepath.Default.Output(sum.Sum(), "out", name)
	if err != nil {
		t.Fatal(err)
	}
	m.infos = append(m.infos, store.Info{Path: p, NarHash: sum.Sum(), NarSize: int64(b.Len()), References: refs})
	m.nars[p] = b.Bytes()
	return p
}

func (m *made) nar(_ context.Context, p storepath.Path, sink func(io.Reader) error) error {
	return sink(bytes.NewReader(m.nars[p]))
}

func valid(t testing.TB, s *store.Store, infos []store.Info) (n int) {
	t.Helper()
	for _, info := range infos {
		if _, err := s.Lookup(t.Context(), info.Path); err == nil {
			n++
		} else if !errors.Is(err, store.ErrInvalid) {
			t.Fatal(err)
		}
	}
	return n
}

func TestImportAll(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	m := chain(t, 40)
	var mu sync.Mutex
	asked := map[storepath.Path]int{}
	last := make(chan struct{}) // closed once another path has arrived, and then the first one does
	err := s.ImportAll(t.Context(), append(m.infos, m.infos...), func(ctx context.Context, p storepath.Path, sink func(io.Reader) error) error {
		mu.Lock()
		asked[p]++
		mu.Unlock()
		switch p {
		case m.infos[0].Path:
			<-last
			if valid(t, s, m.infos) > 0 {
				t.Error("paths are valid before what they refer to")
			}
		case m.infos[30].Path: // a source that breaks off and begins again
			if err := sink(io.MultiReader(bytes.NewReader(m.nars[p][:200]), readerFunc(func([]byte) (int, error) { return 0, io.ErrClosedPipe }))); err == nil {
				t.Error("half a NAR is taken")
			}
		case m.infos[39].Path:
			defer close(last)
		}
		return m.nar(ctx, p, sink)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) != 40 || asked[m.infos[7].Path] != 1 {
		t.Errorf("asked for %v", asked)
	}
	checkWhole(t, root)
	if n := valid(t, s, m.infos); n != 40 {
		t.Errorf("%d are valid", n)
	}
	if got := names(t, root); len(got) != 40 {
		t.Errorf("in the store: %q", got)
	}
	nix(t, root, "--verify", "--check-contents")
	if got := len(strings.Fields(nix(t, root, "-q", "--requisites", storepath.Default.Join(m.infos[39].Path)))); got != 40 {
		t.Errorf("%d requisites", got)
	}
	err = s.ImportAll(t.Context(), m.infos, func(context.Context, storepath.Path, func(io.Reader) error) error { return errors.New("asked") })
	if err != nil {
		t.Errorf("again: %v", err)
	}
}

// TestImportAllKeepsWhatIsWhole: one path fails once the others have arrived.
func TestImportAllKeepsWhatIsWhole(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	m := chain(t, 10)
	broken := errors.New("broken")
	var arrived sync.WaitGroup
	arrived.Add(9)
	err := s.ImportAll(t.Context(), m.infos, func(ctx context.Context, p storepath.Path, sink func(io.Reader) error) error {
		if p == m.infos[6].Path {
			arrived.Wait()
			return broken
		}
		defer arrived.Done()
		return m.nar(ctx, p, sink)
	})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if n := valid(t, s, m.infos[:6]); n < 4 { // the last ones may just have been on their way
		t.Errorf("%d of the 6 before it are valid", n)
	}
	if n := valid(t, s, m.infos[6:]); n != 0 {
		t.Errorf("it, or what refers to it, is valid: %d", n)
	}
	checkWhole(t, root)
	if got := names(t, root); len(got) != valid(t, s, m.infos) {
		t.Errorf("in the store: %q", got)
	}
	if err := s.ImportAll(t.Context(), m.infos, m.nar); err != nil || valid(t, s, m.infos) != 10 {
		t.Errorf("later: %v", err)
	}
}

func TestImportAllRefuses(t *testing.T) {
	m := chain(t, 3)
	wrong := slices.Clone(m.infos)
	wrong[1].NarHash = m.infos[2].NarHash
	circle := slices.Clone(m.infos)
	circle[0].References = []storepath.Path{m.infos[2].Path}
	text := chain(t, 1)
	text.infos[0].CA = storepath.ContentAddress{Method: storepath.NAR, Hash: m.infos[1].NarHash}
	drv := chain(t, 0)
	drv.add(t, "no.drv")
	drv.add(t, "user", drv.infos[0].Path)
	silent := func(context.Context, storepath.Path, func(io.Reader) error) error { return nil }
	for name, tt := range map[string]struct {
		infos []store.Info
		nar   func(context.Context, storepath.Path, func(io.Reader) error) error
		want  any
	}{
		"another NAR":      {wrong, m.nar, new(*store.HashError)},
		"a circle":         {circle, m.nar, new(*store.ReferenceError)},
		"the wrong order":  {[]store.Info{m.infos[1], m.infos[0]}, m.nar, new(*store.ReferenceError)},
		"a lacking one":    {m.infos[1:2], m.nar, new(*store.ReferenceError)},
		"another address":  {text.infos, text.nar, new(*store.AddressError)},
		"no derivation":    {drv.infos, drv.nar, new(*store.DerivationError)},
		"no NAR":           {m.infos, silent, nil},
		"a hash of no NAR": {[]store.Info{{Path: m.infos[0].Path}}, m.nar, nil},
		"a sink not obeyed": {wrong, func(ctx context.Context, p storepath.Path, sink func(io.Reader) error) error {
			m.nar(ctx, p, sink)
			return nil
		}, new(*store.HashError)},
	} {
		t.Run(name, func(t *testing.T) {
			root := tempRoot(t)
			s := open(t, root)
			err := s.ImportAll(t.Context(), tt.infos, tt.nar)
			if err == nil || tt.want != nil && !errors.As(err, tt.want) {
				t.Errorf("%v", err)
			}
			checkWhole(t, root)
			if got, n := names(t, root), valid(t, s, tt.infos); len(got) != n || n == len(tt.infos) {
				t.Errorf("%d are valid, in the store: %q", n, got)
			}
		})
	}
}

// TestImportAllAtOnce has the same paths imported several times at once, in
// several orders, so that each waits for locks of the others.
func TestImportAllAtOnce(t *testing.T) {
	root := tempRoot(t)
	m := chain(t, 0)
	base := m.add(t, "base")
	for i := range 100 {
		m.add(t, fmt.Sprint("leaf-", i), base)
	}
	backwards := slices.Clone(m.infos)
	slices.Reverse(backwards[1:])
	var unpacked atomic.Int32
	var wg sync.WaitGroup
	for i := range 4 {
		infos := m.infos
		if i%2 == 1 {
			infos = backwards
		}
		s := open(t, root)
		wg.Go(func() {
			err := s.ImportAll(t.Context(), infos, func(ctx context.Context, p storepath.Path, sink func(io.Reader) error) error {
				unpacked.Add(1)
				time.Sleep(time.Millisecond)
				return m.nar(ctx, p, sink)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := unpacked.Load(); n != 101 {
		t.Errorf("%d paths were unpacked", n)
	}
	checkWhole(t, root)
	nix(t, root, "--verify", "--check-contents")
}

func TestImportAllStopsWithItsContext(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	m := chain(t, 50)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	var n atomic.Int32
	err := s.ImportAll(ctx, m.infos, func(ctx context.Context, p storepath.Path, sink func(io.Reader) error) error {
		if n.Add(1) == 20 {
			cancel(enough)
		}
		return m.nar(ctx, p, sink)
	})
	if !errors.Is(err, enough) {
		t.Errorf("%v", err)
	}
	checkWhole(t, root)
	if got, n := names(t, root), valid(t, s, m.infos); len(got) != n || n == 50 {
		t.Errorf("%d are valid, %d are in the store", n, len(got))
	}
}
