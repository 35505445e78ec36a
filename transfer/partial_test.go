package transfer

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// leave puts bytes into a client's cache as a killed process leaves them.
func leave(t *testing.T, c *Client, req Request, content []byte, a about) {
	t.Helper()
	p, err := c.openPartial(t.Context(), req)
	if err != nil || p == nil {
		t.Fatal(p, err)
	}
	p.append(content)
	p.describe(a)
	p.file.Close()
}

func TestPartialFiles(t *testing.T) {
	o := newOrigin(t, size)
	half := o.content[:size/2]
	resume := fmt.Sprintf("bytes=%d-", size/2)
	wrong := append([]byte("wrong"), half[5:]...)
	here := about{URL: o.URL + "/file.tar.gz", Validator: `"v1"`, Total: size}
	there := about{URL: "http://elsewhere/x", Validator: `"other"`, Total: size}
	old := about{URL: o.URL + "/file.tar.gz", Validator: `"v0"`, Total: size}
	for name, test := range map[string]struct {
		kept    []byte
		about   about
		checked bool
		calls   int
		ranges  []string
	}{
		"half":                         {half, here, true, 1, []string{resume}},
		"half, unchecked":              {half, here, false, 1, []string{resume}},
		"half, nothing known":          {half, about{}, true, 1, []string{resume}},
		"half, unchecked, unknown":     {half, about{}, false, 1, []string{""}},
		"half, from another mirror":    {half, there, true, 1, []string{resume}},
		"half, of an older file":       {wrong, old, false, 1, []string{resume}},
		"damaged":                      {wrong, here, true, 2, []string{resume, ""}},
		"all of it":                    {o.content, here, true, 1, []string{fmt.Sprintf("bytes=%d-", size)}},
		"all of it, unchecked":         {o.content, here, false, 1, []string{fmt.Sprintf("bytes=%d-", size)}},
		"more than all":                {append(o.content, 'x'), here, true, 2, []string{fmt.Sprintf("bytes=%d-", size+1), ""}},
		"left complete, but not to us": {wrong, about{URL: here.URL, Total: size / 2, Complete: true}, false, 1, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			o.mu.Lock()
			o.asked = nil
			o.mu.Unlock()
			client, _ := newClient(t)
			req := o.request()
			if !test.checked {
				req.Want = nil
			}
			leave(t, client, req, test.kept, test.about)
			var got collector
			if err := client.Stream(t.Context(), req, got.sink, nil); err != nil {
				t.Fatal(err)
			}
			got.mustBe(t, test.calls, o.content)
			if fmt.Sprintf("%q", o.ranges()) != fmt.Sprintf("%q", test.ranges) {
				t.Errorf("asked for %q, not %q", o.ranges(), test.ranges)
			}
			if left := leftIn(t, client); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestACacheThatCannotBeWritten(t *testing.T) {
	o := newOrigin(t, size)
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n%2 == 0 {
			o.sendThen(w, size/2, nil)
		}
		return false
	}
	file := writeFile(t, filepath.Join(t.TempDir(), "file"), "")
	full := t.TempDir()
	if err := os.Mkdir(filepath.Join(full, "partial"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/full", filepath.Join(full, "partial", partialKey(o.request())+".part")); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"no directory": file, "read-only": "/proc/1", "full": full, "none": ""} {
		client, _ := newClient(t, func(o *Options) { o.CacheDir = dir })
		var got collector
		if err := client.Stream(t.Context(), o.request(), got.sink, nil); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got.mustBe(t, 1, o.content)
		if b, _, err := client.Get(t.Context(), Request{URL: o.URL}, size); err != nil || len(b) != size {
			t.Errorf("%s: Get: %v", name, err)
		}
	}
}

func TestSweep(t *testing.T) {
	client, _ := newClient(t)
	dir := filepath.Join(client.opt.CacheDir, "partial")
	now := time.Now()
	files := map[string]struct {
		age  time.Duration
		size int64
		keep bool
	}{
		"old.part":     {8 * 24 * time.Hour, 1, false},
		"old.json":     {8 * 24 * time.Hour, 1, false},
		"lost.wanted":  {8 * 24 * time.Hour, 0, false},
		"held.part":    {8 * 24 * time.Hour, 1, true},
		"new.part":     {time.Hour, keepBytes / 2, true},
		"new.json":     {time.Hour, 10, true},
		"older.part":   {2 * time.Hour, keepBytes / 2, false},
		"revived.part": {8 * 24 * time.Hour, 1, true},
		"revived.json": {time.Hour, 1, true},
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, f := range files {
		path := writeFile(t, filepath.Join(dir, name), "")
		if err := os.Truncate(path, f.size); err != nil {
			t.Fatal(err)
		}
		os.Chtimes(path, now.Add(-f.age), now.Add(-f.age))
	}
	held := &partial{path: filepath.Join(dir, "held")}
	if locked, _, _ := held.lock(); !locked {
		t.Fatal("not locked")
	}
	defer held.file.Close()
	sweep(dir, now)
	left := strings.Join(leftIn(t, client), " ")
	for name, f := range files {
		if strings.Contains(left, name) != f.keep {
			t.Errorf("%s: kept %v", name, !f.keep)
		}
	}
}
