package wire

import "encoding/binary"

// Frames is a stream of bytes inside of a message: every write is a frame, so
// that writes should be large. [Frames.Close] ends the stream.
type Frames struct {
	w    *Writer
	stop func() error
}

// Frames begins a stream. Before each frame stop is asked whether there is a
// reason to send no more; it may be nil.
func (w *Writer) Frames(stop func() error) *Frames { return &Frames{w, stop} }

// Write sends a frame.
func (f *Frames) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, f.w.err // an empty frame would be the end
	}
	if f.stop != nil {
		if err := f.stop(); err != nil {
			return 0, err
		}
	}
	binary.LittleEndian.PutUint64(f.w.small[:], uint64(len(p)))
	f.w.raw(f.w.small[:])
	f.w.raw(p)
	return len(p), f.w.err
}

// Close sends the end of the stream.
func (f *Frames) Close() error {
	f.w.U64(0)
	return f.w.Flush()
}
