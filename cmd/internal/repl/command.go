package repl

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"devenv/resolver/nixlang/eval"
)

// command is what begins with a colon.
type command struct {
	names []string
	arg   string // what follows it; empty for none
	what  string // for :?
	run   func(r *REPL, ctx context.Context, arg string) error
}

// commands are those of `nix repl` that mean something here.
func commands() []command {
	return []command{
		{[]string{":?", ":help"}, "", "show what there is", (*REPL).help},
		{[]string{":a", ":add"}, "EXPR", "make the attributes of a set variables", (*REPL).addAttrs},
		{[]string{":b", ":build"}, "EXPR", "build a derivation", (*REPL).build},
		{[]string{":doc"}, "EXPR", "show the documentation of a function", (*REPL).doc},
		{[]string{":e", ":edit"}, "EXPR", "open the file of a package or a function in $EDITOR", (*REPL).edit},
		{[]string{":env"}, "", "list the variables of this session", (*REPL).env},
		{[]string{":l", ":load"}, "FILE", "make the attributes of a Nix file variables", (*REPL).loadFile},
		{[]string{":lf", ":load-flake"}, "REF", "make the outputs of a flake variables", (*REPL).loadFlake},
		{[]string{":p", ":print"}, "EXPR", "print all of a value", (*REPL).printAll},
		{[]string{":q", ":quit"}, "", "leave", (*REPL).leave},
		{[]string{":r", ":reload"}, "", "load all files anew", (*REPL).reload},
		{[]string{":t", ":type"}, "EXPR", "show the type of a value", (*REPL).typeOf},
	}
}

// takesExpression tells whether a command's argument may go on on further lines.
func takesExpression(name string) bool {
	return slices.ContainsFunc(commands(), func(c command) bool { return c.arg == "EXPR" && slices.Contains(c.names, name) })
}

// command runs one.
func (r *REPL) command(ctx context.Context, text string) error {
	name, arg, _ := strings.Cut(text, " ")
	arg = strings.TrimSpace(arg)
	for _, c := range commands() {
		if !slices.Contains(c.names, name) {
			continue
		}
		switch {
		case c.arg == "" && arg != "":
			return fmt.Errorf("%s takes nothing", name)
		case c.arg != "" && arg == "":
			return fmt.Errorf("write %s %s", name, c.arg)
		}
		return c.run(r, ctx, arg)
	}
	return hinted{fmt.Errorf("there is no command %s", name), "see :?"}
}

// hinted is an error with the next step.
type hinted struct {
	error
	hint string
}

func (h hinted) Hint() string { return h.hint }

func (r *REPL) help(context.Context, string) error {
	r.printf("  %-24s %s\n", "EXPR", "evaluate and show an expression")
	r.printf("  %-24s %s\n", "NAME = EXPR", "give it a name; also: inherit (EXPR) NAME")
	for _, c := range commands() {
		r.printf("  %-24s %s\n", strings.TrimSpace(strings.Join(c.names, ", ")+" "+c.arg), c.what)
	}
	return nil
}

func (r *REPL) leave(context.Context, string) error {
	r.quit = true
	return nil
}

func (r *REPL) env(context.Context, string) error {
	for _, name := range r.scope.Defined() {
		r.printf("%s\n", name)
	}
	return nil
}

func (r *REPL) printAll(_ context.Context, arg string) error {
	v, err := r.compile(arg)
	if err != nil {
		return err
	}
	return r.show(v, 0)
}

// types are what :t says, by the word of builtins.typeOf.
var types = map[string]string{
	"null": "null", "bool": "a Boolean", "int": "an integer", "float": "a float", "string": "a string",
	"path": "a path", "list": "a list", "set": "a set", "lambda": "a function",
}

func (r *REPL) typeOf(_ context.Context, arg string) error {
	v, err := r.compile(arg)
	if err != nil {
		return err
	}
	word, err := r.ev.Type(v)
	if err == nil {
		r.printf("%s\n", types[word])
	}
	return err
}

func (r *REPL) addAttrs(_ context.Context, arg string) error {
	v, err := r.compile(arg)
	if err != nil {
		return err
	}
	return r.addAll(v)
}

func (r *REPL) addAll(v *eval.Value) error {
	n, err := r.scope.DefineAll(v)
	if err == nil && r.o.Interactive {
		r.printf("%d variables added\n", n)
	}
	return err
}

// loaded is a file or a flake that :r loads again.
type loaded struct{ file, flake string }

