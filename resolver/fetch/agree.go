package fetch

import (
	"context"
	"fmt"

	"devenv/resolver/flakeref"
)

// mustBe holds that the tree is what ref asks for, by hash and by revision.
func (t *Tree) mustBe(ctx context.Context, ref flakeref.Ref) error {
	want, err := ref.NarHash()
	if err != nil {
		return err
	}
	if !want.IsZero() {
		got, err := t.NarHash(ctx)
		if err != nil {
			return err
		}
		if got != want {
			return &MismatchError{Ref: shown(ref), Attr: "narHash", Want: want.SRI(), Got: got.SRI()}
		}
	}
	if rev := ref.Rev(); rev != "" && rev != t.ref.Rev() {
		return &MismatchError{Ref: shown(ref), Attr: "rev", Want: rev, Got: t.ref.Rev()}
	}
	return nil
}

// mustAgree holds that no attribute of a lock is contradicted by the tree.
func (t *Tree) mustAgree(ctx context.Context, locked flakeref.Ref) error {
	if err := t.mustBe(ctx, locked); err != nil {
		return err
	}
	got := withoutPassword(t.ref).Attrs()
	for name, want := range withoutPassword(locked).Attrs() {
		if v, ok := got[name]; ok && name != "narHash" && name != "dir" && v != want {
			return &MismatchError{Ref: shown(locked), Attr: name, Want: fmt.Sprint(want), Got: fmt.Sprint(v)}
		}
	}
	return nil
}
