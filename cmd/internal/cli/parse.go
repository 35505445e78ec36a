package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/syntax"
)

func newParseCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "parse (FILE | -)",
		Short: "Print how a Nix file is understood",
		Long: `Print a Nix expression in full brackets, with all sugar undone, as
"nix-instantiate --parse" prints it. A dash reads from standard input.`,
		Example: "  devenv parse default.nix\n  echo 'a: a.b or 1' | devenv parse -",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return runParse(a, args[0]) },
	}
}

func runParse(a *app, file string) error {
	cwd, err := a.dir("")
	if err != nil {
		return err
	}
	name, dir, text, err := readSource(file, cwd)
	if err != nil {
		return err
	}
	var p syntax.Parser
	tree, err := p.Parse(text)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		return syntaxError(name, text, bad)
	}
	if err != nil {
		return err
	}
	a.streams.Printf("%s\n", tree.Print(syntax.Place{Dir: dir, Home: a.getenv("HOME")}))
	return nil
}

// readSource reads a file, or standard input for a dash. Dir is what relative
// paths in it are relative to.
func readSource(file, cwd string) (name, dir, text string, err error) {
	if file == "-" {
		data, err := io.ReadAll(os.Stdin)
		return "«stdin»", cwd, string(data), err
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(cwd, file)
	}
	data, err := os.ReadFile(file)
	return file, filepath.Dir(file), string(data), err
}

func syntaxError(name, text string, e *syntax.Error) error {
	at := syntax.PositionAt(text, e.Off)
	return &nixError{
		msg:    strings.ReplaceAll(e.Msg, syntax.OriginMark, name),
		frames: []eval.Frame{{Place: eval.Place{File: name, Line: at.Line, Column: at.Column, Text: syntax.LineAt(text, at.Line)}}},
	}
}
