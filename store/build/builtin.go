package build

import (
	"fmt"
	"strings"

	"devenv/store/derivation"
)

// builtin is a builder that is part of this program. It runs in the helper, in
// the place and with the rights of any other builder.
type builtin struct {
	Name string
	Env  map[string]string
	Out  string // the path of the output "out"
}

// builtin returns what the helper is to run for a derivation with a builtin
// builder.
func (j *job) builtin() (*builtin, error) {
	name, _ := strings.CutPrefix(j.drv.Builder, "builtin:")
	if builtins[name] == nil {
		return nil, j.fail(InputRejected, "there is no builder %q", j.drv.Builder)
	}
	out := j.drv.Output("out")
	if out == nil {
		return nil, j.fail(InputRejected, "%s needs an output \"out\"", j.drv.Builder)
	}
	b := &builtin{Name: name, Env: map[string]string{}}
	replace := j.rewriter()
	for _, v := range j.drv.Env {
		b.Env[v.Name] = replace.Replace(v.Value)
	}
	b.Out = replace.Replace(derivation.Placeholder("out"))
	return b, nil
}

// builtins are the builders by name.
var builtins = map[string]func(*builtin) error{"buildenv": buildenv, "unpack-channel": unpackChannel}

func (b *builtin) run() error { return builtins[b.Name](b) }

// attr returns a variable that must be set.
func (b *builtin) attr(name string) (string, error) {
	value, ok := b.Env[name]
	if !ok {
		return "", fmt.Errorf("attribute %q is missing", name)
	}
	return value, nil
}
