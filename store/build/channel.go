package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"devenv/transfer/unpack"
)

// unpackChannel unpacks the tarball of a channel, which holds one directory, and
// names that as the channel. It is Nix's builtin:unpack-channel.
func unpackChannel(b *builtin) error {
	name, err := b.attr("channelName")
	if err != nil {
		return err
	}
	src, err := b.attr("src")
	if err != nil {
		return err
	}
	if name == "" || name == "." || name == ".." || filepath.Base(name) != name {
		return fmt.Errorf("the channel's name %q is not one of a directory", name)
	}
	f, err := os.Open(src)
	if err != nil {
		return err
	}
	defer f.Close()
	format, err := formatOf(f)
	if err != nil {
		return err
	}
	if err := unpack.Tree(context.Background(), f, format, b.Out, unpack.Options{}); err != nil {
		return err
	}
	entries, err := os.ReadDir(b.Out)
	if err != nil {
		return err
	}
	if len(entries) != 1 {
		return fmt.Errorf("the channel's tarball %s has %d entries, and must have one", src, len(entries))
	}
	return os.Rename(filepath.Join(b.Out, entries[0].Name()), filepath.Join(b.Out, name))
}

// formatOf tells how a tarball is compressed by its first bytes.
func formatOf(f *os.File) (unpack.Format, error) {
	head := make([]byte, 6)
	n, err := f.ReadAt(head, 0)
	if n == 0 {
		return "", errors.Join(errors.New("the tarball is empty"), err)
	}
	for magic, format := range map[string]unpack.Format{"\x1f\x8b": unpack.TarGz, "\xfd7zXZ\x00": unpack.TarXz, "\x28\xb5\x2f\xfd": unpack.TarZst} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return format, nil
		}
	}
	return unpack.Tar, nil
}
