package resolver

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"devenv/resolver/constraint"
	"devenv/resolver/manifest"
	"devenv/resolver/source"
)

// RequirementError says which requirement could not be met, and where it is.
type RequirementError struct {
	Requirement Requirement
	Err         error
}

func (e *RequirementError) Error() string {
	return fmt.Sprintf("%s: %s %s: %v", e.Requirement.Origin, e.Requirement.Tool, e.Requirement.Constraint, e.Err)
}

func (e *RequirementError) Unwrap() error { return e.Err }

// Hint is that of the cause; what to write is said in the words of the file that
// asks.
func (e *RequirementError) Hint() string {
	file := filepath.Base(e.Requirement.Origin.File)
	var none *constraint.NoMatchError
	if errors.As(e.Err, &none) && file != manifest.Name {
		bare := *none
		bare.Tool = ""
		return bare.Hint() + " in " + file
	}
	var hinted interface{ Hint() string }
	if errors.As(e.Err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// NotRequiredError says that a tool was named which the project does not use.
type NotRequiredError struct {
	Dir, Tool string
	Tools     []string // those that it does use
}

func (e *NotRequiredError) Error() string {
	return fmt.Sprintf("%s asks for no %s", e.Dir, e.Tool)
}

// Hint is the next step.
func (e *NotRequiredError) Hint() string {
	if near := source.Nearest(e.Tool, e.Tools); near != "" {
		return "did you mean " + near + "?"
	}
	if len(e.Tools) == 0 {
		return "add it with: devenv add " + e.Tool
	}
	return "its tools are " + strings.Join(e.Tools, ", ")
}
