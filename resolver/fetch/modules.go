package fetch

import (
	"context"
	"path"
	"strings"
)

// module is a submodule as .gitmodules declares it.
type module struct{ path, url, branch string }

// moduleList reads a .gitmodules file, which from names for git config:
// "--file=…" or "--blob=…"; none has no submodules.
func (f *Fetcher) moduleList(ctx context.Context, dir, from string) ([]module, error) {
	out, err := f.git.output(ctx, dir, "config", from, "--null", "--list")
	if err != nil {
		if failed(err, 1) || failed(err, 128) {
			return nil, nil // there is none, or Git cannot read it either
		}
		return nil, err
	}
	byName := map[string]*module{}
	var order []string
	for entry := range strings.SplitSeq(string(out), "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		key, isModule := strings.CutPrefix(key, "submodule.")
		dot := strings.LastIndexByte(key, '.')
		if !isModule || dot < 0 {
			continue
		}
		name := key[:dot]
		m := byName[name]
		if m == nil {
			m = &module{}
			byName[name], order = m, append(order, name)
		}
		switch key[dot+1:] {
		case "path":
			m.path = value
		case "url":
			m.url = value
		case "branch":
			m.branch = value
		}
	}
	var list []module
	for _, name := range order {
		m := byName[name]
		if m.path != "" && m.path == path.Clean(m.path) && !path.IsAbs(m.path) && !inside("..", m.path) && m.path != "." {
			list = append(list, *m)
		}
	}
	return list, nil
}
