package daemon

import (
	"strings"
	"time"

	"devenv/store/daemon/wire"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Info is what a store knows of a valid path.
type Info = narinfo.Info

// ErrInvalid is the error for a path that is not in the store.
var ErrInvalid = narinfo.ErrInvalid

// encoder writes what requests are made of.
type encoder struct {
	*wire.Writer
	dir   storepath.Dir
	proto protocol
}

// decoder reads what replies are made of.
type decoder struct {
	*wire.Reader
	dir   storepath.Dir
	proto protocol
}

func (e *encoder) path(p storepath.Path) { e.Text(e.dir.Join(p)) }

// maybePath writes a path that may be zero.
func (e *encoder) maybePath(p storepath.Path) {
	if p.IsZero() {
		e.Text("")
	} else {
		e.path(p)
	}
}

func (e *encoder) paths(ps []storepath.Path) {
	e.U64(uint64(len(ps)))
	for _, p := range ps {
		e.path(p)
	}
}

func (d *decoder) path() storepath.Path {
	text := d.Text()
	if d.Err() != nil {
		return storepath.Path{}
	}
	p, err := d.dir.Parse(text)
	d.Fail(err)
	return p
}

// maybePath reads a path that may be zero.
func (d *decoder) maybePath() storepath.Path {
	text := d.Text()
	if d.Err() != nil || text == "" {
		return storepath.Path{}
	}
	p, err := d.dir.Parse(text)
	d.Fail(err)
	return p
}

func (d *decoder) paths() []storepath.Path {
	n := d.Count(8)
	var ps []storepath.Path
	for range n {
		p := d.path()
		if d.Err() != nil {
			return nil
		}
		ps = append(ps, p)
	}
	return ps
}

// info writes what follows the path in a description of it.
func (e *encoder) info(i Info) {
	e.maybePath(i.Deriver)
	e.Text(i.NarHash.Base16())
	e.paths(i.References)
	e.U64(uint64(max(i.Registered.Unix(), 0)))
	e.U64(uint64(i.NarSize))
	e.Bool(i.Ultimate)
	e.Strings(i.Signatures)
	e.Text(i.CA.String())
}

// info reads what info of an encoder writes.
func (d *decoder) info(p storepath.Path) Info {
	i := Info{Path: p, Deriver: d.maybePath()}
	i.NarHash = d.narHash()
	i.References = d.paths()
	i.Registered = d.time()
	i.NarSize = d.Size()
	i.Ultimate = d.Bool()
	i.Signatures = d.Strings()
	if text := d.Text(); text != "" {
		var err error
		i.CA, err = storepath.ParseContentAddress(text)
		d.Fail(err)
	}
	return i
}

func (d *decoder) narHash() nixhash.Hash {
	text := d.Text()
	if d.Err() != nil {
		return nixhash.Hash{}
	}
	h, err := nixhash.ParseAny(text, nixhash.SHA256)
	d.Fail(err)
	return h
}

// time reads seconds since 1970; 0 is no time.
func (d *decoder) time() time.Time {
	seconds := d.Int(1 << 40)
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// methodAlgo returns a method and an algorithm as a content address has them
// before its hash: "fixed:r:sha256".
func methodAlgo(m storepath.Method, a nixhash.Algo) string {
	zero, err := nixhash.New(a, make([]byte, a.Size()))
	if err != nil {
		return ""
	}
	address := storepath.ContentAddress{Method: m, Hash: zero}.String()
	return address[:strings.LastIndexByte(address, ':')]
}
