package build

import (
	"fmt"
	"strings"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// checkOutputs holds that products refer to what their derivation allows only.
func (j *job) checkOutputs(list []*product) error {
	c := &checker{job: j, made: map[storepath.Path]narinfo.Info{}}
	for _, p := range list {
		c.made[p.info.Path] = p.info
	}
	for _, p := range list {
		checks := j.attrs.checks
		if j.attrs.perOutput != nil {
			checks = j.attrs.perOutput[p.Name]
		}
		if checks == nil {
			continue
		}
		if err := c.check(p, checks, list); err != nil {
			return err
		}
	}
	return nil
}

// checker checks products that are not registered yet.
type checker struct {
	*job
	made map[storepath.Path]narinfo.Info
}

func (c *checker) check(p *product, want *checks, list []*product) error {
	if want.maxSize != nil && p.info.NarSize > *want.maxSize {
		return c.fail(OutputRejected, "output %q has %d bytes, and at most %d are allowed (maxSize)", p.Name, p.info.NarSize, *want.maxSize)
	}
	whole, err := c.closure(p.info)
	if err != nil {
		return err
	}
	if size := whole.size(); want.maxClosureSize != nil && size > *want.maxClosureSize {
		return c.fail(OutputRejected, "the closure of output %q has %d bytes, and at most %d are allowed (maxClosureSize)", p.Name, size, *want.maxClosureSize)
	}
	if want.ignoreSelf {
		delete(whole, p.info.Path)
	}
	requisites := whole.sorted()
	for _, rule := range []struct {
		name    string
		list    *[]string // nil: there is no such rule
		allowed bool
		used    []storepath.Path
	}{
		{"allowedReferences", want.allowedReferences, true, p.info.References},
		{"allowedRequisites", want.allowedRequisites, true, requisites},
		{"disallowedReferences", &want.disallowedReferences, false, p.info.References},
		{"disallowedRequisites", &want.disallowedRequisites, false, requisites},
	} {
		if rule.list == nil {
			continue
		}
		named, err := c.named(rule.name, *rule.list, list)
		if err != nil {
			return err
		}
		var bad []string
		for _, ref := range rule.used {
			if named[ref] != rule.allowed {
				bad = append(bad, "\n  "+c.b.Store.Dir().Join(ref))
			}
		}
		if len(bad) > 0 {
			return c.fail(OutputRejected, "output %q is not allowed to refer to the following paths (%s):%s", p.Name, rule.name, strings.Join(bad, ""))
		}
	}
	return nil
}

// named returns the paths that a rule lists: store paths, and names of outputs.
func (c *checker) named(rule string, words []string, list []*product) (map[storepath.Path]bool, error) {
	paths := map[storepath.Path]bool{}
	for _, word := range words {
		if p, _, err := c.b.Store.Dir().ParseInside(word); err == nil {
			paths[p] = true
			continue
		}
		found := false
		for _, p := range list {
			if p.Name == word {
				paths[p.info.Path], found = true, true
			}
		}
		if !found {
			return nil, c.fail(OutputRejected, "%s names %q, which is neither a store path nor one of its outputs (%s)", rule, word, outputNames(c.drv))
		}
	}
	return paths, nil
}

// closure returns a product and all that it refers to.
func (c *checker) closure(info narinfo.Info) (closure, error) {
	whole := closure{}
	todo := []narinfo.Info{info}
	for len(todo) > 0 {
		info := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		whole[info.Path] = info
		for _, ref := range info.References {
			if _, done := whole[ref]; done {
				continue
			}
			if made, ok := c.made[ref]; ok {
				todo = append(todo, made)
				continue
			}
			if err := c.b.known.closure(c.ctx, whole, ref); err != nil {
				return nil, fmt.Errorf("the closure of %s: %w", info.Path.Base(), err)
			}
		}
	}
	return whole, nil
}
