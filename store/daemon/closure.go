package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"devenv/store/derivation"
	"devenv/store/nar"
	"devenv/store/storepath"
)

// maxDerivation bounds the text of a .drv file, in bytes.
const maxDerivation = 64 << 20

// Derivation reads the valid derivation at p.
func (c *Client) Derivation(ctx context.Context, p storepath.Path) (*derivation.Derivation, error) {
	name, ok := strings.CutSuffix(p.Name(), derivation.Extension)
	if !ok {
		return nil, fmt.Errorf("%s is not a derivation: its name does not end with %s", p.Base(), derivation.Extension)
	}
	var text []byte
	err := c.Nar(ctx, p, func(r io.Reader) (err error) {
		text, err = readFile(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return derivation.Parse(c.Dir(), name, string(text))
}

// readFile returns the contents of the regular file that is an archive's root.
func readFile(r io.Reader) ([]byte, error) {
	archive := nar.NewReader(r)
	h, err := archive.Next()
	switch {
	case err != nil:
		return nil, err
	case h.Type != nar.Regular:
		return nil, fmt.Errorf("a %s, not a regular file", h.Type)
	case h.Size > maxDerivation:
		return nil, fmt.Errorf("a derivation of %d bytes, and %d are the most", h.Size, maxDerivation)
	}
	return io.ReadAll(archive)
}

// Closure returns ps and all that they refer to, references first.
func (c *Client) Closure(ctx context.Context, ps ...storepath.Path) ([]Info, error) {
	w := closure{client: c, state: map[storepath.Path]visit{}}
	for _, p := range ps {
		if err := w.visit(ctx, p); err != nil {
			return nil, err
		}
	}
	return w.sorted, nil
}

// visit is how far the walk is with a path.
type visit uint8

const (
	entered visit = 1 + iota
	left
)

var errCycle = errors.New("a cycle of references")

// closure is a walk along references.
type closure struct {
	client *Client
	state  map[storepath.Path]visit
	sorted []Info
}

// frame is a path on the way from the root to the one at hand.
type frame struct {
	info Info
	next int // the reference to go on with
}

// visit adds what is reachable from p. It keeps its own stack: chains of
// references may be long.
func (w *closure) visit(ctx context.Context, p storepath.Path) error {
	var stack []frame
	enter := func(p storepath.Path) error {
		switch w.state[p] {
		case left:
			return nil
		case entered:
			return fmt.Errorf("%s: %w", p.Base(), errCycle)
		}
		info, err := w.client.Lookup(ctx, p)
		if err != nil {
			return err
		}
		w.state[p] = entered
		stack = append(stack, frame{info: info})
		return nil
	}
	if err := enter(p); err != nil {
		return err
	}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next == len(top.info.References) {
			w.state[top.info.Path] = left
			w.sorted = append(w.sorted, top.info)
			stack = stack[:len(stack)-1]
			continue
		}
		ref := top.info.References[top.next]
		top.next++
		if ref == top.info.Path {
			continue
		}
		if err := enter(ref); err != nil {
			return err
		}
	}
	return nil
}
