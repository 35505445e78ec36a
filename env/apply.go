package env

import (
	"slices"
	"strings"
)

// LayersVar is the exported variable that holds the keys of the active layers,
// outermost first, joined by colons.
const LayersVar = "DEVENV_LAYERS"

// OldVar is the exported variable that keeps the value which name had before
// the layer with that key set or unset it.
func OldVar(key, name string) string { return "DEVENV_OLD_" + key + "_" + name }

// Active returns the keys in an environment's LayersVar, outermost first.
// Words that are no keys are left out.
func Active(entries []string) []string {
	value, _ := environ(entries).lookup(LayersVar)
	var keys []string
	for word := range strings.SplitSeq(value, separator) {
		if isKey(word) {
			keys = append(keys, word)
		}
	}
	return keys
}

// Apply returns entries with the layers put on, outermost first, above those
// that are already active. The argument is not changed.
//
// A layer's variables get its values and lose their old ones to OldVar, its
// elements go in front of PATH-like variables, whatever is there already.
func Apply(entries []string, layers ...Layer) []string {
	e := slices.Clone(environ(entries))
	for _, layer := range layers {
		e.push(layer)
	}
	return e
}

// Leave returns entries with the layers taken off, the last one first. The
// argument is not changed. A layer that is not active is left out.
//
// A variable gets its old value back only if it still has the one that the
// layer gave it; otherwise someone changed it since, and it stays. Of PATH-like
// variables only the layer's own elements go, each once, the first from the
// left; one that is left without any element is unset.
func Leave(entries []string, layers ...Layer) []string {
	e := slices.Clone(environ(entries))
	for _, layer := range slices.Backward(layers) {
		if slices.Contains(Active(e), layer.Key) {
			e.pop(layer)
		}
	}
	return e
}

// Reassert returns entries with the elements of the layers in front again,
// where a login shell or its like has moved or dropped them. It is idempotent
// and touches nothing but PATH-like variables.
func Reassert(entries []string, layers ...Layer) []string {
	e := slices.Clone(environ(entries))
	for _, layer := range layers {
		for _, p := range layer.Prefixes() {
			e.removeElements(p)
			e.prepend(p)
		}
	}
	return e
}

func (e *environ) push(l Layer) {
	for _, s := range l.Settings() {
		e.keepOld(l.Key, s.Name)
		e.set(s.Name, s.Value)
	}
	for _, name := range l.Unsets() {
		e.keepOld(l.Key, name)
		e.unset(name)
	}
	for _, p := range l.Prefixes() {
		e.prepend(p)
	}
	e.setActive(append(Active(*e), l.Key))
}

func (e *environ) pop(l Layer) {
	for _, p := range l.Prefixes() {
		e.removeElements(p)
	}
	for _, name := range l.Unsets() {
		_, set := e.lookup(name)
		e.giveBack(l.Key, name, !set)
	}
	for _, s := range l.Settings() {
		value, set := e.lookup(s.Name)
		e.giveBack(l.Key, s.Name, set && value == s.Value)
	}
	e.setActive(without(Active(*e), l.Key))
}

func (e *environ) keepOld(key, name string) {
	if old, set := e.lookup(name); set {
		e.set(OldVar(key, name), old)
		return
	}
	e.unset(OldVar(key, name))
}

// giveBack restores the old value of name if it is ours to restore, and in any
// case forgets it.
func (e *environ) giveBack(key, name string, ours bool) {
	old, had := e.lookup(OldVar(key, name))
	e.unset(OldVar(key, name))
	switch {
	case !ours:
	case had:
		e.set(name, old)
	default:
		e.unset(name)
	}
}

func (e *environ) prepend(p Prefix) {
	value, set := e.lookup(p.Name)
	list := append(slices.Clone(p.Elements), splitList(value, set)...)
	e.set(p.Name, strings.Join(list, separator))
}

func (e *environ) removeElements(p Prefix) {
	value, set := e.lookup(p.Name)
	rest, found := remove(splitList(value, set), p.Elements)
	switch {
	case !found:
	case len(rest) == 0:
		e.unset(p.Name)
	default:
		e.set(p.Name, strings.Join(rest, separator))
	}
}

func (e *environ) setActive(keys []string) {
	if len(keys) == 0 {
		e.unset(LayersVar)
		return
	}
	e.set(LayersVar, strings.Join(keys, separator))
}

// without drops the innermost occurrence of key.
func without(keys []string, key string) []string {
	for i, k := range slices.Backward(keys) {
		if k == key {
			return slices.Delete(keys, i, i+1)
		}
	}
	return keys
}
