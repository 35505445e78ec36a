package syntax

// Symbols numbers the names of one file in the order of their appearance.
type Symbols struct {
	names  []string
	hashes []uint32
	table  []uint32 // open addressing; symbol number, 0 is free
}

const hashSeed = 2166136261

func hashByte(h uint32, c byte) uint32 { return (h ^ uint32(c)) * 16777619 }

func hashString(s string) uint32 {
	h := uint32(hashSeed)
	for i := 0; i < len(s); i++ {
		h = hashByte(h, s[i])
	}
	return h
}

// Name returns the text of a symbol.
func (t *Symbols) Name(s Sym) string { return t.names[s] }

// Len returns how many symbols there are; the empty name is always one.
func (t *Symbols) Len() int { return len(t.names) }

func (t *Symbols) reset() {
	if t.table == nil {
		t.table = make([]uint32, 256)
	}
	clear(t.table)
	clear(t.names)
	t.names = append(t.names[:0], "")
	t.hashes = append(t.hashes[:0], hashSeed)
}

// intern returns the symbol of s, whose hash is h.
func (t *Symbols) intern(s string, h uint32) Sym {
	if s == "" {
		return 0
	}
	mask := uint32(len(t.table) - 1)
	i := (h ^ h>>15) & mask
	for {
		id := t.table[i]
		if id == 0 {
			break
		}
		if t.hashes[id] == h && t.names[id] == s {
			return Sym(id)
		}
		i = (i + 1) & mask
	}
	id := uint32(len(t.names))
	t.names = append(t.names, s)
	t.hashes = append(t.hashes, h)
	t.table[i] = id
	if len(t.names)*2 > len(t.table) {
		t.grow()
	}
	return Sym(id)
}

func (t *Symbols) grow() { t.rehash(4 * len(t.table)) }

// rehash makes a table of at least a size.
func (t *Symbols) rehash(size int) {
	for size < 2*len(t.names) {
		size *= 4
	}
	t.table = make([]uint32, size)
	mask := uint32(len(t.table) - 1)
	for id := 1; id < len(t.names); id++ {
		h := t.hashes[id]
		i := (h ^ h>>15) & mask
		for t.table[i] != 0 {
			i = (i + 1) & mask
		}
		t.table[i] = uint32(id)
	}
}

// Intern returns the symbol of a name, which it enters if it is new.
func (t *Symbols) Intern(s string) Sym {
	switch {
	case t.table != nil:
	case len(t.names) == 0:
		t.reset()
	default: // of a clone
		t.rehash(256)
	}
	return t.intern(s, hashString(s))
}

// InternFrom returns the symbol of a name of another table.
func (t *Symbols) InternFrom(other *Symbols, s Sym) Sym {
	return t.intern(other.names[s], other.hashes[s])
}

// Lookup returns the symbol of a name, or 0.
func (t *Symbols) Lookup(s string) Sym {
	for i, name := range t.names {
		if name == s {
			return Sym(i)
		}
	}
	return 0
}
