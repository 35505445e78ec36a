package build

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"devenv/store/derivation"
	"devenv/store/nar"
	"devenv/store/storepath"
	"github.com/ulikunitz/xz"
)

// fetchurl is the builder whose work needs the network and this program's
// knowledge of it. It runs here, and not in a sandbox.
const fetchurl = "builtin:fetchurl"

// fetch makes the output of a derivation whose builder is builtin:fetchurl: what
// is at url, a file or with unpack=1 the tree in a NAR.
func (j *job) fetch(w *workplace, log *log) error {
	if j.kind != derivation.Fixed && j.kind != derivation.Impure {
		return j.fail(InputRejected, "%s needs a fixed output, or an impure one", fetchurl)
	}
	url, ok := j.drv.Lookup("url")
	if !ok {
		return j.fail(InputRejected, "%s: attribute \"url\" is missing", fetchurl)
	}
	if j.b.Fetch == nil {
		return j.fail(InputRejected, "%s: there is nothing here that fetches", fetchurl)
	}
	unpack, _ := j.drv.Lookup("unpack")
	executable, _ := j.drv.Lookup("executable")
	file := filepath.Join(w.build, "fetched")
	if err := j.download(url, file, log); err != nil {
		return err
	}
	out := j.treeOf(w, j.outputs[0])
	if unpack == "1" {
		if err := unpackNar(file, strings.HasSuffix(url, ".xz"), out); err != nil {
			return j.fail(PermanentFailure, "unpacking %s: %v", url, err)
		}
	} else if err := os.Rename(file, out); err != nil {
		return err
	}
	if executable == "1" {
		return os.Chmod(out, 0o755)
	}
	return nil
}

// download gets url to file, from a mirror that goes by hashes if one has it.
func (j *job) download(url, file string, log *log) error {
	o := j.outputs[0]
	if o.Kind == derivation.Fixed && o.Method == storepath.Flat {
		for _, mirror := range j.b.Mirrors {
			from := fmt.Sprintf("%s/%s/%s", strings.TrimSuffix(mirror, "/"), o.Hash.Algo(), o.Hash.Base16())
			err := j.b.Fetch.Fetch(j.ctx, from, file)
			if err == nil {
				return nil
			}
			log.write([]byte(err.Error() + "\n"))
			if err := os.RemoveAll(file); err != nil {
				return err
			}
		}
	}
	if err := j.b.Fetch.Fetch(j.ctx, url, file); err != nil {
		return &Error{Status: TransientFailure, Drv: j.path, Msg: "fetching " + url, Err: err}
	}
	return nil
}

// unpackNar makes the tree at dest from the NAR in file, which may be compressed.
func unpackNar(file string, compressed bool, dest string) (err error) {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	r := io.Reader(f)
	if compressed {
		if r, err = xz.NewReader(f); err != nil {
			return err
		}
	}
	return nar.Restore(r, dest)
}
