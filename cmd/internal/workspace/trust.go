package workspace

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"devenv/env"
	"devenv/lockfile"
	"devenv/resolver"
	"devenv/resolver/manifest"
)

// NotAllowedError is code that nobody has permitted yet, or that somebody has
// forbidden.
type NotAllowedError struct {
	Dir    string
	What   string // "variable, 2 scripts and hook"
	File   string // where it is written
	Denied bool
}

func (e *NotAllowedError) Error() string {
	if e.Denied {
		return fmt.Sprintf("%s is denied", e.Dir)
	}
	return fmt.Sprintf("%s is blocked; `devenv allow` permits its %s", filepath.Base(e.Dir), e.What)
}

// Hint is the next step.
func (e *NotAllowedError) Hint() string {
	if e.Denied {
		return "devenv allow " + e.Dir + " takes it back"
	}
	return "what would run is in " + filepath.Join(e.Dir, e.File) + "; read it first"
}

// NotAllowed marks the error for the exit code.
func (e *NotAllowedError) NotAllowed() bool { return true }

// permit returns a *NotAllowedError where the project has code that the user
// has not permitted.
func (w *Workspace) permit(p *resolver.Project) error {
	subject, code, err := w.subject(p)
	if err != nil {
		return err
	}
	verdict, err := w.layout.Trust().Check(subject)
	switch {
	case err != nil:
		return err
	case verdict == env.Forbidden:
		return &NotAllowedError{Dir: p.Dir, File: manifest.Name, Denied: true}
	case verdict == env.Allowed, code.None():
		return nil
	}
	file := manifest.Name
	if len(code.Parts) > 0 {
		file = resolver.LockName
	}
	return &NotAllowedError{Dir: p.Dir, What: describe(code), File: file}
}

func (w *Workspace) subject(p *resolver.Project) (env.Subject, *resolver.Code, error) {
	catalogue, err := w.catalogue()
	if err != nil {
		return env.Subject{}, nil, err
	}
	code, err := p.Code(func(tool lockfile.Tool, system string, part lockfile.Part) bool {
		return catalogue.Owns(tool.Name, tool.Version, system, part.URL)
	})
	if err != nil {
		return env.Subject{}, nil, err
	}
	return env.Subject{Dir: p.Dir, Identity: resolver.Identity(p.Dir), Digest: code.Digest()}, code, nil
}

// describe counts what would run.
func describe(c *resolver.Code) string {
	var parts []string
	add := func(n int, one, many string) {
		switch n {
		case 0:
		case 1:
			parts = append(parts, one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(len(c.Env), "variable", "variables")
	add(len(c.Scripts), "script", "scripts")
	hooks := 0
	for _, text := range []string{c.Hooks.Enter, c.Hooks.Leave} {
		if text != "" {
			hooks++
		}
	}
	add(hooks, "hook", "hooks")
	add(len(c.Parts), "download from an unknown place", "downloads from unknown places")
	if len(parts) > 1 {
		parts = append(parts[:len(parts)-2], parts[len(parts)-2]+" and "+parts[len(parts)-1])
	}
	return strings.Join(parts, ", ")
}

// Allow permits the code of the nearest project at or above dir, and brings it
// up to date.
func (w *Workspace) Allow(ctx context.Context, dir string) error {
	target, err := w.nearest(dir)
	if err != nil {
		return err
	}
	project, err := w.reader().Load(target)
	if err != nil {
		return err
	}
	subject, code, err := w.subject(project)
	if err != nil {
		return err
	}
	verdict, err := w.layout.Trust().Check(subject)
	if err != nil {
		return err
	}
	if code.None() && verdict != env.Forbidden {
		w.o.Notice("%s has nothing that needs permission", target)
		return w.rebuild(ctx, target, forced)
	}
	if err := w.layout.Trust().Allow(subject, time.Now()); err != nil {
		return err
	}
	w.o.Notice("allowed %s", target)
	return w.rebuild(ctx, target, forced)
}

// Deny withdraws the permission of the nearest project, whatever its content.
func (w *Workspace) Deny(ctx context.Context, dir string) error {
	target, err := w.nearest(dir)
	if err != nil {
		return err
	}
	if err := w.layout.Trust().Deny(target, time.Now()); err != nil {
		return err
	}
	builder, err := w.tree().Lock(ctx, target)
	if err != nil {
		return err
	}
	defer builder.Close()
	_, err = w.build(ctx, builder, target, nil, nil, background)
	var refused *NotAllowedError
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	w.o.Notice("denied %s; `devenv allow` takes it back", target)
	return nil
}

// nearest is the project at or above dir.
func (w *Workspace) nearest(dir string) (string, error) {
	dirs, err := w.layers(dir)
	if err != nil {
		return "", err
	}
	if len(dirs) == 0 {
		return "", &NothingHereError{dir}
	}
	return dirs[len(dirs)-1], nil
}

// NothingHereError is a directory in which nothing is declared.
type NothingHereError struct{ Dir string }

func (e *NothingHereError) Error() string { return "nothing is declared in " + e.Dir + " or above it" }

// Hint is the next step.
func (e *NothingHereError) Hint() string {
	return "`devenv add node` declares a tool, `devenv init` reads what other tools' files say"
}
