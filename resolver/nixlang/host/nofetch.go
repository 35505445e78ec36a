package host

import (
	"context"

	"devenv/resolver/nixlang/eval"
)

// noFetcher is a Fetcher that has nothing.
type noFetcher struct{}

// noFetch is the error for what would have to be fetched, where nothing is.
type noFetch struct{ what string }

func (e *noFetch) Error() string { return "cannot fetch " + e.what + ": nothing is fetched here" }

func (noFetcher) FetchURL(_ context.Context, u eval.FetchURL) (string, error) {
	return "", &noFetch{"'" + u.URL + "'"}
}

func (noFetcher) FetchTree(_ context.Context, t eval.FetchTree) (eval.Tree, error) {
	what := t.Ref
	if url, ok := t.Attrs["url"].(string); ok {
		what = url
	}
	return eval.Tree{}, &noFetch{"'" + what + "'"}
}

func (noFetcher) FetchClosure(_ context.Context, c eval.FetchClosure) (string, error) {
	return "", &noFetch{c.From.Base() + " from '" + c.Store + "'"}
}

func (noFetcher) ParseFlakeRef(ref string) (map[string]eval.FetchAttr, error) {
	return nil, &noFetch{"'" + ref + "'"}
}

func (noFetcher) FlakeRefToString(map[string]eval.FetchAttr) (string, error) {
	return "", &noFetch{"a flake"}
}

func (noFetcher) Flake(_ context.Context, _ *eval.Evaluator, ref string, _ bool) (*eval.Value, error) {
	return nil, &noFetch{"'" + ref + "'"}
}
