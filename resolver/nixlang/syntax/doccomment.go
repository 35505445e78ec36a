package syntax

import "strings"

// DocComment returns the documentation of the function that begins at an offset
// of a text: the comment /** … */ before it, or before the binding whose value it
// is (Nix RFC 145). It is taken from the text when somebody asks: parsing knows
// nothing of it. Common indentation and blanks at both ends are taken off.
func DocComment(src string, off int) (doc string, ok bool) {
	if off < 0 || off > len(src) {
		return "", false
	}
	before := strings.TrimRight(src[:off], "( \t\r\n")
	if doc, ok := commentAtEnd(before); ok {
		return doc, true
	}
	path, ok := strings.CutSuffix(before, "=")
	if !ok {
		return "", false
	}
	path = strings.TrimRight(path, " \t\r\n")
	for path != "" && inAttrPath(path[len(path)-1]) {
		path = path[:len(path)-1]
	}
	return commentAtEnd(strings.TrimRight(path, " \t\r\n"))
}

// inAttrPath tells whether a byte can be part of a.b."c".
func inAttrPath(c byte) bool { return is(c, clsID) || c == '.' || c == '"' }

// commentAtEnd returns the documentation that a text ends with.
func commentAtEnd(src string) (string, bool) {
	body, ok := strings.CutSuffix(src, "*/")
	if !ok {
		return "", false
	}
	start := strings.LastIndex(body, "/*")
	if start < 0 || !strings.HasPrefix(body[start:], "/**") || len(body) < start+4 {
		return "", false
	}
	return unindent(body[start+3:]), true
}

// unindent takes off what all lines but the first begin with.
func unindent(text string) string {
	lines := strings.Split(text, "\n")
	least := -1
	for _, l := range lines[1:] {
		if n := len(l) - len(strings.TrimLeft(l, " \t")); strings.TrimSpace(l) != "" && (least < 0 || n < least) {
			least = n
		}
	}
	for i, l := range lines {
		if i > 0 {
			l = l[min(max(least, 0), len(l)):]
		}
		lines[i] = strings.TrimRight(l, " \t\r")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
