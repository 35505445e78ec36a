package store

import (
	"context"
	"fmt"
	"io"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// narSource gives the NAR of a path to sink, as [Store.Nar] does. It may call
// sink again, which then begins from nothing.
type narSource = func(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error

// ImportAll adds many trees: infos, each after what it refers to, and nar, which
// is called for those that are not valid yet, several at once. What [Store.Import]
// demands of one it demands of each.
//
// Trees are unpacked in no order and become valid in batches, references first: a
// batch reaches the disk at once and is registered in one transaction, at the
// latest a second after its trees were whole and what they refer to was. After
// an error, or a kill, what is valid stays so; of an error those are too that were
// whole. All paths and what they refer to are temporary roots until the store is
// closed.
//
// Other processes, Nix among them, may add the same paths at the same time: each
// is unpacked by one of them, and the others wait for it.
func (s *Store) ImportAll(ctx context.Context, infos []Info, nar func(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error) error {
	return s.explain(s.importAll(ctx, infos, nar))
}

// ImportsAtOnce returns how many NARs ImportAll takes at a time.
func (s *Store) ImportsAtOnce() int { return unpackedNow }

func (s *Store) importAll(ctx context.Context, infos []Info, nar narSource) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	missing, err := s.toImport(ctx, infos)
	if err != nil || len(missing) == 0 {
		return err
	}
	d, err := s.database(ctx)
	if err != nil {
		return err
	}
	return newImporter(s, d, missing, nar).run(ctx)
}

// toImport returns those of infos that are not valid, each once. It holds that
// what each of them refers to is valid or comes before it, and makes temporary
// roots of all, so that what is valid stays so.
func (s *Store) toImport(ctx context.Context, infos []Info) (todo []Info, err error) {
	var all []storepath.Path
	seen := make(map[storepath.Path]bool, len(infos))
	note := func(p storepath.Path) {
		if !seen[p] {
			seen[p] = true
			all = append(all, p)
		}
	}
	for _, info := range infos {
		if info.NarHash.Algo() != nixhash.SHA256 {
			return nil, fmt.Errorf("%s: NARs are known by their SHA-256, not by %q", info.Path.Base(), info.NarHash)
		}
		note(info.Path)
		for _, ref := range info.References {
			note(ref)
		}
	}
	if err := s.addTempRoot(ctx, all...); err != nil {
		return nil, err
	}
	missing, err := s.Missing(ctx, all)
	if err != nil {
		return nil, err
	}
	absent := make(map[storepath.Path]bool, len(missing))
	for _, p := range missing {
		absent[p] = true
	}
	for _, info := range infos {
		if !absent[info.Path] {
			continue
		}
		lacking := &ReferenceError{Path: info.Path}
		for _, ref := range info.References {
			if ref != info.Path && absent[ref] {
				lacking.Missing = append(lacking.Missing, ref)
			}
		}
		if len(lacking.Missing) > 0 {
			return nil, lacking
		}
		delete(absent, info.Path)
		todo = append(todo, info)
	}
	return todo, nil
}
