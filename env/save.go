package env

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// saveLayer makes envs/<key> whole: first the root for its store paths, so that
// no snapshot ever names a path that may be collected, then the directory by
// rename. One that is there already is compared with what it should be and
// mended file by file.
func (t *Tree) saveLayer(ctx context.Context, s Snapshot) (Layer, error) {
	if err := s.Validate(); err != nil {
		return Layer{}, err
	}
	layer := t.Layout.Layer(s)
	if strings.Contains(layer.Bin, separator) {
		return Layer{}, &SnapshotError{"the directory " + layer.Bin, "cannot be on PATH: a colon separates elements", "set XDG_STATE_HOME to a path without a colon"}
	}
	files, err := t.render(layer)
	if err != nil {
		return Layer{}, err
	}
	if len(s.Roots) > 0 {
		if err := t.Rooter.AddRoot(ctx, rootPrefix+layer.Key, s.Roots...); err != nil {
			return Layer{}, fmt.Errorf("keeping the store paths of %s: %w", s.Dir, err)
		}
	}
	return layer, t.saveFiles(t.Layout.Env(layer.Key), files)
}

// rootPrefix begins the names that a Rooter is given.
const rootPrefix = "envs/"

// A layerFile is a file of envs/<key>, named relative to it.
type layerFile struct {
	name string
	data []byte
	mode fs.FileMode
}

// render makes the files of a layer; snapshot.json is the last one.
func (t *Tree) render(layer Layer) ([]layerFile, error) {
	var files []layerFile
	for _, shell := range Shells() {
		body, err := t.Renderer.Layer(shell, layer)
		if err != nil {
			return nil, err
		}
		files = append(files, layerFile{string(shell), body, 0o600})
	}
	for name, body := range layer.Scripts {
		files = append(files, layerFile{filepath.Join("bin", name), scriptText(body), 0o700})
	}
	data, err := json.Marshal(layer.Snapshot)
	if err != nil {
		return nil, err
	}
	return append(files, layerFile{"snapshot.json", append(data, '\n'), 0o600}), nil
}

func scriptText(body string) []byte {
	if !strings.HasPrefix(body, "#!") {
		body = "#!/bin/sh\n" + body
	}
	if !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	return []byte(body)
}

func (t *Tree) saveFiles(dir string, files []layerFile) error {
	if _, err := os.Lstat(dir); err == nil {
		return t.mend(dir, files)
	}
	if err := makeDir(filepath.Dir(dir)); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), tempPrefix)
	if err != nil {
		return diskError("write", dir, err)
	}
	defer os.RemoveAll(temp)
	for _, f := range files {
		path := filepath.Join(temp, f.name)
		if err := makeDir(filepath.Dir(path)); err != nil {
			return err
		}
		if err := createFile(path, f.data, f.mode); err != nil {
			return err
		}
	}
	if err := syncDir(temp); err != nil {
		return err
	}
	err = os.Rename(temp, dir)
	if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTEMPTY) {
		return t.mend(dir, files)
	}
	if err != nil {
		return diskError("write", dir, err)
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return err
	}
	return t.touch(filepath.Base(dir))
}

// mend replaces the files that are not as they should be: an older renderer's
// text, or damage. Shells that read meanwhile get one text or the other.
func (t *Tree) mend(dir string, files []layerFile) error {
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		have, err := os.ReadFile(path)
		if err == nil && bytes.Equal(have, f.data) {
			continue
		}
		if err := makeDir(filepath.Dir(path)); err != nil {
			return err
		}
		if err := replaceFile(path, f.data, f.mode); err != nil {
			return err
		}
	}
	return t.touch(filepath.Base(dir))
}

// touch notes that the environment is in use.
func (t *Tree) touch(key string) error {
	now := t.Now()
	path := t.Layout.snapshot(key)
	return diskError("write", path, os.Chtimes(path, now, now))
}
