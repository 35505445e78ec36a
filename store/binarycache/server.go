package binarycache

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Served is a store that others use as a cache.
type Served interface {
	Dir() storepath.Dir
	ByDigest(ctx context.Context, digest string) (storepath.Path, error)
	Lookup(ctx context.Context, p storepath.Path) (narinfo.Info, error)
	Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error
}

// ServerOptions say how a store is served.
type ServerOptions struct {
	Compression string              // "zstd" (the default) or "none"
	Keys        []narinfo.SecretKey // sign what is asked for, beside what signed it already
	Priority    int                 // as caches have it; default 30
	Failed      func(error)         // hears what went wrong while a request was answered; may be nil
}

// Server is a store as a binary cache, an http.Handler. Archives are made when
// they are asked for; nothing is kept. It answers GET and HEAD and changes
// nothing.
type Server struct {
	store Served
	o     ServerOptions
	mux   *http.ServeMux
}

// NewServer returns the server of a store.
func NewServer(store Served, o ServerOptions) (*Server, error) {
	if o.Compression == "" {
		o.Compression = defaultCompression
	}
	if o.Compression != "zstd" && o.Compression != "none" {
		return nil, &CompressionError{Compression: o.Compression, Known: []string{"none", "zstd"}, Writing: true}
	}
	if o.Priority == 0 {
		o.Priority = 30
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	s := &Server{store: store, o: o, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /"+infoFile, s.info)
	s.mux.HandleFunc("GET /nar/{file}", s.nar)
	s.mux.HandleFunc("GET /{file}", s.narinfo)
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	info := Info{Dir: s.store.Dir(), WantMassQuery: true, Priority: s.o.Priority}
	s.text(w, r, "text/x-nix-cache-info", info.Bytes())
}

func (s *Server) narinfo(w http.ResponseWriter, r *http.Request) {
	digest, ok := strings.CutSuffix(r.PathValue("file"), ".narinfo")
	if !ok {
		http.NotFound(w, r)
		return
	}
	info, ok := s.find(w, r, digest)
	if !ok {
		return
	}
	signer := &Cache{dir: s.store.Dir(), keys: s.o.Keys}
	sigs, err := signer.signed(info)
	if err != nil {
		s.fail(w, err)
		return
	}
	info.Signatures = sigs
	f := &narinfo.File{Info: info, Compression: s.o.Compression}
	f.URL = "nar/" + digest + "-" + info.NarHash.Nix32() + ".nar" + suffixes[s.o.Compression]
	if s.o.Compression == "none" {
		f.FileHash, f.FileSize = info.NarHash, info.NarSize
	}
	s.text(w, r, "text/x-nix-narinfo", f.Bytes(s.store.Dir()))
}

// find returns the valid path with the digest, or answers that there is none.
func (s *Server) find(w http.ResponseWriter, r *http.Request, digest string) (narinfo.Info, bool) {
	if _, err := nixhash.DecodeNix32(digest); err != nil || len(digest) != 32 {
		http.NotFound(w, r)
		return narinfo.Info{}, false
	}
	p, err := s.store.ByDigest(r.Context(), digest)
	var info narinfo.Info
	if err == nil {
		info, err = s.store.Lookup(r.Context(), p)
	}
	switch {
	case errors.Is(err, narinfo.ErrInvalid), err == nil && info.NarSize == 0: // too old to be asked for
		http.NotFound(w, r)
		return narinfo.Info{}, false
	case err != nil:
		s.fail(w, err)
		return narinfo.Info{}, false
	}
	return info, true
}

// text answers with a small file.
func (s *Server) text(w http.ResponseWriter, r *http.Request, mediaType string, text []byte) {
	sum := nixhash.NewHasher(nixhash.SHA256)
	sum.Write(text)
	if s.unchanged(w, r, `"`+sum.Sum().Nix32()[:32]+`"`) {
		return
	}
	w.Header().Set("Content-Type", mediaType)
	if r.Method != http.MethodHead {
		w.Write(text) //nolint:errcheck // whoever asked is gone
	}
}

// unchanged names the entity, and answers if who asks has it already.
func (s *Server) unchanged(w http.ResponseWriter, r *http.Request, etag string) bool {
	w.Header().Set("ETag", etag)
	known := strings.Split(r.Header.Get("If-None-Match"), ",")
	if slices.ContainsFunc(known, func(k string) bool { return strings.TrimPrefix(strings.TrimSpace(k), "W/") == etag }) {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

func (s *Server) fail(w http.ResponseWriter, err error) {
	s.o.Failed(err)
	http.Error(w, "the store cannot be read", http.StatusInternalServerError)
}
