package cli

import (
	"fmt"

	"devenv/nixconf"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// restrict sets how much of the machine an evaluation may see: with
// restrict-eval what the command line names and what allowed-uris begins.
func (o *evaluationOptions) restrict(world *host.Options, settings *nixconf.Settings, cwd string) error {
	restricted, err := settings.Bool("restrict-eval", false)
	if err != nil || !restricted {
		return err
	}
	world.Mode = host.Restricted
	world.AllowedURIs = settings.List("allowed-uris")
	if o.file != "" && o.file != "-" {
		world.Allowed = append(world.Allowed, absolute(o.file, cwd))
	}
	return nil
}

// lints reads the settings that say what becomes of literals which are better
// written otherwise: "ignore", "warn" or "fatal".
func lints(settings *nixconf.Settings) (l eval.Lints, err error) {
	for name, level := range map[string]*eval.Level{
		"lint-absolute-path-literals": &l.AbsolutePaths,
		"lint-short-path-literals":    &l.ShortPaths,
		"lint-url-literals":           &l.URLs,
	} {
		text := settings.String(name, "ignore")
		if *level, err = eval.ParseLevel(text); err != nil {
			return l, fmt.Errorf("%s: setting %q: %w", settings.Origin(name), name, err)
		}
	}
	return l, nil
}
