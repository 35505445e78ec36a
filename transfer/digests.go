package transfer

import "devenv/store/nixhash"

// digests hashes content as it passes, for every wanted checksum at once.
type digests struct {
	want    []Checksum
	hashers map[nixhash.Algo]*nixhash.Hasher
	guard   nixhash.Algo // the one that prefixes are compared by
}

func newDigests(want []Checksum) *digests {
	d := &digests{want: want, hashers: map[nixhash.Algo]*nixhash.Hasher{}}
	for _, w := range want {
		if d.hashers[w.Algo()] == nil {
			d.hashers[w.Algo()] = nixhash.NewHasher(w.Algo())
		}
		if w.Algo() == nixhash.SHA256 || w.Algo() == nixhash.SHA512 {
			d.guard = w.Algo()
		}
	}
	if d.guard == 0 {
		d.guard = nixhash.SHA256
		d.hashers[d.guard] = nixhash.NewHasher(d.guard)
	}
	return d
}

func (d *digests) Write(b []byte) (int, error) {
	for _, h := range d.hashers {
		h.Write(b)
	}
	return len(b), nil
}

// prefix is the digest of all that has passed so far.
func (d *digests) prefix() nixhash.Hash { return d.hashers[d.guard].Sum() }

// check compares with what was wanted.
func (d *digests) check(url string) error {
	for _, w := range d.want {
		if got := d.hashers[w.Algo()].Sum(); got != w {
			return &ChecksumError{URL: redact(url), Want: w, Got: got}
		}
	}
	return nil
}
