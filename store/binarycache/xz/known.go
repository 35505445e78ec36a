package xz

import (
	"bytes"
	"encoding/binary"
)

// HeadSize is how many bytes of a file [Known] may need.
const HeadSize = 12 + 1024

// Known reports whether the file that begins with head is one whose first block
// has no filters but LZMA2. Of what is no .xz file it says so too: reading that
// tells what is wrong.
func Known(head []byte) bool {
	if !bytes.HasPrefix(head, headMagic) || len(head) < 16 || head[12] == 0 {
		return true
	}
	flags, rest := head[13], head[14:]
	for i := range 2 {
		if flags&(0x40<<i) != 0 {
			_, used := binary.Uvarint(rest)
			rest = rest[max(used, 0):]
		}
	}
	return flags&3 == 0 && (len(rest) == 0 || rest[0] == 0x21)
}
