package shellhooks

import (
	"bytes"
	"fmt"

	"devenv/env"
)

// ABI is the version of the functions that scripts call. It grows with every
// change after which an old hook would misread a new script.
const ABI = "1"

// Renderer writes scripts that call the functions of the hooks. It is an
// [env.Renderer].
type Renderer struct{}

var _ env.Renderer = Renderer{}

// Layer is the script of an environment. The argument with which it is sourced
// is the hook's business: the same lines enter, leave and re-assert. Variables
// come sorted, one line each; the commands come first, so that leave runs
// while everything is still there.
func (Renderer) Layer(shell env.Shell, l env.Layer) ([]byte, error) {
	s := script{shell: shell}
	s.comment("the environment of " + l.Label)
	if l.Enter != "" || l.Leave != "" {
		s.call("commands", l.Dir, l.Enter, l.Leave)
	}
	for _, v := range l.Settings() {
		s.name(v.Name)
		s.call("set", v.Name, v.Value)
	}
	for _, name := range l.Unsets() {
		s.name(name)
		s.call("unset", name)
	}
	for _, p := range l.Prefixes() {
		s.name(p.Name)
		if len(p.Elements) > 0 {
			s.call("prepend", append([]string{p.Name}, p.Elements...)...)
		}
	}
	return s.done("the environment of " + l.Dir)
}

// Pointer is the script of a project's current generation. The hook shows the
// message once for each generation and the label, where there is no message,
// once for each environment; it puts "devenv: " before both.
func (Renderer) Pointer(shell env.Shell, p env.Pointer) ([]byte, error) {
	s := script{shell: shell}
	root := ""
	if p.Root {
		root = "1"
	}
	check := checkName(p.Dir)
	s.check(check, p)
	s.call("layer", ABI, p.Dir, p.GenFile, check, p.Key, root, p.Message, p.Label)
	s.orReturn()
	return s.done("the pointer of " + p.Dir)
}

// A script is text in the making; the first error ends it.
type script struct {
	shell env.Shell
	text  bytes.Buffer
	err   error
}

// call writes one call of a function of the hook.
func (s *script) call(function string, words ...string) {
	s.text.WriteString("__devenv_" + function)
	for _, word := range words {
		s.text.WriteString(" " + s.quote(word))
	}
	s.text.WriteByte('\n')
}

func (s *script) quote(word string) string {
	quoted, err := Quote(s.shell, word)
	if err != nil && s.err == nil {
		s.err = err
	}
	return quoted
}

// orReturn ends the script if the last call says no.
func (s *script) orReturn() {
	s.text.Truncate(s.text.Len() - 1)
	if s.shell == env.Fish {
		s.text.WriteString("; or return 0\n")
		return
	}
	s.text.WriteString(" || return 0\n")
}

func (s *script) comment(text string) {
	s.text.WriteString("# ")
	for _, r := range text {
		if r < ' ' || r == 0x7f {
			r = '?'
		}
		s.text.WriteRune(r)
	}
	s.text.WriteByte('\n')
}

// name refuses what the hooks could not use as a variable's name.
func (s *script) name(name string) {
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			name = ""
			break
		}
	}
	if name == "" && s.err == nil {
		s.err = fmt.Errorf("a variable has a name that shells cannot hold")
	}
}

func (s *script) done(what string) ([]byte, error) {
	if s.err != nil {
		return nil, fmt.Errorf("%s for %s: %w", what, s.shell, s.err)
	}
	s.call("end")
	return s.text.Bytes(), nil
}
