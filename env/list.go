package env

import "strings"

// A PATH-like variable is a list of elements joined by colons. An unset
// variable is the list without elements; a variable set to nothing is the list
// of one empty element. So a list keeps apart what a string would mix up, and
// putting elements in front and taking them out again needs no record.

const separator = ":"

func splitList(value string, set bool) []string {
	if !set {
		return nil
	}
	return strings.Split(value, separator)
}

// remove takes each of ours out of list once, its first occurrence; the rest
// keeps its order. It reports whether anything was there to take out.
func remove(list, ours []string) ([]string, bool) {
	owed := make(map[string]int, len(ours))
	for _, element := range ours {
		owed[element]++
	}
	rest := make([]string, 0, len(list))
	for _, element := range list {
		if owed[element] > 0 {
			owed[element]--
			continue
		}
		rest = append(rest, element)
	}
	return rest, len(rest) != len(list)
}

// implied holds what the absence of a PATH-like variable means to the programs
// that read it: an empty element stands for man's and info's own search path,
// the directories are the defaults of the XDG Base Directory Specification.
// Without them, a project that adds one element would hide all the others.
func implied(name string) []string {
	switch name {
	case "MANPATH", "INFOPATH":
		return []string{""}
	case "XDG_DATA_DIRS":
		return []string{"/usr/local/share", "/usr/share"}
	case "XDG_CONFIG_DIRS":
		return []string{"/etc/xdg"}
	}
	return nil
}

// Prepended returns what a snapshot's Prepend should hold so that elements come
// first in the variable and its default still counts: for MANPATH, INFOPATH,
// XDG_DATA_DIRS and XDG_CONFIG_DIRS the elements with the default behind them,
// for every other variable the elements.
func Prepended(name string, elements ...string) []string {
	return append(elements[:len(elements):len(elements)], implied(name)...)
}
