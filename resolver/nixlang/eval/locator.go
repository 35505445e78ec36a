package eval

// Locator is what a Host may be beside: one that finds out whether the value of
// an evaluation depends on where files lie. Paths that are only read, and those
// that are written relative to the file they are in, tell nothing of that.
type Locator interface {
	// PathAsText is told of a path whose text the program can see.
	PathAsText(path string)
	// TextAsPath is told of a path that was made of a text that the program had:
	// of all of it, or of what follows the path from.
	TextAsPath(from, path string)
}

// asText returns a path that becomes text.
func (ev *Evaluator) asText(p string) string {
	if ev.locator != nil {
		ev.locator.PathAsText(p)
	}
	return p
}

// asPath returns a path that was made of a text.
func (ev *Evaluator) asPath(from, p string) string {
	if ev.locator != nil {
		ev.locator.TextAsPath(from, p)
	}
	return p
}
