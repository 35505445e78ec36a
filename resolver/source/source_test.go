package source

import (
	"errors"
	"fmt"
	"testing"
)

func TestErrorf(t *testing.T) {
	const text = "\ufeffone\r\n\tzwei ü three\r\n\xff\nlast"
	tests := []struct {
		offset, length int
		want           string
	}{
		{3, 3, `1:1+3 "one"`},
		{8, 1, `2:1+1 "\tzwei ü three"`},
		{17, 5, `2:9+5 "\tzwei ü three"`},
		{17, 500, `2:9+5 "\tzwei ü three"`},
		{24, 1, `3:1+1 "�"`},
		{30, 9, `4:5+1 "last"`},
		{-1, 0, `1:1+1 "one"`},
	}
	for _, test := range tests {
		e := Errorf("f", []byte(text), test.offset, test.length, "x")
		if got := fmt.Sprintf("%d:%d+%d %q", e.At.Line, e.At.Column, e.Width, e.Source); got != test.want {
			t.Errorf("at %d: got %s, want %s", test.offset, got, test.want)
		}
	}
}

func TestErrors(t *testing.T) {
	e := Errorf("f", []byte("a\nb"), 2, 1, "wrong %d", 1).Fixed("do %s", "this")
	if e.Error() != "f:2:1: wrong 1" || e.Hint() != "do this" {
		t.Errorf("%v, %s", e, e.Hint())
	}
	var one *Error
	if !errors.As(error(Errors{e}), &one) || one != e {
		t.Error("an Errors does not unwrap")
	}
	if p := (Position{File: "f"}); p.String() != "f" {
		t.Error(p)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"node", "python", "go", "scripts", "version"}
	for s, want := range map[string]string{
		"nod": "node", "ndoe": "node", "Node": "node", "pyton": "python", "versoin": "version",
		"script": "scripts", "ruby": "", "": "", "g": "go",
	} {
		if got := Nearest(s, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", s, got, want)
		}
	}
}
