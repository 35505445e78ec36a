package flake

import (
	"fmt"
	"strings"

	"devenv/resolver/nixlang/eval"
)

// ShowOptions say how much of a flake's outputs is shown.
type ShowOptions struct {
	System     string // of this machine
	AllSystems bool
	Legacy     bool // the content of legacyPackages
}

// An Entry is one output, or a set of them.
type Entry struct {
	Name     string
	Children []*Entry // of a set
	Set      bool
	// Type is what it is: "derivation", "app", "template", "nixpkgs-overlay",
	// "nixos-module", "nixos-configuration", "unknown"; "" for a set and for what
	// is left out.
	Type        string
	Label       string  // for people: "package 'hello'"
	Drv         string  // a derivation's name
	Description *string // nil: none, which JSON leaves out
	Omitted     string  // why it is left out
}

// Show lists the outputs of a flake, evaluating no more than is shown. Warn
// hears what is wrong and does not stop it.
func Show(ev *eval.Evaluator, outputs *eval.Value, o ShowOptions, warn func(string)) (*Entry, error) {
	s := &shower{ev: ev, o: o, warn: warn}
	return s.visit("", outputs, nil)
}

type shower struct {
	ev   *eval.Evaluator
	o    ShowOptions
	warn func(string)
}

func (s *shower) visit(name string, v *eval.Value, path []string) (*Entry, error) {
	e := &Entry{Name: name}
	err := s.fill(e, v, path)
	if err != nil && len(path) > 0 && path[0] == "legacyPackages" {
		return e, nil
	}
	return e, err
}

// Each kind of output knows at which depth its things are.
func (s *shower) fill(e *Entry, v *eval.Value, path []string) error {
	top := ""
	if len(path) > 0 {
		top = path[0]
	}
	switch depth := len(path); {
	case depth == 0, depth == 1 && oneOf(top, "defaultPackage", "devShell", "formatter", "nixosConfigurations", "nixosModules", "defaultApp", "templates", "overlays"),
		depth <= 2 && oneOf(top, "checks", "packages", "devShells", "apps"):
		return s.recurse(e, v, path)
	case depth == 2 && oneOf(top, "defaultPackage", "devShell", "formatter"), depth == 3 && oneOf(top, "checks", "packages", "devShells"):
		if s.otherSystem(e, path) {
			return nil
		}
		return s.packageAt(e, v, path)
	case top == "hydraJobs":
		return s.derivationOr(e, v, path, func() error { return s.recurse(e, v, path) })
	case top == "legacyPackages":
		return s.legacy(e, v, path)
	case depth == 2 && top == "defaultApp", depth == 3 && top == "apps":
		return s.app(e, v)
	case depth == 1 && top == "defaultTemplate", depth == 2 && top == "templates":
		return s.template(e, v)
	}
	e.Type, e.Label = plainKind(top, len(path))
	return nil
}

