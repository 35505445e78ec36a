package host

import (
	"cmp"
	"context"

	"devenv/resolver/nixlang/eval"
	"devenv/store/storepath"
)

// FetchURL asks the Fetcher for what the mode allows. What was fetched may be
// read.
func (h *Host) FetchURL(ctx context.Context, u eval.FetchURL) (string, error) {
	if err := h.CheckURI(u.URL); err != nil {
		return "", err
	}
	p, err := h.Fetcher.FetchURL(ctx, u)
	return p, h.fetched(u.URL, p, !u.Want.IsZero(), err)
}

// FetchTree asks the Fetcher for what the mode allows. What was fetched may be
// read.
func (h *Host) FetchTree(ctx context.Context, t eval.FetchTree) (eval.Tree, error) {
	ref := t.Ref
	if t.Attrs != nil {
		url, _ := t.Attrs["url"].(string)
		path, _ := t.Attrs["path"].(string)
		full, _ := h.Fetcher.FlakeRefToString(t.Attrs)
		ref = cmp.Or(url, path, full)
	}
	if err := h.CheckURI(ref); err != nil {
		return eval.Tree{}, err
	}
	tree, err := h.Fetcher.FetchTree(ctx, t)
	locked := t.Attrs["narHash"] != nil || t.Attrs["rev"] != nil || t.Pure
	return tree, h.fetched(ref, tree.Path, locked, err)
}

// FetchClosure asks the Fetcher for what the mode allows. What was fetched may be
// read.
func (h *Host) FetchClosure(ctx context.Context, c eval.FetchClosure) (string, error) {
	if err := h.CheckURI(c.Store); err != nil {
		return "", err
	}
	p, err := h.Fetcher.FetchClosure(ctx, c)
	return p, h.fetched(c.Store, p, true, err)
}

// fetched lets a store path be read, and notes what came from elsewhere. What is
// not locked may be another tree the next time.
func (h *Host) fetched(from, path string, locked bool, err error) error {
	if err != nil {
		return err
	}
	h.Allow(path)
	if h.reads == nil {
		return nil
	}
	p, _, inside := h.opts.StoreDir.ParseInside(path)
	if locked && inside == nil {
		h.Constant(p)
		return nil
	}
	h.reads.note(Item{Kind: Fetched, Name: from})
	return nil
}

// Constant says that what lies at a store path is fetched by a lock or a hash: the
// next evaluation gets the same, from wherever it is. It is no part of the read
// set, even if it is not there by then.
func (h *Host) Constant(p storepath.Path) {
	if h.constant == nil {
		h.constant = map[storepath.Path]bool{}
	}
	h.constant[p] = true
}

// Flake asks the Fetcher. What an impure evaluation gets may be another flake the
// next time.
func (h *Host) Flake(ctx context.Context, ev *eval.Evaluator, ref string, pure bool) (*eval.Value, error) {
	if !pure {
		h.reads.note(Item{Kind: Fetched, Name: ref})
	}
	return h.Fetcher.Flake(ctx, ev, ref, pure)
}