func (r *REPL) loadFile(ctx context.Context, arg string) error {
	return r.load(ctx, loaded{file: arg})
}

func (r *REPL) loadFlake(ctx context.Context, arg string) error {
	return r.load(ctx, loaded{flake: arg})
}

// load makes variables of the attributes of a file, which may be a function of
// a set, or of a flake.
func (r *REPL) load(ctx context.Context, l loaded) error {
	if !slices.Contains(r.loaded, l) {
		r.loaded = append(r.loaded, l)
	}
	v, err := r.content(ctx, l)
	if err != nil {
		return err
	}
	if v, err = r.ev.AutoCall(v, r.o.Arguments); err != nil {
		return err
	}
	return r.addAll(v)
}

func (r *REPL) content(ctx context.Context, l loaded) (*eval.Value, error) {
	switch {
	case l.flake != "" && r.o.Flake == nil:
		return nil, hinted{fmt.Errorf("flakes, such as %s, cannot be loaded yet", l.flake), ":l FILE loads a file"}
	case l.flake != "":
		return r.o.Flake(ctx, l.flake)
	case strings.HasPrefix(l.file, "<"):
		return r.compile("import " + l.file)
	case filepath.IsAbs(l.file):
		return r.ev.File(filepath.Clean(l.file))
	}
	return r.ev.File(filepath.Join(r.o.Dir, l.file))
}

func (r *REPL) reload(ctx context.Context, _ string) error {
	r.ev.Forget()
	r.scope = r.ev.NewScope()
	var errs []error
	for _, l := range r.loaded {
		errs = append(errs, r.load(ctx, l))
	}
	return errors.Join(errs...)
}

func (r *REPL) build(ctx context.Context, arg string) error {
	v, err := r.compile(arg)
	if err != nil {
		return err
	}
	if r.o.Build == nil {
		return hinted{errors.New("nothing can be built from here yet"), "devenv instantiate writes its derivation to the store"}
	}
	outputs, err := r.o.Build(ctx, v)
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		r.printf("%s -> %s\n", name, outputs[name])
	}
	return err
}

// doc shows a function's documentation.
func (r *REPL) doc(_ context.Context, arg string) error {
	v, err := r.compile(arg)
	if err != nil {
		return err
	}
	d, ok, err := r.ev.Doc(v)
	switch {
	case err != nil:
		return err
	case !ok:
		return errors.New("only functions have documentation")
	case d.Builtin:
		r.printf("builtins.%s %s\n\n%s\n", d.Name, strings.Join(d.Args, " "), d.Text)
		return nil
	}
	name := d.Name
	if name == "" {
		name = "a function"
	}
	r.printf("%s, defined at %s\n", name, d.Place)
	if d.Text != "" {
		r.printf("\n%s\n", d.Text)
	}
	return nil
}

// edit opens the file that a value comes from.
func (r *REPL) edit(ctx context.Context, arg string) error {
	v, err := r.compile(arg)
	if err != nil {
		return err
	}
	file, line, err := r.origin(v)
	if err != nil {
		return err
	}
	if r.o.Edit == nil {
		r.printf("%s:%d\n", file, line)
		return nil
	}
	if err := r.o.Edit(ctx, file, line); err != nil {
		return err
	}
	return r.reload(ctx, "")
}

// origin is the file and line of a path, a function, or a package.
func (r *REPL) origin(v *eval.Value) (string, int, error) {
	typ, err := r.ev.Type(v)
	if err != nil {
		return "", 0, err
	}
	switch typ {
	case "path", "string":
		p, err := r.ev.ToPath(v)
		return p, 1, err
	case "lambda":
		p, err := r.ev.FunctionPlace(v)
		if p.File != "" {
			return p.File, p.Line, err
		}
	case "set":
		if file, line, ok := r.position(v); ok {
			return file, line, nil
		}
	}
	return "", 0, errors.New("it is not known where that comes from")
}

// position is what a package says in meta.position: FILE:LINE.
func (r *REPL) position(v *eval.Value) (file string, line int, ok bool) {
	found, err := r.ev.Select(v, "meta.position", nil)
	if err != nil {
		p, err := r.ev.AttrPlace(v, "name")
		return p.File, p.Line, err == nil && p.File != ""
	}
	text, _, err := r.ev.ToString(found)
	if err != nil {
		return "", 0, false
	}
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, 1, true
	}
	_, err = fmt.Sscan(text[i+1:], &line)
	return text[:i], line, err == nil
}
