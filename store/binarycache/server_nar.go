package binarycache

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"devenv/store/narinfo"
)

// nar answers with an archive, nar/<digest>-<hash of the NAR>.nar[.zst]. One that
// is not compressed is given from any byte on, also to a client that lost its
// connection; of one that is, nobody knows the length before it is made.
func (s *Server) nar(w http.ResponseWriter, r *http.Request) {
	stem, suffix, _ := strings.Cut(r.PathValue("file"), ".nar")
	digest, hash, _ := strings.Cut(stem, "-")
	if suffix != "" && suffix != ".zst" {
		http.NotFound(w, r)
		return
	}
	info, ok := s.find(w, r, digest)
	if !ok {
		return
	}
	if hash != info.NarHash.Nix32() { // that was another tree of this name
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-nix-nar")
	if suffix == "" {
		s.plain(w, r, info)
	} else {
		s.packed(w, r, info)
	}
}

func (s *Server) packed(w http.ResponseWriter, r *http.Request, info narinfo.Info) {
	w.Header().Set("Accept-Ranges", "none")
	if s.unchanged(w, r, `"`+info.NarHash.Nix32()[:32]+`-zstd"`) || r.Method == http.MethodHead {
		return
	}
	s.send(r, info, func(nar io.Reader) error {
		z, err := writers["zstd"](w, 1)
		if err != nil {
			return err
		}
		_, err = io.Copy(z, nar)
		return errors.Join(err, z.Close())
	})
}

func (s *Server) plain(w http.ResponseWriter, r *http.Request, info narinfo.Info) {
	etag := `"` + info.NarHash.Nix32()[:32] + `"`
	if s.unchanged(w, r, etag) {
		return
	}
	w.Header().Set("Accept-Ranges", "bytes")
	from, to := int64(0), info.NarSize
	if condition := r.Header.Get("If-Range"); condition == "" || condition == etag {
		var ok, part bool
		if from, to, part, ok = byteRange(r.Header.Get("Range"), info.NarSize); !ok {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", info.NarSize))
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		if part {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, info.NarSize))
			s.body(w, r, info, from, to, http.StatusPartialContent)
			return
		}
	}
	s.body(w, r, info, from, to, http.StatusOK)
}

// body sends the bytes of the NAR of info in [from, to).
func (s *Server) body(w http.ResponseWriter, r *http.Request, info narinfo.Info, from, to int64, status int) {
	w.Header().Set("Content-Length", strconv.FormatInt(to-from, 10))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	s.send(r, info, func(nar io.Reader) error {
		if _, err := io.CopyN(io.Discard, nar, from); err != nil {
			return err
		}
		_, err := io.CopyN(w, nar, to-from)
		return err
	})
}

// send calls write with the NAR of info. What goes wrong now can be told only by
// breaking the connection.
func (s *Server) send(r *http.Request, info narinfo.Info, write func(io.Reader) error) {
	if err := s.store.Nar(r.Context(), info.Path, write); err != nil {
		if r.Context().Err() == nil {
			s.o.Failed(fmt.Errorf("%s: %w", info.Path.Base(), err))
		}
		panic(http.ErrAbortHandler)
	}
}

// byteRange reads the header Range (RFC 9110 §14.2) of one range of a file with
// size bytes; several are answered with the whole. Ok is false for one that
// begins behind the end.
func byteRange(header string, size int64) (from, to int64, part, ok bool) {
	span, isBytes := strings.CutPrefix(header, "bytes=")
	first, last, isSpan := strings.Cut(span, "-")
	if !isBytes || !isSpan || strings.Contains(span, ",") {
		return 0, size, false, true
	}
	begin, err := strconv.ParseInt(first, 10, 64)
	end := size - 1
	var endErr error
	if last != "" {
		end, endErr = strconv.ParseInt(last, 10, 64)
	}
	switch {
	case endErr != nil || err != nil && first != "":
		return 0, size, false, true
	case first == "" && last != "": // the last bytes
		if end <= 0 {
			return 0, 0, false, false
		}
		return max(0, size-end), size, true, true
	case err != nil, end < begin && begin < size:
		return 0, size, false, true
	case begin >= size:
		return 0, 0, false, false
	}
	return begin, min(end+1, size), true, true
}
