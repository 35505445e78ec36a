package daemon

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// narEnd finds the end of a NAR that comes without its length. It follows the
// archive's brackets and checks nothing that does not matter for that: the
// archive's hash tells whether it is right.
type narEnd struct {
	skip  uint64 // bytes of contents and their padding that are still to come
	data  bool   // the next string is not a word
	word  []byte // the word at hand, or the length before it
	want  int    // its length with the padding; 0: the length comes next
	size  int    // its length
	begun bool
	depth int
}

// longestWord is the length of the longest word with its padding.
const longestWord = len("nix-archive-1...")

var errNar = errors.New("what comes is not a NAR")

// scan returns how many bytes of p belong to the archive, and whether it ends
// with them.
func (n *narEnd) scan(p []byte) (used int, end bool, err error) {
	for used < len(p) {
		if n.skip > 0 {
			step := min(n.skip, uint64(len(p)-used))
			n.skip -= step
			used += int(step)
			continue
		}
		need := 8 - len(n.word)
		if n.want > 0 {
			need = n.want - len(n.word)
		}
		step := min(need, len(p)-used)
		n.word = append(n.word, p[used:used+step]...)
		if used += step; step < need {
			break
		}
		if end, err = n.complete(); end || err != nil {
			return used, end, err
		}
	}
	return used, false, nil
}

// complete takes a length or a word that has come whole.
func (n *narEnd) complete() (end bool, err error) {
	if n.want > 0 {
		end, err = n.take(string(n.word[:n.size]))
		n.word, n.want = n.word[:0], 0
		return end, err
	}
	size := binary.LittleEndian.Uint64(n.word)
	n.word = n.word[:0]
	padded := size + -size&7
	switch {
	case padded < size:
		return false, errNar
	case n.data:
		n.data, n.skip = false, padded
	case size == 0 || padded > uint64(longestWord):
		return false, errNar
	default:
		n.size, n.want = int(size), int(padded)
	}
	return false, nil
}

// take follows a word.
func (n *narEnd) take(word string) (end bool, err error) {
	if !n.begun {
		if n.begun = true; word != "nix-archive-1" {
			return false, errNar
		}
		return false, nil
	}
	switch word {
	case "(":
		n.depth++
	case ")":
		n.depth--
	case "contents", "name", "target", "executable":
		n.data = true
	case "type", "regular", "directory", "symlink", "entry", "node":
	default:
		return false, fmt.Errorf("%w: it has the word %q", errNar, word)
	}
	return n.depth <= 0, nil
}
