package resolver

import (
	"fmt"
	"strings"

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
