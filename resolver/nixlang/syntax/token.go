package syntax

// token is what the lexer tells apart. Single characters are their own tokens.
type token uint8

const (
	tokEOF token = iota
	tokInvalid
	// 2 to 127 are ASCII characters.
	tokID token = 128 + iota
	tokInt
	tokFloat
	tokIndString
	tokPath    // p.pos is behind its first literal part
	tokHome    // likewise
	tokSearch  // <…>
	tokURI     //
	tokPathEnd // only named in messages
	tokIf
	tokThen
	tokElse
	tokAssert
	tokWith
	tokLet
	tokIn
	tokRec
	tokInherit
	tokOrKw
	tokEllipsis
	tokEq
	tokNeq
	tokLeq
	tokGeq
	tokAnd
	tokOr
	tokImpl
	tokUpdate
	tokConcat
	tokPipeFrom
	tokPipeInto
	tokDollar // ${
)

// tokenNames are the words of syntax errors.
var tokenNames = [256]string{
	tokEOF: "end of file", tokInvalid: "invalid token",
	tokID: "identifier", tokInt: "integer", tokFloat: "floating-point literal",
	tokIndString: "start of an indented string", tokPath: "path", tokHome: "'~/…' path",
	tokSearch: "'<…>' path", tokURI: "URI", tokPathEnd: "end of path",
	tokIf: "'if'", tokThen: "'then'", tokElse: "'else'", tokAssert: "'assert'", tokWith: "'with'",
	tokLet: "'let'", tokIn: "'in'", tokRec: "'rec'", tokInherit: "'inherit'", tokOrKw: "'or'",
	tokEllipsis: "'...'", tokEq: "'=='", tokNeq: "'!='", tokLeq: "'<='", tokGeq: "'>='",
	tokAnd: "'&&'", tokOr: "'||'", tokImpl: "'->'", tokUpdate: "'//'", tokConcat: "'++'",
	tokPipeFrom: "'<|'", tokPipeInto: "'|>'", tokDollar: "'${'",
}

func (t token) String() string {
	if name := tokenNames[t]; name != "" {
		return name
	}
	if punctuation[t] {
		return "'" + string(rune(t)) + "'"
	}
	return tokenNames[tokInvalid]
}

// punctuation are the characters that are tokens of the grammar.
var punctuation = func() (set [256]bool) {
	for _, c := range `:@;<>!+-*/?.="{}()[],` {
		set[c] = true
	}
	return set
}()
