package shellhooks

import (
	"bytes"
	"fmt"

	"devenv/env"
)

// ABI is the version of the functions that scripts define and call. It grows
// with every change after which an old hook would misread a new script.
const ABI = "2"

// Renderer writes scripts for the hooks. It is an [env.Renderer].
type Renderer struct{}

var _ env.Renderer = Renderer{}

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
	s.end()
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

// line writes one line as it is.
func (s *script) line(format string, a ...any) {
	fmt.Fprintf(&s.text, format+"\n", a...)
}

// end records that the shell has come to the end: Ctrl-C did not cut it short.
func (s *script) end() {
	if s.shell == env.Fish {
		s.line("set -a __devenv_did .")
		return
	}
	s.line("__devenv_did+=:.:")
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

func (s *script) done(what string) ([]byte, error) {
	if s.err != nil {
		return nil, fmt.Errorf("%s for %s: %w", what, s.shell, s.err)
	}
	return s.text.Bytes(), nil
}
