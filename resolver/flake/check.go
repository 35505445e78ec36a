package flake

import (
	"fmt"
	"slices"
	"strings"

	"devenv/resolver/nixlang/eval"
)

// CheckOptions say how a flake's outputs are checked.
type CheckOptions struct {
	System     string // of this machine
	AllSystems bool
	KeepGoing  bool // do not stop at the first error
	// Exists reports whether a path that the evaluation knows is there.
	Exists func(path string) bool
	Notice func(text string)
}

// Checked is what came out.
type Checked struct {
	Checks  []string // the derivations of checks for this system: store paths of .drv files
	Omitted []string // systems that were not looked at
	Errors  []error
}

// Check holds that the outputs of a flake are what their names promise. The
// error is that of the first that is not, unless all are to be found.
func Check(ev *eval.Evaluator, outputs *eval.Value, o CheckOptions) (*Checked, error) {
	c := &checker{ev: ev, o: o, out: &Checked{}}
	names, err := ev.AttrNames(outputs)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		v, err := ev.Attr(outputs, name)
		if err == nil {
			err = c.output(name, v)
		}
		if err = c.report(err, name); err != nil {
			return nil, err
		}
	}
	slices.Sort(c.out.Omitted)
	c.out.Omitted = slices.Compact(c.out.Omitted)
	return c.out, nil
}

type checker struct {
	ev  *eval.Evaluator
	o   CheckOptions
	out *Checked
}

// report keeps an error if all are to be found, and says where it was found.
func (c *checker) report(err error, path ...string) error {
	if err == nil {
		return nil
	}
	if _, known := err.(*CheckError); !known { //nolint:errorlint // made here, never wrapped
		err = &CheckError{Output: ShowAttrPath(path), Err: err}
	}
	if !c.o.KeepGoing {
		return err
	}
	c.out.Errors = append(c.out.Errors, err)
	return nil
}

// A CheckError is an output that is not what its name promises.
type CheckError struct {
	Output string
	Err    error
}

func (e *CheckError) Error() string { return "flake output '" + e.Output + "': " + e.Err.Error() }

func (e *CheckError) Unwrap() error { return e.Err }

// A rule checks one output.
type rule func(c *checker, v *eval.Value, path []string) error

// renamed are outputs that have another name by now.
var renamed = map[string]string{
	"defaultPackage": "packages.<system>.default", "defaultApp": "apps.<system>.default", "defaultTemplate": "templates.default",
	"defaultBundler": "bundlers.<system>.default", "overlay": "overlays.default", "devShell": "devShells.<system>.default",
	"nixosModule": "nixosModules.default",
}

// unchecked are outputs that are known, and may be anything.
var unchecked = []string{
	"lib", "darwinConfigurations", "darwinModules", "flakeModule", "flakeModules", "herculesCI",
	"homeConfigurations", "homeModule", "homeModules", "nixopsConfigurations",
}

func (c *checker) output(name string, v *eval.Value) error {
	if now := renamed[name]; now != "" {
		c.o.Notice(fmt.Sprintf("the flake output '%s' is called %s by now", name, now))
	}
	path := []string{name}
	switch name {
	case "checks":
		return c.systems(v, path, each((*checker).check))
	case "packages", "devShells":
		return c.systems(v, path, each((*checker).derivation))
	case "formatter", "defaultPackage", "devShell":
		return c.systems(v, path, (*checker).derivation)
	case "apps":
		return c.systems(v, path, each((*checker).app))
	case "defaultApp":
		return c.systems(v, path, (*checker).app)
	case "bundlers":
		return c.systems(v, path, each((*checker).function))
	case "defaultBundler":
		return c.systems(v, path, (*checker).function)
	case "legacyPackages":
		return c.systems(v, path, func(*checker, *eval.Value, []string) error { return nil })
	case "overlay":
		return c.overlay(v, path)
	case "overlays":
		return each((*checker).overlay)(c, v, path)
	case "nixosModules":
		return each((*checker).anything)(c, v, path)
	case "nixosConfigurations":
		return each((*checker).nixos)(c, v, path)
	case "hydraJobs":
		return c.jobs(v, path)
	case "defaultTemplate":
		return c.template(v, path)
	case "templates":
		return each((*checker).template)(c, v, path)
	}
	if !slices.Contains(unchecked, name) && name != "nixosModule" {
		c.o.Notice(fmt.Sprintf("unknown flake output '%s'", name))
	}
	return c.anything(v, path)
}

// each applies a rule to each attribute of a set.
func each(check rule) rule {
	return func(c *checker, v *eval.Value, path []string) error {
		names, err := c.ev.AttrNames(v)
		if err != nil {
			return err
		}
		for _, name := range names {
			attr, err := c.ev.Attr(v, name)
			if err == nil {
				err = check(c, attr, child(path, name))
			}
			if err = c.report(err, child(path, name)...); err != nil {
				return err
			}
		}
		return nil
	}
}

