package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"devenv/env"
	"devenv/shellhooks"
)

var exportFormats = []string{"bash", "zsh", "fish", "json", "gha", "dotenv"}

func newExportCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "export bash|zsh|fish|json|gha|dotenv",
		Short: "Print the environment for something else to read",
		Long: `Print what the environment of this directory changes against the current one.

bash, zsh, fish   commands to eval
json              an object of variables; null for those that go
gha               for GitHub Actions: written to $GITHUB_ENV and $GITHUB_PATH, or printed without them
dotenv            NAME="value" lines, for those that are set`,
		Example: `  eval "$(devenv export bash)"
  devenv export json | jq .PATH`,
		Args:      needsOneOf(exportFormats, "devenv export json"),
		ValidArgs: exportFormats,
		RunE:      func(cmd *cobra.Command, args []string) error { return runExport(cmd.Context(), a, args[0]) },
	}
}

func runExport(ctx context.Context, a *app, format string) error {
	dir, err := a.dir("")
	if err != nil {
		return err
	}
	after, err := a.enter(ctx, dir)
	if err != nil {
		return err
	}
	a.progress.Close()
	changes := changed(a.environ, after)
	switch format {
	case "json":
		object := make(map[string]*string, len(changes))
		for _, c := range changes {
			object[c.name] = c.value
		}
		return a.streams.JSON(object)
	case "dotenv":
		for _, c := range changes {
			if c.value != nil && !internal(c.name) {
				a.streams.Printf("%s=%s\n", c.name, dotenvQuote(*c.value))
			}
		}
		return nil
	case "gha":
		return a.exportActions(changes)
	}
	return a.exportShell(env.Shell(format), changes)
}

// change is one variable of the difference; a nil value means that it goes.
type change struct {
	name  string
	value *string
}

// changed lists what differs between two environments, sorted by name.
func changed(before, after []string) []change {
	old, now := variables(before), variables(after)
	var changes []change
	for name, value := range now {
		if was, ok := old[name]; !ok || was != value {
			changes = append(changes, change{name, &value})
		}
	}
	for name := range old {
		if _, ok := now[name]; !ok {
			changes = append(changes, change{name, nil})
		}
	}
	slices.SortFunc(changes, func(x, y change) int { return strings.Compare(x.name, y.name) })
	return changes
}

func variables(environ []string) map[string]string {
	vars := make(map[string]string, len(environ))
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok && name != "" {
			vars[name] = value
		}
	}
	return vars
}

// internal variables are marks for hooks, which a file for other programs does
// not want.
func internal(name string) bool {
	return name == env.LayersVar || strings.HasPrefix(name, "DEVENV_OLD_")
}

func (a *app) exportShell(shell env.Shell, changes []change) error {
	set, unset := "export %s=%s\n", "unset %s\n"
	if shell == env.Fish {
		set, unset = "set -gx %s %s\n", "set -e %s\n"
	}
	for _, c := range changes {
		if c.value == nil {
			a.streams.Printf(unset, c.name)
			continue
		}
		quoted, err := shellhooks.Quote(shell, *c.value)
		if err != nil {
			return err
		}
		a.streams.Printf(set, c.name, quoted)
	}
	return nil
}

// exportActions speaks to GitHub Actions: later steps of the job read
// variables from the file $GITHUB_ENV (name<<delimiter, value, delimiter) and
// directories for PATH, last line first, from $GITHUB_PATH.
func (a *app) exportActions(changes []change) error {
	var vars strings.Builder
	for _, c := range changes {
		if c.value == nil || internal(c.name) || c.name == "PATH" {
			continue
		}
		delimiter := "DEVENV_END"
		for strings.Contains(*c.value, delimiter) {
			delimiter += "_"
		}
		fmt.Fprintf(&vars, "%s<<%s\n%s\n%s\n", c.name, delimiter, *c.value, delimiter)
	}
	var paths strings.Builder
	for _, c := range changes {
		if c.name == "PATH" && c.value != nil {
			for _, elem := range slices.Backward(added(a.getenv("PATH"), *c.value)) {
				paths.WriteString(elem + "\n")
			}
		}
	}
	if err := a.appendOrPrint("GITHUB_ENV", vars.String()); err != nil {
		return err
	}
	return a.appendOrPrint("GITHUB_PATH", paths.String())
}

// added are the elements of after that come before those of the old list.
func added(before, after string) []string {
	prefix := strings.TrimSuffix(strings.TrimSuffix(after, before), ":")
	if prefix == "" {
		return nil
	}
	return strings.Split(prefix, ":")
}

func (a *app) appendOrPrint(variable, text string) error {
	name := a.getenv(variable)
	if name == "" {
		a.streams.Printf("%s", text)
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// dotenvQuote quotes for the dialect that docker, direnv and the dotenv
// libraries share: double quotes, backslash escapes, \n for newlines.
func dotenvQuote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "$", `\$`, "`", "\\`").Replace(value) + `"`
}
