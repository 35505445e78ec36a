package ui

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"devenv/resolver/source"
)

// What strangers wrote reaches the terminal in notices and errors.
func TestNothingMovesTheCursor(t *testing.T) {
	const evil = "\x1b]0;title\a\x1b[2J\r\u009b2J\u202e"
	var out bytes.Buffer
	s := &Streams{Err: &out}
	s.Notice("allowed %s", "/src/"+evil)
	s.Report(&source.Error{At: source.Position{File: evil, Line: 1, Column: 2}, Width: 1, Source: "a" + evil, What: evil, Fix: evil})
	s.Report(errors.New(evil))
	if strings.ContainsAny(out.String(), "\x1b\a\r\u009b\u202e") {
		t.Errorf("%q", out.String())
	}
	if n := strings.Count(out.String(), "title"); n != 6 {
		t.Errorf("%d times in %q", n, out.String())
	}
}

func TestEndlessLineIsNotShown(t *testing.T) {
	var out bytes.Buffer
	s := &Streams{Err: &out}
	s.Report(&source.Error{At: source.Position{File: "f", Line: 1, Column: 1}, Source: strings.Repeat("x", 1<<20), What: "wrong"})
	if out.Len() > 1000 {
		t.Errorf("%d bytes", out.Len())
	}
}

func TestPathsAreShownFromHere(t *testing.T) {
	var out bytes.Buffer
	s := &Streams{Err: &out, Dir: "/src/p"}
	s.Notice("/src/p/a and `/src/p/b` but /state/roots/src/p/@env and /src/pp/c")
	if got, want := out.String(), "devenv: a and `b` but /state/roots/src/p/@env and /src/pp/c\n"; got != want {
		t.Errorf("%q", got)
	}
}
