package nar

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Reader takes an archive apart. [Reader.Next] moves from node to node, parents
// before their entries; Read gives the contents of the regular file at hand.
// After an error every call returns it again.
type Reader struct {
	br      *bufio.Reader
	offset  int64 // bytes read
	err     error // sticky
	started bool

	dirs  []openDir // the directories around the node at hand, the root first
	path  string    // of the node at hand
	name  string    // its last component; "" for the root
	level int       // how many directories it is in

	inFile bool   // a regular file at hand was not yet read to its end
	size   uint64 // its length
	left   uint64 // what remains of its contents

	tee *encoder // if set, gets every byte that is read

	scratch [maxTarget]byte // the last string
	small   [8]byte         // the last number or padding
}

// openDir is a directory not all of whose entries were read.
type openDir struct {
	path string
	last string // name of the latest entry
}

// NewReader returns a reader of the archive that r begins with. It reads no
// byte beyond the archive's end if r is a *[bufio.Reader], else it may.
func NewReader(r io.Reader) *Reader {
	br, ok := r.(*bufio.Reader)
	if !ok {
		br = bufio.NewReaderSize(r, chunkSize)
	}
	return &Reader{br: br, path: "."}
}

// Next returns the next node, and io.EOF after the last. What was not read of
// the node before is skipped.
func (r *Reader) Next() (Header, error) {
	if r.err != nil {
		return Header{}, r.err
	}
	h, err := r.next()
	if err != nil {
		r.err = err
	}
	return h, err
}

func (r *Reader) next() (Header, error) {
	if !r.started {
		r.started = true
		if err := r.expect("nix-archive-1"); err != nil {
			return Header{}, err
		}
		return r.node()
	}
	if r.inFile {
		if err := r.endFile(); err != nil {
			return Header{}, err
		}
	}
	for len(r.dirs) > 0 {
		more, err := r.entry()
		if err != nil {
			return Header{}, err
		}
		if more {
			return r.node()
		}
	}
	return Header{}, io.EOF
}

// entry reads the beginning of a directory's next entry, up to its node, or
// else the directory's end.
func (r *Reader) entry() (more bool, err error) {
	dir := &r.dirs[len(r.dirs)-1]
	r.path = dir.path
	word, err := r.word()
	if err != nil {
		return false, err
	}
	switch string(word) {
	case ")":
		r.dirs = r.dirs[:len(r.dirs)-1]
		return false, r.endEntry()
	case "entry":
	default:
		return false, r.fault(fmt.Errorf("%q where \"entry\" or \")\" is due", word))
	}
	if err := r.expect("(", "name"); err != nil {
		return false, err
	}
	name, err := r.str(maxName, "file name")
	if err != nil {
		return false, err
	}
	r.name = string(name)
	if err := checkEntry(dir.last, r.name); err != nil {
		return false, r.fault(err)
	}
	dir.last = r.name
	if r.path = r.name; len(r.dirs) > 1 {
		r.path = dir.path + "/" + r.name
	}
	return true, r.expect("node")
}

// endEntry reads what follows a node: the end of its entry, or nothing if the
// node was the root.
func (r *Reader) endEntry() error {
	if len(r.dirs) == 0 {
		return nil
	}
	return r.expect(")")
}

// node reads a node up to its contents or entries.
func (r *Reader) node() (Header, error) {
	h := Header{Path: r.path}
	if r.level = len(r.dirs); r.level >= maxDepth {
		return h, r.fault(errDepth)
	}
	if err := r.expect("(", "type"); err != nil {
		return h, err
	}
	word, err := r.word()
	if err != nil {
		return h, err
	}
	switch h.Type = Type(word); h.Type {
	case Regular:
		err = r.regular(&h)
	case Directory:
		r.dirs = append(r.dirs, openDir{path: r.path})
	case Symlink:
		err = r.symlink(&h)
	default:
		err = r.fault(fmt.Errorf("unknown file type %q", word))
	}
	return h, err
}

func (r *Reader) regular(h *Header) error {
	word, err := r.word()
	if err != nil {
		return err
	}
	if string(word) == "executable" {
		h.Executable = true
		if _, err := r.str(0, "value of \"executable\""); err != nil {
			return err
		}
		if word, err = r.word(); err != nil {
			return err
		}
	}
	if string(word) != "contents" {
		return r.fault(fmt.Errorf("%q where \"contents\" is due", word))
	}
	if r.size, err = r.number(); err != nil {
		return err
	}
	if r.size > math.MaxInt64 {
		return r.fault(fmt.Errorf("regular file of %d bytes", r.size))
	}
	r.inFile, r.left = true, r.size
	h.Size, h.Offset = int64(r.size), r.offset
	return nil
}

