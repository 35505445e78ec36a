package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// partial is the file that keeps what has arrived of one content. Its holder
// has it locked (flock), and so is the only one that downloads that content.
//
//	<key>.part    the bytes so far
//	<key>.json    what the server said about them
//	<key>.wanted  locked (shared) by those who wait: the holder leaves the bytes to them
//
// Keeping is a convenience: where the disk is full or read-only there is no
// partial (nil), or it gives up its bytes, and the download goes on. All
// methods work on nil.
type partial struct {
	path  string // without suffix
	file  *os.File
	n     int64
	about about
	lost  bool // a write failed; nothing is kept any more
}

// about is what is known about the content that a partial file begins.
type about struct {
	URL       string `json:"url"`
	Validator string `json:"validator,omitempty"`
	Total     int64  `json:"total"`
	Complete  bool   `json:"complete,omitempty"` // verified, and left for one who waits
}

const waitStep = 100 * time.Millisecond

// openPartial locks the partial file of a request. While another process has
// it, it waits, for as long as that one gets on; the only error is the
// context's.
func (c *Client) openPartial(ctx context.Context, req Request) (*partial, error) {
	if c.opt.CacheDir == "" {
		return nil, nil
	}
	dir := filepath.Join(c.opt.CacheDir, "partial")
	if os.MkdirAll(dir, 0o700) != nil {
		return nil, nil
	}
	c.swept.Do(func() { sweep(dir, c.opt.Now()) })
	p := &partial{path: filepath.Join(dir, partialKey(req))}
	var size int64
	var place *os.File // among those who wait
	defer func() { place.Close() }()
	for idle := time.Duration(0); ; idle += waitStep {
		locked, n, ok := p.lock()
		if !ok || !locked && idle > patience+c.opt.Stall {
			return nil, nil
		}
		if locked {
			p.load(req, n, place != nil)
			return p, nil
		}
		if place == nil {
			place = p.wait()
		}
		if n != size {
			size, idle = n, 0
		}
		if err := c.opt.Sleep(ctx, waitStep); err != nil {
			return nil, err
		}
	}
}

// lock tries once. ok is false when there is no way to have the file; locked
// when it is ours; else size is how far its holder has come.
func (p *partial) lock() (locked bool, size int64, ok bool) {
	f, err := os.OpenFile(p.path+".part", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return false, 0, false
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	mine, statErr := f.Stat()
	if err != nil || statErr != nil {
		f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return false, 0, false
		}
		return false, mine.Size(), true
	}
	// The one who had it may have deleted it before letting go.
	if !isAt(f, p.path+".part") {
		f.Close()
		return false, 0, true
	}
	p.file = f
	return true, mine.Size(), true
}

// load takes over what the file has, if that can be of use. That it is complete
// counts for one who waited for it; later it may be out of date.
func (p *partial) load(req Request, size int64, waited bool) {
	p.n = size
	if data, err := os.ReadFile(p.path + ".json"); err == nil {
		if json.Unmarshal(data, &p.about) != nil {
			p.about = about{}
		}
	}
	if p.about.URL != redact(req.URL) {
		p.about.Validator = "" // another server's; a checksum ties the bytes together
	}
	p.about.Complete = p.about.Complete && waited && p.about.Total == size
	known := len(req.Want) > 0 || p.about.Validator != "" || p.about.Complete
	if !known || req.Size > 0 && size > req.Size {
		p.reset()
	}
}

// partialKey names content by its checksums, wherever it comes from, else by
// its URL.
func partialKey(req Request) string {
	name := req.URL
	if u, err := url.Parse(req.URL); err == nil {
		u.User = nil
		name = u.String()
	}
	if len(req.Want) > 0 {
		var all []string
		for _, w := range req.Want {
			all = append(all, w.SRI())
		}
		slices.Sort(all)
		name = strings.Join(all, " ")
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

func (p *partial) size() int64 {
	if p == nil {
		return 0
	}
	return p.n
}

// whole reports whether all of the content is there.
func (p *partial) whole(total int64) bool {
	return p.size() > 0 && (p.about.Complete || p.n == total)
}

func (p *partial) reader() io.Reader { return io.NewSectionReader(p.file, 0, p.n) }

// append keeps b; when that fails, what is kept is given up, so that a full
// disk gets its space back.
func (p *partial) append(b []byte) {
	if p == nil || p.lost || len(b) == 0 {
		return
	}
	if _, err := p.file.WriteAt(b, p.n); err != nil {
		p.reset()
		p.lost = true
		return
	}
	p.n += int64(len(b))
}

// reset forgets all bytes.
func (p *partial) reset() {
	if p == nil {
		return
	}
	if p.file.Truncate(0) != nil {
		p.lost = true
	}
	p.n, p.about = 0, about{}
	os.Remove(p.path + ".json")
}

// describe notes what the server says about the bytes that follow.
func (p *partial) describe(a about) {
	if p == nil || p.lost {
		return
	}
	p.about = a
	if data, err := json.Marshal(a); err == nil {
		os.WriteFile(p.path+".json", data, 0o600) //nolint:errcheck // without it the bytes are not gone on from
	}
}

// close lets the next one in. The bytes stay when the download failed, or when
// another process waits for them.
func (p *partial) close(success bool) {
	if p == nil {
		return
	}
	wanted := p.wanted()
	switch {
	case p.n == 0 || success && !wanted:
		os.Remove(p.path + ".part")
		os.Remove(p.path + ".json")
	case success:
		p.about.Complete, p.about.Total = true, p.n
		p.describe(p.about)
	}
	p.file.Close()
}
