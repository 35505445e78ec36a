package daemon

import (
	"bytes"
	"os"
	"testing"

	"devenv/store/daemon/wire"
	"devenv/store/nar"
)

// The end is found in whatever pieces an archive comes.
func TestNarEnd(t *testing.T) {
	dir := t.TempDir() + "/tree"
	for _, path := range []string{"/a", "/a/(", "/a/contents"} {
		if err := os.MkdirAll(dir+path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{"/a/b": ")", "/a/)": "", "/a/name": "(((((((", "/z": string(make([]byte, 1000))} {
		if err := os.WriteFile(dir+path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(")", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{dir, dir + "/z", dir + "/a/)", dir + "/link", dir + "/a/("} {
		var archive bytes.Buffer
		if err := nar.Dump(&archive, root); err != nil {
			t.Fatal(err)
		}
		all := append(archive.Bytes(), "more"...)
		for piece := 1; piece < 70; piece++ {
			var n narEnd
			at, end := 0, false
			for !end {
				used, e, err := n.scan(all[at:min(at+piece, len(all))])
				if err != nil || used == 0 {
					t.Fatalf("%s in pieces of %d: %v at %d", root, piece, err, at)
				}
				at, end = at+used, e
			}
			if at != archive.Len() {
				t.Fatalf("%s in pieces of %d ends at %d, not at %d", root, piece, at, archive.Len())
			}
		}
	}
}

// What package nar reads as an archive ends where it says.
func FuzzNarEnd(f *testing.F) {
	f.Add(words("nix-archive-1", "(", "type", "regular", "executable", "", "contents", "abc", ")", "more"))
	f.Add(words("nix-archive-1", "(", "type", "directory", "entry", "(", "name", "a", "node", "(", "type", "symlink", "target", ")", ")", ")", ")"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var n narEnd
		used, end, err := n.scan(data)
		if used > len(data) || end && err != nil {
			t.Fatalf("%d bytes, %v, %v", used, end, err)
		}
		if _, err := nar.List(bytes.NewReader(data)); err == nil && (!end || used != len(data)) {
			t.Errorf("an archive of %d bytes ends at %d (%v, %v)", len(data), used, end, err)
		}
	})
}

// Whatever a daemon says, an answer is an error or a value, and nothing is read
// into memory that did not come.
func FuzzAnswer(f *testing.F) {
	f.Add(byte(0), someInfo(3))
	f.Add(byte(1), words(messageNext, "line", messageLast, 1, somePath+"!out", 0, "", 1, 0, 5, 6, 1, "sha256:"+someHash+"!out", `{"id":"sha256:`+someHash+`!out","outPath":"00000000000000000000000000000001-some","signatures":[],"dependentRealisations":{}}`))
	f.Add(byte(3), words(messageStart, 1, 3, 105, "text", 1, 1, "field", 0, messageStop, 1, messageLast, []string{somePath}, 1, 0))
	f.Add(byte(4), words(messageError, "Error", 0, "", "\x1b[31mno\x1b[0m", 0, 1, 0, "trace"))
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		c := newConnection(fake{}, "/nix/store")
		c.r = wire.NewReader(bytes.NewReader(data))
		c.events = func(Event) {}
		c.proto = protocol{minor: 34 + int(kind>>4)%5, realisationPath: kind>>7 == 1}
		err := c.answer(func(d *decoder) {
			switch kind % 5 {
			case 0:
				d.Bool()
				d.info(d.path())
			case 1:
				for range d.Count(64) {
					d.result(d.target())
					if d.Err() != nil {
						return
					}
				}
			case 2:
				d.paths()
				d.maybePath()
			case 3:
				d.Strings()
				d.Size()
			case 4:
				d.realisationJSON()
				d.duration()
			}
		})
		if (err == nil) != (c.inStep && c.r.Err() == nil) {
			if _, said := err.(*Error); !said {
				t.Errorf("in step: %v, error %v", c.inStep, err)
			}
		}
	})
}