func (r *Reader) symlink(h *Header) error {
	if err := r.expect("target"); err != nil {
		return err
	}
	target, err := r.str(maxTarget, "link target")
	if err != nil {
		return err
	}
	h.Target = string(target)
	if err := checkTarget(h.Target); err != nil {
		return r.fault(err)
	}
	if err := r.expect(")"); err != nil {
		return err
	}
	return r.endEntry()
}

// Read reads contents of the regular file at hand. It returns io.EOF at their
// end, and for any other node.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.br.Read(p[:min(uint64(len(p)), r.left)])
	r.consumed(p[:n])
	if err != nil {
		r.err = r.cut(err)
	}
	return n, r.err
}

// buffered returns a part of the contents of the regular file at hand that is
// in the buffer already, or was read into it now. It is valid until the next
// call; consumed moves past it.
func (r *Reader) buffered() ([]byte, error) {
	if _, err := r.br.Peek(1); err != nil {
		return nil, r.cut(err)
	}
	return r.br.Peek(int(min(uint64(r.br.Buffered()), r.left)))
}

// consumed counts p, a part of contents, as read.
func (r *Reader) consumed(p []byte) {
	r.left -= uint64(len(p))
	r.passed(p)
}

// passed counts p, a part of the archive, as read.
func (r *Reader) passed(p []byte) {
	r.offset += int64(len(p))
	if r.tee != nil {
		r.tee.bytes(p)
	}
}

// endFile skips what is left of a regular file and reads what ends it.
func (r *Reader) endFile() error {
	r.inFile = false
	for r.left > 0 {
		part, err := r.buffered()
		if err != nil {
			return err
		}
		r.consumed(part)
		r.br.Discard(len(part)) // of what is buffered: cannot fail
	}
	if err := r.pad(r.size); err != nil {
		return err
	}
	if err := r.expect(")"); err != nil {
		return err
	}
	return r.endEntry()
}

// expect reads the words.
func (r *Reader) expect(words ...string) error {
	for _, want := range words {
		word, err := r.word()
		if err != nil {
			return err
		}
		if string(word) != want {
			return r.fault(fmt.Errorf("%q where %q is due", word, want))
		}
	}
	return nil
}

// word reads a keyword, which is valid until the next call.
func (r *Reader) word() ([]byte, error) { return r.str(maxTag, "keyword") }

// str reads a string of at most limit bytes, which is valid until the next
// call. What names it in errors.
func (r *Reader) str(limit uint64, what string) ([]byte, error) {
	n, err := r.number()
	if err != nil {
		return nil, err
	}
	if n > limit {
		return nil, r.fault(fmt.Errorf("%s of %d bytes, and %d are the most", what, n, limit))
	}
	if err := r.full(r.scratch[:n]); err != nil {
		return nil, err
	}
	return r.scratch[:n], r.pad(n)
}

// pad reads the zeros after n bytes.
func (r *Reader) pad(n uint64) error {
	pad := r.small[:padding(n)]
	if err := r.full(pad); err != nil {
		return err
	}
	if string(pad) != zeros[:len(pad)] {
		return r.fault(fmt.Errorf("padding %q is not zeros", pad))
	}
	return nil
}

func (r *Reader) number() (uint64, error) {
	err := r.full(r.small[:])
	return binary.LittleEndian.Uint64(r.small[:]), err
}

// full fills p.
func (r *Reader) full(p []byte) error {
	n, err := io.ReadFull(r.br, p)
	r.passed(p[:n])
	if err != nil {
		return r.cut(err)
	}
	return nil
}

// cut returns the error for a source that gave err before the archive's end.
func (r *Reader) cut(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return r.fault(io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("reading a NAR at byte %d: %w", r.offset, err)
}

// fault returns err with where the reader is.
func (r *Reader) fault(err error) error {
	return &FormatError{Offset: r.offset, Path: r.path, Err: err}
}

// End checks that nothing follows the archive, of which [Reader.Next] has
// returned the last node.
func (r *Reader) End() error {
	switch _, err := r.br.ReadByte(); err {
	case io.EOF:
		return nil
	case nil:
		return r.fault(errors.New("more bytes after the end of the archive"))
	default:
		return r.cut(err)
	}
}
