package tools

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

var toolName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]*$`) })

// check finds what a strict decoder cannot: values that would only fail when they are used.
func (t *Tool) check(file string) error {
	switch {
	case t.Name != file:
		return fmt.Errorf("name = %q: the file must be called %s.toml", t.Name, t.Name)
	case !toolName().MatchString(t.Name):
		return fmt.Errorf("name = %q: lower-case letters, digits and dashes", t.Name)
	case !slices.Contains([]string{"npm", "pep440", "go", "semver"}, string(t.Grammar)):
		return fmt.Errorf("grammar = %q: npm, pep440, go or semver", t.Grammar)
	case !slices.Contains([]string{"", "glibc"}, t.Libc):
		return fmt.Errorf("libc = %q: glibc, or nothing", t.Libc)
	case len(t.Sources) == 0:
		return errors.New("sources is empty")
	case len(t.Executables) == 0:
		return errors.New("executables is empty")
	}
	for _, s := range t.Sources {
		if err := t.checkSource(s); err != nil {
			return err
		}
	}
	return errors.Join(t.checkLayouts(), t.checkTemplates())
}

func (t *Tool) checkSource(name string) error {
	has := map[string]bool{
		"mirror":    t.Publisher != nil && len(t.Publisher.Mirrors) > 0,
		"publisher": t.Publisher != nil,
		"npm":       t.Npm != nil,
		"goproxy":   t.Goproxy != nil,
	}
	described, known := has[name]
	if !known {
		return fmt.Errorf("sources: %q: mirror, npm, goproxy or publisher", name)
	}
	if !described {
		return fmt.Errorf("sources: %s: nothing in this file describes it", name)
	}
	if name != "publisher" && name != "mirror" {
		return nil
	}
	p := t.Publisher
	if !strings.HasPrefix(p.Base, "https://") && !strings.HasPrefix(p.Base, "http://") {
		return fmt.Errorf("publisher.base = %q: an http address", p.Base)
	}
	if len(p.Index) == 0 || len(p.Archives) == 0 || p.File == "" {
		return errors.New("publisher: index, archives and file are needed")
	}
	for _, ix := range p.Index {
		if _, ok := indexFormats()[ix.Format]; !ok {
			return fmt.Errorf("publisher.index.format = %q is not known", ix.Format)
		}
		if strings.Contains(ix.URL, "{release}") != (len(ix.Releases) > 0) {
			return fmt.Errorf("publisher.index: %s: releases are what {release} stands for; give both or neither", ix.URL)
		}
	}
	return nil
}

func (t *Tool) checkLayouts() error {
	layouts := []Layout{}
	if t.Publisher != nil {
		layouts = append(layouts, t.Publisher.Layout)
	}
	if t.Goproxy != nil {
		layouts = append(layouts, t.Goproxy.Layout)
	}
	if t.Npm != nil {
		layouts = append(layouts, t.Npm.Layout)
		for _, b := range t.Npm.Beside {
			layouts = append(layouts, b.Layout)
			for link := range b.Links {
				if !localPath(link) {
					return fmt.Errorf("npm.beside.links: %q leads out of the tree", link)
				}
			}
		}
	}
	for _, l := range layouts {
		if l.Into != "" && !localPath(l.Into) {
			return fmt.Errorf("layout.into = %q leads out of the tree", l.Into)
		}
		for _, pattern := range slices.Concat(l.Drop, l.Exec) {
			if _, err := path.Match(pattern, ""); err != nil {
				return fmt.Errorf("layout: %q: %w", pattern, err)
			}
		}
	}
	return nil
}

func (t *Tool) checkTemplates() error {
	vars := t.versionVars("1.2.3")
	vars["tree"], vars["place"] = "/t", "/p"
	e := t.Environment
	texts := slices.Concat(e.Path, e.Dirs, []string{e.Place}, slices.Concat(e.Setup...))
	for _, m := range []map[string]string{e.Set, e.Links, e.Names} {
		for k, v := range m {
			texts = append(texts, k, v)
		}
	}
	for _, text := range texts {
		if _, err := expand(text, vars); err != nil {
			return fmt.Errorf("environment: %w", err)
		}
	}
	return nil
}

func localPath(p string) bool {
	return p == path.Clean(p) && p != "." && p != ".." && !path.IsAbs(p) && !strings.HasPrefix(p, "../")
}
