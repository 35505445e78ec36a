package astcache

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"slices"
	"sort"
	"syscall"
)

// A pack is its magic, padded to 32 bytes, encoded trees at multiples of eight,
// an index of records, and a foot that says where the index lies. Numbers are in
// the machine's own order.

const (
	magicBytes  = 32
	recordBytes = 96
	footBytes   = 32
	footMark    = 0x7472656573 // "trees"; read otherwise where numbers are
)

// record tells of one tree.
type record struct {
	id     Identity
	sum    [32]byte // SHA-256 of the text
	off, n uint64   // where the tree lies in the pack
	crc    uint32   // of the tree
}

// pack is a mapped file.
type pack struct {
	path  string
	data  []byte
	index []byte
	bad   bool
}

var errPack = errors.New("no pack, or a damaged one")

// checksum is the CRC-32C of b.
func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// openPack maps a file and checks its index. The map stays as long as the
// process.
func openPack(path, magic string) (*pack, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if size < magicBytes+footBytes || size > 1<<32 {
		return nil, errPack
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	p := &pack{path: path, data: data}
	if err := p.check(magic); err != nil {
		_ = syscall.Munmap(data)
		return nil, err
	}
	return p, nil
}

func (p *pack) check(magic string) error {
	end := uint64(len(p.data) - footBytes)
	foot := p.data[end:]
	off, n := binary.NativeEndian.Uint64(foot), binary.NativeEndian.Uint64(foot[8:])
	if !bytes.Equal(p.data[:magicBytes], magicOf(magic)) || binary.NativeEndian.Uint64(foot[24:]) != footMark ||
		off > end || n > 1<<24 || off+n*recordBytes != end {
		return errPack
	}
	p.index = p.data[off:end]
	if checksum(p.index) != binary.NativeEndian.Uint32(foot[16:]) {
		return errPack
	}
	return nil
}

func magicOf(magic string) []byte {
	b := make([]byte, magicBytes)
	copy(b, magic)
	return b
}

func (p *pack) count() int { return len(p.index) / recordBytes }

func (p *pack) record(i int) record {
	b := p.index[i*recordBytes:]
	u := func(at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }
	r := record{
		id:  Identity{u(0), u(8), int64(u(16)), int64(u(24)), int64(u(32))},
		off: u(72), n: u(80), crc: binary.NativeEndian.Uint32(b[88:]),
	}
	copy(r.sum[:], b[40:])
	return r
}

func (r *record) append(b []byte) []byte {
	for _, n := range []uint64{r.id.Device, r.id.Inode, uint64(r.id.Size), uint64(r.id.Mtime), uint64(r.id.Change)} {
		b = binary.NativeEndian.AppendUint64(b, n)
	}
	b = append(b, r.sum[:]...)
	b = binary.NativeEndian.AppendUint64(b, r.off)
	b = binary.NativeEndian.AppendUint64(b, r.n)
	b = binary.NativeEndian.AppendUint32(b, r.crc)
	return append(b, 0, 0, 0, 0)
}

// find returns the record of a file.
func (p *pack) find(id Identity) (record, bool) {
	i := sort.Search(p.count(), func(i int) bool { return p.record(i).id.compare(id) >= 0 })
	if i == p.count() {
		return record{}, false
	}
	r := p.record(i)
	return r, r.id == id
}

// tree returns the bytes of a tree, or nil if they are damaged.
func (p *pack) tree(r *record) []byte {
	end := uint64(len(p.data))
	if p.bad || r.off%8 != 0 || r.off > end || r.n > end-r.off {
		p.bad = true
		return nil
	}
	b := p.data[r.off : r.off+r.n : r.off+r.n]
	if checksum(b) != r.crc {
		p.bad = true
		return nil
	}
	return b
}

func sortRecords(list []record) {
	slices.SortFunc(list, func(a, b record) int { return a.id.compare(b.id) })
}
