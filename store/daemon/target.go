package daemon

import (
	"fmt"
	"slices"
	"strings"

	"devenv/store/storepath"
)

// Target is something to have in the store: a path, or outputs of a derivation.
type Target struct {
	Path    storepath.Path // the path itself, or with Outputs a derivation
	Outputs []string       // by name; "*" alone means all
}

// OutputsOf returns the target of a derivation's outputs; of all if none is
// named.
func OutputsOf(drv storepath.Path, outputs ...string) Target {
	if len(outputs) == 0 {
		outputs = []string{"*"}
	}
	return Target{drv, outputs}
}

// text returns t as Nix's protocols write it: PATH or DRV!OUT,OUT.
func (t Target) text(dir storepath.Dir) string {
	if len(t.Outputs) == 0 {
		return dir.Join(t.Path)
	}
	return dir.Join(t.Path) + "!" + strings.Join(t.Outputs, ",")
}

// String returns t by its base name.
func (t Target) String() string {
	if len(t.Outputs) == 0 {
		return t.Path.Base()
	}
	return t.Path.Base() + "!" + strings.Join(t.Outputs, ",")
}

// sorted returns t as daemons write it: with its outputs in order, each once.
func (t Target) sorted() Target {
	t.Outputs = slices.Compact(slices.Sorted(slices.Values(t.Outputs)))
	return t
}

// check returns an error if the text of t would not be read as t.
func (t Target) check() error {
	for _, name := range t.Outputs {
		if name == "*" && len(t.Outputs) == 1 {
			continue
		}
		if err := storepath.CheckName(name); err != nil {
			return fmt.Errorf("output of %s: %w", t.Path.Base(), err)
		}
	}
	return nil
}

func checkTargets(ts []Target) error {
	for _, t := range ts {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) targets(ts []Target) {
	e.U64(uint64(len(ts)))
	for _, t := range ts {
		e.Text(t.text(e.dir))
	}
}

// target reads a target. Outputs of derivations that are outputs themselves are
// not asked for, and so are none that come.
func (d *decoder) target() Target {
	text := d.Text()
	if d.Err() != nil {
		return Target{}
	}
	full, outputs, ok := strings.Cut(text, "!")
	p, err := d.dir.Parse(full)
	d.Fail(err)
	t := Target{Path: p}
	if ok {
		t.Outputs = strings.Split(outputs, ",")
	}
	d.Fail(t.check())
	return t
}
