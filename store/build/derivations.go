package build

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// derivations remembers the derivations that were read from a store.
type derivations struct {
	store Store
	mu    sync.Mutex
	known map[storepath.Path]*derivation.Derivation
}

// maxDerivation is how many bytes a .drv file may have. Real ones have kilobytes.
const maxDerivation = 64 << 20

// read returns the derivation at p, which must not be changed. That its text has
// the hash in its path makes sure that derivations do not need each other in a
// circle.
func (s *derivations) read(p storepath.Path) (*derivation.Derivation, error) {
	s.mu.Lock()
	d := s.known[p]
	s.mu.Unlock()
	if d != nil {
		return d, nil
	}
	name, ok := strings.CutSuffix(p.Name(), derivation.Extension)
	if !ok {
		return nil, fmt.Errorf("%s is not a derivation: its name does not end in %s", p.Base(), derivation.Extension)
	}
	info, err := os.Lstat(s.store.Real(p))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxDerivation {
		return nil, fmt.Errorf("%s is not the file of a derivation", p.Base())
	}
	text, err := os.ReadFile(s.store.Real(p))
	if err != nil {
		return nil, err
	}
	d, err = derivation.Parse(s.store.Dir(), name, string(text))
	if err != nil {
		return nil, err
	}
	is, err := derivation.NewHasher(s.store.Dir(), nil).Path(d)
	if err == nil && is != p {
		err = fmt.Errorf("%s was changed: by its content it is %s", p.Base(), is.Base())
	}
	if err != nil {
		return nil, err
	}
	s.add(p, d)
	return d, nil
}

func (s *derivations) add(p storepath.Path, d *derivation.Derivation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[p] = d
}
