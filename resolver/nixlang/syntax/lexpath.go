package syntax

// path reads the first literal part of a path: path characters, a slash, and
// then a path character or an interpolation.
func (l *lexer) path() bool {
	if l.start < l.noPath {
		return false
	}
	i := l.run(l.pos)
	if !l.has(i, '/') {
		l.noPath = i
		return false
	}
	end, ok := l.segments(i)
	if !ok {
		if !l.interpolation(i + 1) {
			return false
		}
		end = i + 1
	}
	l.tok, l.pos = tokPath, end
	return true
}

// homePath reads the first literal part of a path that begins with a tilde.
func (l *lexer) homePath() bool {
	if !l.has(l.pos+1, '/') {
		return false
	}
	end, ok := l.segments(l.pos + 1)
	if !ok {
		if !l.interpolation(l.pos + 2) {
			return false
		}
		end = l.pos + 2
	}
	l.tok, l.pos = tokHome, end
	return true
}

// searchPath reads <a/b>.
func (l *lexer) searchPath() bool {
	i := l.run(l.pos + 1)
	if i == l.pos+1 {
		return false
	}
	for l.has(i, '/') {
		j := l.run(i + 1)
		if j == i+1 {
			return false
		}
		i = j
	}
	if !l.has(i, '>') {
		return false
	}
	l.tok, l.pos = tokSearch, i+1
	return true
}

// run returns the end of the path characters that begin at i.
func (l *lexer) run(i int) int {
	for i < len(l.src) && is(l.src[i], clsPath) {
		i++
	}
	return i
}

// segments reads one or more of "/name", and a slash behind them.
func (l *lexer) segments(i int) (end int, ok bool) {
	for l.has(i, '/') {
		j := l.run(i + 1)
		if j == i+1 {
			if ok {
				i++
			}
			break
		}
		i, ok = j, true
	}
	return i, ok
}

func (l *lexer) interpolation(i int) bool { return l.has(i, '$') && l.has(i+1, '{') }

// pathPart reads a further literal part of a path, behind an interpolation or a
// slash; it is empty where the path has none.
func (l *lexer) pathPart() string {
	from := l.pos
	i := l.run(from)
	if end, ok := l.segments(i); ok {
		i = end
	} else if l.has(i, '/') {
		i++
	}
	l.pos = i
	return l.src[from:i]
}
