package env

import "strings"

// environ is an environment as execve takes it. Where a name occurs more than
// once the last one counts, as for a shell. Entries that are not touched keep
// their place and their bytes.
type environ []string

func (e environ) index(name string) int {
	for i := len(e) - 1; i >= 0; i-- {
		if len(e[i]) > len(name) && e[i][len(name)] == '=' && e[i][:len(name)] == name {
			return i
		}
	}
	return -1
}

func (e environ) lookup(name string) (value string, set bool) {
	i := e.index(name)
	if i < 0 {
		return "", false
	}
	return e[i][len(name)+1:], true
}

func (e *environ) set(name, value string) {
	i := e.index(name)
	if i < 0 {
		*e = append(*e, name+"="+value)
		return
	}
	(*e)[i] = name + "=" + value
	earlier := (*e)[:i]
	if earlier.index(name) >= 0 {
		rest := (*e)[i:]
		earlier.unset(name)
		*e = append(earlier, rest...)
	}
}

func (e *environ) unset(name string) {
	if e.index(name) < 0 {
		return
	}
	kept := (*e)[:0]
	for _, entry := range *e {
		if before, _, ok := strings.Cut(entry, "="); ok && before == name {
			continue
		}
		kept = append(kept, entry)
	}
	*e = kept
}
