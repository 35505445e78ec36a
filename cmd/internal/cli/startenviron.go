package cli

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// startEnviron says with which of the user's variables an environment starts, as
// "nix develop" has it.
type startEnviron struct {
	ignore           bool
	keep, unset, set []string
}

func (o *startEnviron) addFlags(f *pflag.FlagSet) {
	f.BoolVarP(&o.ignore, "ignore-env", "i", false, "start with an empty environment")
	f.StringArrayVarP(&o.keep, "keep-env-var", "k", nil, "keep variable `NAME` in it; with -i")
	f.StringArrayVarP(&o.unset, "unset-env-var", "u", nil, "start without variable `NAME`")
	f.StringArrayVarP(&o.set, "set-env-var", "s", nil, "start with a variable, `NAME VALUE`")
}

// of applies the options to environ, which is not changed.
func (o *startEnviron) of(environ []string) ([]string, error) {
	switch {
	case o.ignore && len(o.unset) > 0:
		return nil, usagef("-u NAME unsets one variable, and -i leaves all out")
	case !o.ignore && len(o.keep) > 0:
		return nil, withHint(usagef("-k NAME keeps a variable, and nothing is left out"), "-i leaves all others out")
	}
	out := slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return o.ignore && !slices.Contains(o.keep, name) || slices.Contains(o.unset, name)
	})
	for _, pair := range o.set {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usagef("-s %s: write -s NAME VALUE", pair)
		}
		if slices.Contains(o.unset, name) {
			return nil, usagef("-s sets %s, and -u unsets it", name)
		}
		out = setVar(out, name, value)
	}
	return out, nil
}

// unsetVar returns environ without a variable.
func unsetVar(environ []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
}
