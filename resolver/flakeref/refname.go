package flakeref

import "strings"

// isRefName reports whether Git takes s for the name of a branch, a tag or a
// reference (git-check-ref-format(1), as libgit2 has it).
func isRefName(s string) bool {
	if s == "" || s == "@" || s[0] == '-' || strings.HasSuffix(s, ".") || strings.Contains(s, "@{") || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f || strings.IndexByte(`~^:?*[\`, s[i]) >= 0 {
			return false
		}
	}
	for element := range strings.SplitSeq(s, "/") {
		if element == "" || element[0] == '.' || strings.HasSuffix(element, ".lock") {
			return false
		}
	}
	return true
}
