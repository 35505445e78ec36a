package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// answer is one kept answer to a Get: a file with a line of JSON, then the body.
type answer struct {
	Validated time.Time   `json:"validated"`
	Header    http.Header `json:"header"`
	Digest    string      `json:"digest"` // of the body, hex SHA-256
	body      []byte
}

// keepAnswers is how long an answer is of use that nobody asked for again.
const keepAnswers = 90 * 24 * time.Hour

// answerFile names an answer by all that it depends on.
func (c *Client) answerFile(req Request) string {
	h := sha256.New()
	h.Write([]byte(req.URL + "\n"))
	req.Header.Write(h) //nolint:errcheck // a hash takes everything
	for _, w := range req.Want {
		h.Write([]byte(w.SRI() + "\n"))
	}
	return filepath.Join(c.opt.CacheDir, "answers", hex.EncodeToString(h.Sum(nil)[:16]))
}

// recall returns the kept answer; nil when there is none that is intact.
func (c *Client) recall(req Request) *answer {
	if c.opt.CacheDir == "" {
		return nil
	}
	data, err := os.ReadFile(c.answerFile(req))
	if err != nil {
		return nil
	}
	head, body, _ := bytes.Cut(data, []byte("\n"))
	a := &answer{}
	if json.Unmarshal(head, a) != nil || a.Digest != digestText(body) {
		return nil
	}
	a.body = body
	return a
}

// remember keeps an answer. A disk that refuses costs the next one a request.
func (c *Client) remember(req Request, a *answer) {
	if c.opt.CacheDir == "" {
		return
	}
	file := c.answerFile(req)
	dir := filepath.Dir(file)
	a.Digest = digestText(a.body)
	head, err := json.Marshal(a)
	if err != nil || os.MkdirAll(dir, 0o700) != nil {
		return
	}
	tmp, err := os.CreateTemp(dir, "new-")
	if err != nil {
		return
	}
	_, err = tmp.Write(append(append(head, '\n'), a.body...))
	if tmp.Close() != nil || err != nil || os.Rename(tmp.Name(), file) != nil {
		os.Remove(tmp.Name())
	}
	c.forgetOld(dir)
}

func (c *Client) forgetOld(dir string) {
	c.forgot.Do(func() {
		files, _ := os.ReadDir(dir)
		for _, f := range files {
			if info, err := f.Info(); err == nil && c.opt.Now().Sub(info.ModTime()) > keepAnswers {
				os.Remove(filepath.Join(dir, f.Name()))
			}
		}
	})
}

// keepHeader picks what callers and the next request need.
func keepHeader(h http.Header) http.Header {
	kept := http.Header{}
	for _, name := range []string{"Content-Type", "Date", "Etag", "Last-Modified", "Link"} {
		if v := h.Values(name); len(v) > 0 {
			kept[name] = v
		}
	}
	return kept
}

func digestText(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