// systems applies a rule to what is for this machine, or for all.
func (c *checker) systems(v *eval.Value, path []string, check rule) error {
	return each(func(c *checker, v *eval.Value, path []string) error {
		switch system := path[1]; {
		case !strings.Contains(system, "-"):
			return &Error{Fact: "'" + system + "' is not a valid system type", Next: "write it as x86_64-linux or aarch64-darwin"}
		case !c.o.AllSystems && system != c.o.System:
			c.out.Omitted = append(c.out.Omitted, system)
			return nil
		}
		return check(c, v, path)
	})(c, v, path)
}

func (c *checker) anything(v *eval.Value, _ []string) error { return c.ev.Force(v) }

// derivation evaluates a derivation as far as its .drv file.
func (c *checker) derivation(v *eval.Value, path []string) error {
	_, err := c.drvPath(v)
	return err
}

func (c *checker) drvPath(v *eval.Value) (string, error) {
	is, err := c.ev.IsDerivation(v)
	if err != nil {
		return "", err
	}
	if !is {
		kind, _ := c.ev.Type(v)
		return "", &Error{Fact: "it is not a derivation, but " + article(kind), Next: "let it be what derivation, mkDerivation or mkShell returns"}
	}
	return textAttr(c.ev, v, "drvPath")
}

func (c *checker) check(v *eval.Value, path []string) error {
	drv, err := c.drvPath(v)
	if err == nil && path[1] == c.o.System {
		c.out.Checks = append(c.out.Checks, drv)
	}
	return err
}

func (c *checker) app(v *eval.Value, path []string) error {
	const example = `{ type = "app"; program = "${package}/bin/name"; meta.description = "…"; }`
	for _, name := range []string{"type", "program"} {
		if _, err := textAttr(c.ev, v, name); err != nil {
			return err
		}
	}
	names, err := c.ev.AttrNames(v)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name != "type" && name != "program" && name != "meta" {
			return &Error{Fact: "an app has no attribute '" + name + "'", Next: "an app is " + example}
		}
	}
	s := &shower{ev: c.ev}
	description, err := s.description(v)
	if err == nil && description == nil {
		c.o.Notice(fmt.Sprintf("app '%s' lacks attribute 'meta.description'", ShowAttrPath(path)))
	}
	return err
}

func (c *checker) function(v *eval.Value, _ []string) error {
	kind, err := c.ev.Type(v)
	if err == nil && kind != "lambda" {
		err = &Error{Fact: "it is not a function, but " + article(kind), Next: "write: package: …"}
	}
	return err
}

func (c *checker) overlay(v *eval.Value, path []string) error {
	if err := c.function(v, path); err != nil {
		return err
	}
	_, isSet, err := c.ev.Formals(v)
	if err != nil {
		return err
	}
	arg, err := c.ev.ArgumentName(v)
	if err == nil && (isSet || arg != "final" && arg != "_final" && arg != "_") {
		err = &Error{Fact: "an overlay takes an argument that is called final", Next: "write: final: prev: { … }"}
	}
	return err
}

func (c *checker) nixos(v *eval.Value, _ []string) error {
	path := []string{"config", "system", "build", "toplevel"}
	top, at, err := along(c.ev, v, path)
	if err != nil {
		return err
	}
	if is, err := c.ev.IsDerivation(top); err != nil || at < len(path) || !is {
		if err == nil {
			err = &Error{Fact: "config.system.build.toplevel is not a derivation", Next: "let it be what nixosSystem returns"}
		}
		return err
	}
	return nil
}

func (c *checker) jobs(v *eval.Value, path []string) error {
	is, err := c.ev.IsDerivation(v)
	switch {
	case err != nil:
		return err
	case is && len(path) == 1:
		return &Error{Fact: "a jobset is not a derivation itself", Next: "give the job a name: hydraJobs.name = …;"}
	case is:
		return c.derivation(v, path)
	}
	return each((*checker).jobs)(c, v, path)
}

func (c *checker) template(v *eval.Value, _ []string) error {
	const example = `{ path = ./dir; description = "…"; }`
	attr, err := c.ev.Attr(v, "path")
	if err != nil {
		return err
	}
	if attr == nil {
		return &Error{Fact: "the template has no path", Next: "a template is " + example}
	}
	p, err := c.ev.ToPath(attr)
	if err != nil {
		return err
	}
	if !c.o.Exists(p) {
		return &Error{Fact: "the template's path is not there: " + p, Next: "is it known to Git? git add -N " + p}
	}
	if _, err := textAttr(c.ev, v, "description"); err != nil {
		return err
	}
	names, err := c.ev.AttrNames(v)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name != "path" && name != "description" && name != "welcomeText" {
			return &Error{Fact: "a template has no attribute '" + name + "'", Next: "a template is " + example}
		}
	}
	return nil
}
