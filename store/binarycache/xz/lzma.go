package xz

import "errors"

var errCorrupt = errors.New("xz: corrupt data")

const (
	probBits  = 11
	probInit  = 1 << (probBits - 1)
	moveBits  = 5
	topValue  = 1 << 24
	states    = 12
	posStates = 16
	minMatch  = 2
)

// lengths is the model of match lengths.
type lengths struct {
	choice, choice2 uint16
	low, mid        [posStates][8]uint16
	high            [256]uint16
}

// decoder is the state of LZMA between chunks.
type decoder struct {
	// The range decoder, and its input: a whole chunk and some zeros.
	in        []byte
	at        int
	rng, code uint32

	out []byte // the window: all that matches may refer to, and room for a chunk
	pos int    // end of what was decoded
	low int    // where the dictionary begins, which matches do not go below
	gap int    // how much of what was decoded lies before out

	dict                int    // how far matches may go back
	needDict, needProps bool   // nothing was said of them yet
	buffer              []byte // of in

	lc, lp, pb uint
	state      uint32
	rep        [4]uint32 // distances minus 1

	isMatch, isRep0Long           [states][posStates]uint16
	isRep, isRep0, isRep1, isRep2 [states]uint16
	slots                         [4][64]uint16
	special                       [128]uint16
	align                         [16]uint16
	match, repeat                 lengths
	literal                       [0x300 << 4]uint16 // lc + lp are at most 4 in LZMA2
}

// resetState forgets the models.
func (d *decoder) resetState() {
	d.state, d.rep = 0, [4]uint32{}
	for i := range d.isMatch {
		fill(d.isMatch[i][:])
		fill(d.isRep0Long[i][:])
	}
	for _, p := range [][]uint16{d.isRep[:], d.isRep0[:], d.isRep1[:], d.isRep2[:], d.special[:], d.align[:], d.literal[:0x300<<(d.lc+d.lp)]} {
		fill(p)
	}
	for i := range d.slots {
		fill(d.slots[i][:])
	}
	d.match.reset()
	d.repeat.reset()
}

func (l *lengths) reset() {
	l.choice, l.choice2 = probInit, probInit
	for i := range l.low {
		fill(l.low[i][:])
		fill(l.mid[i][:])
	}
	fill(l.high[:])
}

func fill(p []uint16) {
	for i := range p {
		p[i] = probInit
	}
}

// bit decodes one bit by the model *p.
func (d *decoder) bit(p *uint16) uint32 {
	if d.rng < topValue {
		d.rng <<= 8
		d.code = d.code<<8 | uint32(d.in[d.at])
		d.at++
	}
	v := uint32(*p)
	bound := d.rng >> probBits * v
	if d.code < bound {
		d.rng = bound
		*p = uint16(v + (1<<probBits-v)>>moveBits)
		return 0
	}
	d.rng -= bound
	d.code -= bound
	*p = uint16(v - v>>moveBits)
	return 1
}

// tree decodes the bits of a number, the highest first, by the models in p,
// whose length is a power of two.
func (d *decoder) tree(p []uint16) uint32 {
	m, n := uint32(1), uint32(len(p))
	rng, code, at := d.rng, d.code, d.at
	for m < n {
		if rng < topValue {
			rng <<= 8
			code = code<<8 | uint32(d.in[at])
			at++
		}
		v := uint32(p[m])
		bound := rng >> probBits * v
		if code < bound {
			rng = bound
			p[m] = uint16(v + (1<<probBits-v)>>moveBits)
			m <<= 1
		} else {
			rng -= bound
			code -= bound
			p[m] = uint16(v - v>>moveBits)
			m = m<<1 | 1
		}
	}
	d.rng, d.code, d.at = rng, code, at
	return m - n
}

// reverse decodes n bits, the lowest first.
func (d *decoder) reverse(p []uint16, n uint32) uint32 {
	m, result := uint32(1), uint32(0)
	for i := range n {
		b := d.bit(&p[m])
		m = m<<1 | b
		result |= b << i
	}
	return result
}

// direct decodes n bits without a model.
func (d *decoder) direct(n uint32) uint32 {
	result := uint32(0)
	for range n {
		if d.rng < topValue {
			d.rng <<= 8
			d.code = d.code<<8 | uint32(d.in[d.at])
			d.at++
		}
		d.rng >>= 1
		t := uint32(0)
		if d.code >= d.rng {
			d.code -= d.rng
			t = 1
		}
		result = result<<1 | t
	}
	return result
}

func (d *decoder) length(l *lengths, posState uint32) uint32 {
	if d.bit(&l.choice) == 0 {
		return minMatch + d.tree(l.low[posState][:])
	}
	if d.bit(&l.choice2) == 0 {
		return minMatch + 8 + d.tree(l.mid[posState][:])
	}
	return minMatch + 16 + d.tree(l.high[:])
}

