package eval_test

import (
	"context"

	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
)

// flakeRefs is a Fetcher that knows flake references, and fetches nothing.
type flakeRefs struct{ recorder }

func (*flakeRefs) ParseFlakeRef(text string) (map[string]eval.FetchAttr, error) {
	ref, err := flakeref.Parse(text, flakeref.Options{})
	if err != nil {
		return nil, err
	}
	return ref.Attrs(), nil
}

func (*flakeRefs) FlakeRefToString(attrs map[string]eval.FetchAttr) (string, error) {
	ref, err := flakeref.FromAttrs(attrs)
	if err != nil {
		return "", err
	}
	return ref.String(), nil
}

func (*flakeRefs) FetchTree(_ context.Context, t eval.FetchTree) (eval.Tree, error) {
	_, err := flakeref.FromAttrs(t.Attrs)
	if t.Ref != "" {
		_, err = flakeref.Parse(t.Ref, flakeref.Options{File: true})
	}
	return eval.Tree{Path: fetched}, err
}
