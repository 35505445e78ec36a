package host

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"devenv/resolver/nixlang/eval"
)

// Kind is what was looked at.
type Kind uint8

// The kinds of items, with what their names and values are.
const (
	Content  Kind = iota // of the file at a path, links followed: its SHA-256
	File                 // a regular file at a path itself: its SHA-256
	Listing              // of a directory: the SHA-256 of names and types
	Absent               // a path that leads nowhere
	Type                 // of a path itself: the name of an eval.FileType
	Link                 // a symbolic link: its target
	Tree                 // a file or directory as a whole: the SHA-256 of its NAR
	Object               // a store object that must be there
	Variable             // of the environment: the SHA-256 of its value
	Setting              // of the evaluation: its value
	Fetched              // from a URL, without a hash or a revision: never the same
)

var kindNames = [...]string{"content", "file", "listing", "absent", "type", "link", "tree", "object", "variable", "setting", "fetched"}

func (k Kind) String() string { return kindNames[k] }

// Item is one thing that an evaluation looked at, and what it saw. Stat, if
// set, is that of the file: while that is the same, the item is.
type Item struct {
	Kind  Kind
	Name  string
	Value string
	Stat  string
}

// String says what it is, for messages.
func (i Item) String() string {
	switch i.Kind {
	case Content, File, Tree:
		return i.Name
	case Listing:
		return "the list of files in " + i.Name
	case Variable:
		return "$" + i.Name
	case Setting:
		return "the setting " + i.Name
	case Fetched:
		return "what is at " + i.Name
	}
	return i.Name
}

// append writes an item as one line.
func (i Item) append(b []byte) []byte {
	b = append(b, i.Kind.String()...)
	b = append(b, ' ')
	b = appendQuoted(b, i.Name)
	b = append(b, ' ')
	b = appendQuoted(b, i.Value)
	if i.Stat != "" {
		b = append(append(b, ' '), i.Stat...)
	}
	return append(b, '\n')
}

// appendQuoted is strconv.AppendQuote, faster for what needs no escapes.
func appendQuoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return strconv.AppendQuote(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// parseItem reads what append wrote.
func parseItem(line string) (item Item, err error) {
	word, rest, _ := strings.Cut(line, " ")
	kind := -1
	for k, name := range kindNames {
		if name == word {
			kind = k
		}
	}
	if kind < 0 {
		return Item{}, badItem(line)
	}
	item.Kind = Kind(kind)
	for _, field := range []*string{&item.Name, &item.Value} {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return Item{}, badItem(line)
		}
		if *field, err = strconv.Unquote(quoted); err != nil {
			return Item{}, badItem(line)
		}
		rest = strings.TrimPrefix(rest[len(quoted):], " ")
	}
	item.Stat = rest
	return item, nil
}

func badItem(line string) error { return fmt.Errorf("no item of a read set: %.80q", line) }

// digest is the SHA-256 of some bytes.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// listDigest is the SHA-256 of a directory's names and types.
func listDigest(list []eval.DirEntry) string {
	var b []byte
	for _, e := range list {
		b = append(append(append(append(b, e.Name...), 0), e.Type.String()...), '\n')
	}
	return digest(b)
}
