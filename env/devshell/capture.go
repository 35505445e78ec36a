package devshell

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"devenv/store/derivation"
	"devenv/store/narinfo"
	"devenv/store/storepath"
)

//go:embed capture.sh
var captureScript []byte

// maxCapture is how many bytes of a captured shell are read. Real ones have some
// hundred thousand.
const maxCapture = 256 << 20

// Store is where derivations are; *store.Store is one.
type Store interface {
	Dir() storepath.Dir
	Real(storepath.Path) string // where the object is on disk
	Derivation(context.Context, storepath.Path) (*derivation.Derivation, error)
	AddText(ctx context.Context, name string, text []byte, refs []storepath.Path) (narinfo.Info, error)
}

// Build makes the outputs of a derivation in the store valid and returns them by
// name.
type Build func(ctx context.Context, drv storepath.Path) (map[string]storepath.Path, error)

// Captured is a shell and where it is kept.
type Captured struct {
	*Shell
	// Path is the output with the shell's state. It refers to all that the shell
	// needs: whoever keeps it from being collected keeps those.
	Path storepath.Path
	// Bash is what built it.
	Bash string
}

// Capture finds out what the shell of the derivation at drv is. Nothing is built
// if that is known already. The error is a *NotBashError if it has none.
func Capture(ctx context.Context, s Store, build Build, drv storepath.Path) (*Captured, error) {
	d, err := s.Derivation(ctx, drv)
	if err != nil {
		return nil, err
	}
	environment, err := instantiate(ctx, s, d)
	if err != nil {
		return nil, err
	}
	outputs, err := build(ctx, environment)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		text, err := readCapture(s.Real(outputs[name]))
		if err != nil {
			return nil, err
		}
		if len(text) == 0 {
			continue
		}
		shell, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Dir().Join(outputs[name]), err)
		}
		return &Captured{shell, outputs[name], d.Builder}, nil
	}
	return nil, fmt.Errorf("%s: its setup ended the shell before it could be captured", d.Name)
}

// instantiate writes the recipe of d's environment to the store.
func instantiate(ctx context.Context, s Store, d *derivation.Derivation) (storepath.Path, error) {
	script, err := s.AddText(ctx, "capture.sh", captureScript, nil)
	if err != nil {
		return storepath.Path{}, err
	}
	recipe, err := Recipe(d, s.Dir(), script.Path)
	if err != nil {
		return storepath.Path{}, err
	}
	memo := derivation.NewMemo(s.Dir(), func(p storepath.Path) (*derivation.Derivation, error) { return s.Derivation(ctx, p) })
	instance, err := derivation.NewHasher(s.Dir(), memo).Instantiate(recipe)
	if err != nil {
		return storepath.Path{}, fmt.Errorf("%s: %w", recipe.Name, err)
	}
	info, err := s.AddText(ctx, recipe.Name+derivation.Extension, instance.ATerm, recipe.References())
	return info.Path, err
}

// readCapture reads an output: nothing if it is no file.
func readCapture(file string) ([]byte, error) {
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, nil
	case info.Size() > maxCapture:
		return nil, fmt.Errorf("%s: a shell of %d bytes is too large", file, info.Size())
	}
	return os.ReadFile(file)
}
