package cli

import (
	"errors"
	"regexp"
	"sync"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/evalcache"
	"devenv/store/storepath"
)

// chosen is a derivation that an expression gives, and the output of it that is
// meant.
type chosen = evalcache.Derivation

// collector finds the derivations in a value as nix-instantiate and nix-build
// do: the value itself, elements of lists, attributes of sets, and those of sets
// in sets that say recurseForDerivations.
type collector struct {
	e    *evaluation
	args map[string]*eval.Value
	list []chosen
}

// derivationsIn lists them in Nix's order.
func (e *evaluation) derivationsIn(v *eval.Value, args map[string]*eval.Value) ([]chosen, error) {
	c := &collector{e: e, args: args}
	err := c.visit(v)
	return c.list, err
}

func (c *collector) visit(v *eval.Value) error {
	v, err := c.e.AutoCall(v, c.args)
	if err != nil {
		return err
	}
	if found, err := c.take(v); found || err != nil {
		return err
	}
	switch typ, err := c.e.Type(v); {
	case err != nil:
		return err
	case typ == "list":
		elems, err := c.e.ToList(v)
		for i := 0; i < len(elems) && err == nil; i++ {
			err = c.visit(elems[i])
		}
		return err
	case typ == "set":
		return c.attrs(v)
	}
	return withHint(errors.New("expression does not evaluate to a derivation (or a set or list of those)"), "select a package with --attr")
}

// listable are the names of attributes that are looked into.
var listable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_+-]*$`)
})

func (c *collector) attrs(v *eval.Value) error {
	names, err := c.e.AttrNames(v)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !listable().MatchString(name) {
			continue
		}
		attr, err := c.e.Attr(v, name)
		if err != nil {
			return err
		}
		if found, err := c.take(attr); found || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if deeper, err := c.recurses(attr); err != nil {
			return err
		} else if deeper {
			if err := c.visit(attr); err != nil {
				return err
			}
		}
	}
	return nil
}

// recurses tells whether a set says recurseForDerivations = true.
func (c *collector) recurses(v *eval.Value) (bool, error) {
	if typ, err := c.e.Type(v); err != nil || typ != "set" {
		return false, err
	}
	say, err := c.e.Attr(v, "recurseForDerivations")
	if say == nil || err != nil {
		return false, err
	}
	return c.e.ToBool(say)
}

// take adds a value if it is a derivation.
func (c *collector) take(v *eval.Value) (bool, error) {
	is, err := c.e.IsDerivation(v)
	if !is || err != nil {
		return false, err
	}
	drvPath, err := c.text(v, "drvPath")
	if err != nil {
		return false, err
	}
	p, err := storepath.Dir(c.e.world.StoreDir()).Parse(drvPath)
	if err != nil {
		return false, err
	}
	output, err := c.text(v, "outputName")
	c.list = append(c.list, chosen{Path: p, Output: output})
	return true, err
}

// text is an attribute that must be there and be a string.
func (c *collector) text(v *eval.Value, name string) (string, error) {
	attr, err := c.e.Attr(v, name)
	if err != nil {
		return "", err
	}
	if attr == nil {
		return "", errors.New("the derivation lacks an attribute '" + name + "'")
	}
	s, _, err := c.e.ToString(attr)
	return s, err
}