func oneOf(word string, words ...string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// plainKind is what an output is that nothing has to be evaluated for.
func plainKind(top string, depth int) (kind, label string) {
	switch {
	case depth == 1 && top == "overlay", depth == 2 && top == "overlays":
		return "nixpkgs-overlay", "Nixpkgs overlay"
	case depth == 2 && top == "nixosConfigurations":
		return "nixos-configuration", "NixOS configuration"
	case depth == 1 && top == "nixosModule", depth == 2 && top == "nixosModules":
		return "nixos-module", "NixOS module"
	}
	return "unknown", "unknown"
}

func (s *shower) recurse(e *Entry, v *eval.Value, path []string) error {
	e.Set = true
	names, err := s.ev.AttrNames(v)
	if err != nil {
		return err
	}
	for _, name := range names {
		below := child(path, name)
		attr, err := s.ev.Attr(v, name)
		if err != nil {
			return err
		}
		if !s.hasContent(attr, below) {
			continue
		}
		entry, err := s.visit(name, attr, below)
		if err != nil {
			return err
		}
		e.Children = append(e.Children, entry)
	}
	return nil
}

func child(path []string, name string) []string {
	return append(append([]string{}, path...), name)
}

// hasContent is false for sets with nothing in them, which frameworks leave
// behind. What cannot be evaluated counts as content.
func (s *shower) hasContent(v *eval.Value, path []string) bool {
	top, depth := path[0], len(path)
	deep := depth <= 2 && oneOf(top, "apps", "checks", "devShells", "legacyPackages", "packages")
	if !deep && !(depth == 1 && oneOf(top, "formatter", "nixosConfigurations", "nixosModules", "overlays")) {
		return true
	}
	names, err := s.ev.AttrNames(v)
	if err != nil {
		return true
	}
	for _, name := range names {
		if attr, err := s.ev.Attr(v, name); err != nil || s.hasContent(attr, child(path, name)) {
			return true
		}
	}
	return false
}

// otherSystem leaves out what is not for this machine.
func (s *shower) otherSystem(e *Entry, path []string) bool {
	if s.o.AllSystems || path[1] == s.o.System {
		return false
	}
	e.Omitted = "use '--all-systems' to show"
	return true
}

func (s *shower) packageAt(e *Entry, v *eval.Value, path []string) error {
	return s.derivationOr(e, v, path, func() error {
		s.warn(strings.Join(path, ".") + " is not a derivation")
		return nil
	})
}

// derivationOr shows a derivation, or what else it may be.
func (s *shower) derivationOr(e *Entry, v *eval.Value, path []string, other func() error) error {
	is, err := s.ev.IsDerivation(v)
	if err == nil && !is {
		return other()
	}
	if err == nil {
		err = s.derivation(e, v, path)
	}
	if importsFromDerivation(err) {
		*e = Entry{Name: e.Name, Omitted: "due to use of import from derivation"}
		return nil
	}
	return err
}

// importsFromDerivation reports whether an evaluation ended because something
// would have to be built for it.
func importsFromDerivation(err error) bool {
	return err != nil && strings.Contains(err.Error(), "'allow-import-from-derivation'")
}

func (s *shower) derivation(e *Entry, v *eval.Value, path []string) error {
	name, err := s.text(v, "name")
	if err != nil {
		return err
	}
	description, err := s.description(v)
	if err != nil {
		return err
	}
	if description == nil {
		description = new(string)
	}
	kind := "package"
	switch {
	case len(path) == 2 && path[0] == "devShell", path[0] == "devShells":
		kind = "development environment"
	case len(path) == 3 && path[0] == "checks", path[0] == "hydraJobs":
		kind = "derivation"
	}
	e.Type, e.Drv, e.Description, e.Label = "derivation", name, description, fmt.Sprintf("%s '%s'", kind, name)
	return nil
}

func (s *shower) legacy(e *Entry, v *eval.Value, path []string) error {
	switch {
	case len(path) == 1:
		return s.recurse(e, v, path)
	case !s.o.Legacy:
		e.Omitted = "use '--legacy' to show"
		return nil
	case s.otherSystem(e, path):
		return nil
	}
	return s.derivationOr(e, v, path, func() error {
		if len(path) > 2 {
			return nil
		}
		return s.recurse(e, v, path)
	})
}

func (s *shower) app(e *Entry, v *eval.Value) error {
	if kind, err := s.text(v, "type"); err != nil || kind != "app" {
		if err == nil {
			err = &Error{Fact: "not an app definition", Next: `an app is { type = "app"; program = "${package}/bin/name"; }`}
		}
		return err
	}
	description, err := s.description(v)
	e.Type, e.Description, e.Label = "app", description, "app: no description"
	if description != nil {
		e.Label = "app: " + *description
	}
	return err
}

func (s *shower) template(e *Entry, v *eval.Value) error {
	description, err := s.text(v, "description")
	e.Type, e.Description, e.Label = "template", &description, "template: "+description
	return err
}

// description is meta.description; nil without one.
func (s *shower) description(v *eval.Value) (*string, error) {
	meta, err := s.ev.Attr(v, "meta")
	if meta == nil || err != nil {
		return nil, err
	}
	attr, err := s.ev.Attr(meta, "description")
	if attr == nil || err != nil {
		return nil, err
	}
	text, _, err := s.ev.ToString(attr)
	return &text, err
}

// text is an attribute that must be there, and a string.
func (s *shower) text(v *eval.Value, name string) (string, error) {
	return textAttr(s.ev, v, name)
}

func textAttr(ev *eval.Evaluator, v *eval.Value, name string) (string, error) {
	attr, err := ev.Attr(v, name)
	if err != nil {
		return "", err
	}
	if attr == nil {
		return "", &Error{Fact: "attribute '" + name + "' missing", Next: "define it"}
	}
	text, _, err := ev.ToString(attr)
	return text, err
}

// JSON is an entry as `nix flake show --json` has it.
func (e *Entry) JSON() map[string]any {
	v := map[string]any{}
	for _, c := range e.Children {
		v[c.Name] = c.JSON()
	}
	if e.Type == "" {
		return v
	}
	v["type"] = e.Type
	if e.Type == "derivation" {
		v["name"] = e.Drv
	}
	if e.Description != nil {
		v["description"] = *e.Description
	}
	return v
}

// Text draws the tree below title. Paint is given each part with what it is:
// "title", "branch", "name", "omitted" or "plain".
func (e *Entry) Text(title string, paint func(what, text string) string) string {
	var b strings.Builder
	b.WriteString(paint("title", title) + "\n")
	e.text(&b, "", paint)
	return b.String()
}

func (e *Entry) text(b *strings.Builder, prefix string, paint func(what, text string) string) {
	for i, c := range e.Children {
		branch, below := branches(i == len(e.Children)-1)
		b.WriteString(paint("branch", prefix+branch) + paint("name", c.Name))
		switch {
		case c.Omitted != "" && strings.HasPrefix(c.Omitted, "use "):
			b.WriteString(" " + paint("omitted", "omitted") + " (" + c.Omitted + ")")
		case c.Omitted != "":
			b.WriteString(" " + paint("omitted", "omitted "+c.Omitted))
		case c.Type != "":
			b.WriteString(": " + paint("plain", c.Label))
		}
		b.WriteString("\n")
		c.text(b, prefix+below, paint)
	}
}
