package difftest

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/resolver/nixlang/syntax"
)

// ours evaluates in this process.
type ours struct{ ev *eval.Evaluator }

func newOurs() ours {
	return ours{eval.New(eval.Options{
		Host: host.New(host.Options{Keep: true}), System: "x86_64-linux", Home: "/home", Now: func() int64 { return 1 }, MaxMemory: 4 << 30,
	})}
}

// outcomes evaluates a batch.
func (o ours) outcomes(b *batch) []Outcome {
	list := make([]Outcome, len(b.texts))
	for i := range list {
		list[i] = o.guard(func() (string, error) {
			v, err := o.ev.Expr("«string»", fmt.Sprintf("import %s (import %s)", b.describe(), b.file(i)), b.dir)
			if err != nil {
				return "", err
			}
			return o.ev.Print(v, true)
		})
	}
	return list
}

// guard turns a panic and a long run into an outcome.
func (o ours) guard(f func() (string, error)) (out Outcome) {
	defer func() {
		if r := recover(); r != nil {
			out = Outcome{Failed: true, Err: fmt.Sprintf("PANIC %v\n%s", r, debug.Stack())}
		}
	}()
	defer time.AfterFunc(patience, o.ev.Interrupt).Stop()
	text, err := f()
	if err == nil {
		return Outcome{Value: text}
	}
	msg := err.Error()
	if e, ok := err.(*eval.Error); ok {
		msg = e.Msg
	}
	first, _, _ := strings.Cut(msg, "\n")
	return Outcome{Failed: true, Err: first}
}

// way is one way of printing: nix-instantiate's flags, and ours.
type way struct {
	flags []string
	print func(o ours, b *batch, i int) (string, error)
}

var ways = []way{
	{[]string{"--parse"}, func(_ ours, b *batch, i int) (string, error) {
		tree, err := new(syntax.Parser).Parse(b.texts[i])
		if err != nil {
			return "", err
		}
		return tree.Print(syntax.Place{Dir: b.dir, Home: "/home"}) + "\n", nil
	}},
	{[]string{"--eval", "--strict"}, func(o ours, b *batch, i int) (string, error) {
		v, err := o.ev.File(b.file(i))
		if err != nil {
			return "", err
		}
		text, err := o.ev.Print(v, true)
		return text + "\n", err
	}},
	{[]string{"--eval", "--strict", "--json"}, func(o ours, b *batch, i int) (string, error) {
		v, err := o.ev.File(b.file(i))
		if err != nil {
			return "", err
		}
		text, err := o.ev.JSON(v)
		return text + "\n", err
	}},
	{[]string{"--eval", "--strict", "--xml"}, func(o ours, b *batch, i int) (string, error) {
		v, err := o.ev.File(b.file(i))
		if err != nil {
			return "", err
		}
		text, err := o.ev.XML(v, true, true)
		if strings.Contains(text, "<derivation") {
			return "", errors.New("it has positions in Nix's own files")
		}
		return text, err
	}},
}
