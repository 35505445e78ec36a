package fetch

import (
	"context"
	"path"
	"path/filepath"
	"strings"

	"devenv/resolver/flakeref"
)

// exportModules fills the directories of the submodules, theirs too.
func (f *Fetcher) exportModules(ctx context.Context, ref flakeref.Ref, dir, rev, dest string, objects []object) error {
	revs := map[string]string{}
	hasModules := false
	for _, o := range objects {
		if o.mode == "160000" {
			revs[o.name] = o.id
		}
		hasModules = hasModules || o.name == ".gitmodules"
	}
	if len(revs) == 0 || !hasModules {
		return nil
	}
	modules, err := f.moduleList(ctx, dir, "--blob="+rev+":.gitmodules")
	if err != nil {
		return err
	}
	for _, m := range modules {
		id, ok := revs[m.path]
		if !ok {
			continue
		}
		address, err := f.moduleURL(ctx, ref, dir, m.url)
		if err != nil {
			return err
		}
		attrs := flakeref.Attrs{"type": "git", "url": address, "rev": id, "submodules": true, "allRefs": true, "lfs": ref.Flag("lfs")}
		if m.branch == "." {
			attrs["ref"] = ref.Text("ref")
		} else if m.branch != "" {
			attrs["ref"] = m.branch
		}
		inner, err := flakeref.FromAttrs(attrs)
		if err != nil {
			return err
		}
		from, pinned, err := f.locate(ctx, inner)
		if err != nil {
			return err
		}
		if err := f.export(ctx, pinned, from, id, filepath.Join(dest, filepath.FromSlash(m.path))); err != nil {
			return err
		}
	}
	return nil
}

// moduleURL is a submodule's address. One that begins with ./ or ../ is
// relative to where the repository itself comes from.
func (f *Fetcher) moduleURL(ctx context.Context, ref flakeref.Ref, dir, address string) (string, error) {
	if !strings.HasPrefix(address, "./") && !strings.HasPrefix(address, "../") {
		return address, nil
	}
	base := ref.Text("url")
	if _, local, _ := workTree(ref); local {
		origin, err := f.git.line(ctx, dir, "config", "--get", "remote.origin.url")
		if err == nil && origin != "" {
			base = origin
		} else {
			base = dir
		}
	}
	prefix := ""
	if i := strings.Index(base, "://"); i >= 0 {
		end := strings.IndexByte(base[i+3:], '/')
		if end < 0 {
			return base + "/" + strings.TrimLeft(address, "./"), nil
		}
		prefix, base = base[:i+3+end], base[i+3+end:]
	}
	return prefix + path.Join(base, address), nil
}
