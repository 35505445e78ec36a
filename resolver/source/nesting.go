package source

import "bytes"

// MaxNesting is how deep the values of a TOML file may nest, and how many parts
// a dotted key may have. The parsers recurse, and would rather end the process
// than refuse a file of nothing but brackets.
const MaxNesting = 64

// CheckNesting refuses TOML that nests deeper than MaxNesting, before a parser
// sees it. It reads no more than strings, comments and brackets; what else may
// be wrong is for the parser to say.
func CheckNesting(file string, data []byte) *Error {
	depth, dots := 0, 0
	for i := 0; i < len(data); {
		switch c := data[i]; c {
		case '"', '\'':
			i += stringLength(data[i:], c)
			continue
		case '#':
			i += lineLength(data[i:])
			continue
		case '[', '{':
			depth, dots = depth+1, 0
		case ']', '}':
			depth, dots = max(0, depth-1), 0
		case '.':
			dots++
		case '=', ',', '\n':
			dots = 0
		}
		if depth > MaxNesting || dots > MaxNesting {
			return Errorf(file, data, i, 1, "values nest deeper than %d levels, which no declaration does", MaxNesting)
		}
		i++
	}
	return nil
}

// stringLength is the length of the string that data begins with. One that is
// not closed ends with its line, or, if it may have several, with the data.
func stringLength(data []byte, quote byte) int {
	end, start := []byte{quote}, 1
	if three := bytes.Repeat(end, 3); bytes.HasPrefix(data, three) {
		end, start = three, 3
	}
	for i := start; i < len(data); i++ {
		switch {
		case data[i] == '\\' && quote == '"':
			i++
		case bytes.HasPrefix(data[i:], end):
			return i + len(end)
		case data[i] == '\n' && len(end) == 1:
			return i
		}
	}
	return len(data)
}

func lineLength(data []byte) int {
	if n := bytes.IndexByte(data, '\n'); n >= 0 {
		return n
	}
	return len(data)
}
