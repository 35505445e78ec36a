package cli

import (
	"context"

	"devenv/resolver/flake"
	"devenv/resolver/nixlang/eval"
)

// fetchers are the fetchers of an evaluation. They open what they need when the
// program fetches something: most never do.
type fetchers struct {
	flake.Builtins
	open func() (*flakes, error)
	used bool // something was fetched: what the evaluation finds depends on more than files
}

var _ eval.Fetcher = (*fetchers)(nil)

// fetchersOf are the fetchers of an evaluation.
func (a *app) fetchersOf(o evaluationOptions) *fetchers {
	return &fetchers{open: func() (*flakes, error) {
		if o.flakes != nil {
			return o.flakes, nil
		}
		return a.flakes(context.Background(), &flakeOptions{settings: o.settings})
	}}
}

func (f *fetchers) ready() error {
	f.used = true
	if f.Session != nil {
		return nil
	}
	s, err := f.open()
	if err == nil {
		f.Session, f.Store = s.Session, s.store
	}
	return err
}

// FetchURL implements eval.Fetcher.
func (f *fetchers) FetchURL(ctx context.Context, u eval.FetchURL) (string, error) {
	if err := f.ready(); err != nil {
		return "", err
	}
	return f.Builtins.FetchURL(ctx, u)
}

// FetchTree implements eval.Fetcher.
func (f *fetchers) FetchTree(ctx context.Context, t eval.FetchTree) (eval.Tree, error) {
	if err := f.ready(); err != nil {
		return eval.Tree{}, err
	}
	return f.Builtins.FetchTree(ctx, t)
}

// FetchClosure implements eval.Fetcher.
func (f *fetchers) FetchClosure(ctx context.Context, c eval.FetchClosure) (string, error) {
	if err := f.ready(); err != nil {
		return "", err
	}
	return f.Builtins.FetchClosure(ctx, c)
}

// Flake implements eval.Fetcher.
func (f *fetchers) Flake(ctx context.Context, ev *eval.Evaluator, ref string, pure bool) (*eval.Value, error) {
	if err := f.ready(); err != nil {
		return nil, err
	}
	return f.Builtins.Flake(ctx, ev, ref, pure)
}