// distance decodes how far back a match of that length lies, minus 1.
func (d *decoder) distance(length uint32) uint32 {
	slot := d.tree(d.slots[min(length-minMatch, 3)][:])
	if slot < 4 {
		return slot
	}
	n := slot>>1 - 1
	dist := (2 | slot&1) << n
	if slot < 14 {
		return dist + d.reverse(d.special[dist-slot:], n)
	}
	dist += d.direct(n-4) << 4
	return dist + d.reverse(d.align[:], 4)
}

// chunk decodes n bytes from the input, which begins with a fresh range decoder.
func (d *decoder) chunk(n int) error {
	d.rng, d.code, d.at = 0xffffffff, uint32(d.in[1])<<24|uint32(d.in[2])<<16|uint32(d.in[3])<<8|uint32(d.in[4]), 5
	if d.in[0] != 0 {
		return errCorrupt
	}
	end := d.pos + n
	last := len(d.in) - slack
	posMask := uint32(1)<<d.pb - 1
	for d.pos < end {
		if d.at > last {
			return errCorrupt
		}
		posState := uint32(d.pos+d.gap) & posMask
		if d.bit(&d.isMatch[d.state][posState]) == 0 {
			if err := d.lit(); err != nil {
				return err
			}
			continue
		}
		if err := d.copy(int(d.back(posState)), end); err != nil {
			return err
		}
	}
	if d.rng < topValue {
		d.rng <<= 8
		d.code = d.code<<8 | uint32(d.in[d.at])
		d.at++
	}
	if d.at != last || d.code != 0 {
		return errCorrupt
	}
	return nil
}

// lit decodes a literal.
func (d *decoder) lit() error {
	at := uint32(d.pos + d.gap)
	prev := uint32(0)
	if d.pos > d.low {
		prev = uint32(d.out[d.pos-1])
	}
	index := (at&(1<<d.lp-1))<<d.lc + prev>>(8-d.lc)
	p := d.literal[0x300*index:][:0x300]
	if d.state < 7 {
		d.out[d.pos] = byte(d.tree(p[:0x100]))
	} else {
		if int64(d.rep[0]) >= int64(d.pos-d.low) {
			return errCorrupt
		}
		d.out[d.pos] = d.matched(p, uint32(d.out[d.pos-1-int(d.rep[0])]))
	}
	d.pos++
	switch {
	case d.state < 4:
		d.state = 0
	case d.state < 10:
		d.state -= 3
	default:
		d.state -= 6
	}
	return nil
}

// matched decodes a literal after a match, whose next byte would have been match.
func (d *decoder) matched(p []uint16, match uint32) byte {
	offset, symbol := uint32(0x100), uint32(1)
	rng, code, at := d.rng, d.code, d.at
	for symbol < 0x100 {
		if rng < topValue {
			rng <<= 8
			code = code<<8 | uint32(d.in[at])
			at++
		}
		match <<= 1
		matchBit := match & offset
		m := &p[offset+matchBit+symbol]
		v := uint32(*m)
		bound := rng >> probBits * v
		if code < bound {
			rng = bound
			*m = uint16(v + (1<<probBits-v)>>moveBits)
			symbol <<= 1
			offset &^= matchBit
		} else {
			rng -= bound
			code -= bound
			*m = uint16(v - v>>moveBits)
			symbol = symbol<<1 | 1
			offset &= matchBit
		}
	}
	d.rng, d.code, d.at = rng, code, at
	return byte(symbol)
}

// back decodes a match: its distance into rep[0], and its length.
func (d *decoder) back(posState uint32) (length uint32) {
	s := d.state
	if d.bit(&d.isRep[s]) == 0 {
		d.rep[3], d.rep[2], d.rep[1] = d.rep[2], d.rep[1], d.rep[0]
		length = d.length(&d.match, posState)
		d.rep[0] = d.distance(length)
		d.state = after(s, 7, 10)
		return length
	}
	if d.bit(&d.isRep0[s]) == 0 {
		if d.bit(&d.isRep0Long[s][posState]) == 0 {
			d.state = after(s, 9, 11)
			return 1
		}
	} else {
		dist := d.rep[1]
		if d.bit(&d.isRep1[s]) != 0 {
			dist = d.rep[2]
			if d.bit(&d.isRep2[s]) != 0 {
				dist = d.rep[3]
				d.rep[3] = d.rep[2]
			}
			d.rep[2] = d.rep[1]
		}
		d.rep[1] = d.rep[0]
		d.rep[0] = dist
	}
	d.state = after(s, 8, 11)
	return d.length(&d.repeat, posState)
}

func after(s, literal, other uint32) uint32 {
	if s < 7 {
		return literal
	}
	return other
}

// copy repeats length bytes from rep[0] + 1 back.
func (d *decoder) copy(length, end int) error {
	dist := int64(d.rep[0]) + 1
	if dist > int64(min(d.pos-d.low, d.dict)) || d.pos+length > end {
		return errCorrupt
	}
	from := d.pos - int(dist)
	if int(dist) >= length {
		copy(d.out[d.pos:d.pos+length], d.out[from:from+length])
	} else {
		for n := 0; n < length; { // a pattern: what is there doubles
			n += copy(d.out[d.pos+n:d.pos+length], d.out[from:d.pos+n])
		}
	}
	d.pos += length
	return nil
}
