package devshell

// Shell is the state of a derivation's bash: what was captured. Values are
// bytes without NUL; they need not be UTF-8.
type Shell struct {
	Variables map[string]Variable
	// Functions are the texts between the braces of functions, as bash prints
	// them.
	Functions map[string]string
	// Attributes are those of a derivation with structured attributes, nil
	// without.
	Attributes *Attributes
}

// Kind is what a variable of bash is.
type Kind string

// The kinds, by the names that Nix's JSON has for them.
const (
	Exported    Kind = "exported"    // a string, in the environment of commands
	Plain       Kind = "var"         // a string
	Array       Kind = "array"       // strings
	Associative Kind = "associative" // strings by name
)

// Variable is a variable of bash. Its kind says which of the values counts.
type Variable struct {
	Kind  Kind
	Value string
	List  []string          // of an Array
	Table map[string]string // of an Associative
}

// Attributes are the texts of structured attributes, without the ends of their
// last lines.
type Attributes struct{ Sh, JSON string }

// Lookup returns the text of a variable, "" if it is none or no string.
func (s *Shell) Lookup(name string) string { return s.Variables[name].Value }
