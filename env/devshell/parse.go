package devshell

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// magic is the first word of what capture.sh prints.
const magic = "devenv shell 1"

// maxValues is how many values an array may have.
const maxValues = 1 << 20

// variableName is what a variable of bash may be called.
var variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

// Parse reads what capture.sh printed.
func Parse(text []byte) (*Shell, error) {
	w := &words{rest: text}
	s := &Shell{Variables: map[string]Variable{}, Functions: map[string]string{}}
	if w.next() != magic && w.err == nil {
		return nil, errors.New("a captured shell begins otherwise")
	}
	for {
		kind := w.next()
		if w.err == nil && kind == "end" {
			break
		}
		if err := s.read(kind, w); err != nil {
			return nil, err
		}
	}
	if len(w.rest) > 0 {
		return nil, errors.New("there is more behind the end of a captured shell")
	}
	return s, nil
}

// read reads one thing of the given kind.
func (s *Shell) read(kind string, w *words) error {
	switch kind {
	case "function":
		return s.readFunction(w)
	case "attributes":
		if s.Attributes != nil {
			return errors.New("a captured shell has attributes twice")
		}
		s.Attributes = &Attributes{Sh: w.next(), JSON: w.next()}
		return w.err
	}
	name := w.next()
	v := Variable{Kind: Kind(kind)}
	switch v.Kind {
	case Exported, Plain:
		v.Value = w.next()
	case Array:
		v.List = w.list(w.count())
	case Associative:
		n := w.count()
		keys, values := w.list(n), w.list(n)
		v.Table = make(map[string]string, len(keys))
		for i := 0; i < len(keys) && w.err == nil; i++ {
			v.Table[keys[i]] = values[i]
		}
	default:
		w.fail(fmt.Errorf("a captured shell has something of the kind %.40q", kind))
	}
	if w.err != nil {
		return w.err
	}
	if !variableName().MatchString(name) {
		return fmt.Errorf("a captured shell has a variable %.40q: that is no name", name)
	}
	if _, twice := s.Variables[name]; twice {
		return fmt.Errorf("a captured shell has the variable %s twice", name)
	}
	s.Variables[name] = v
	return nil
}

// readFunction reads a function: its name, and bash's text for it.
func (s *Shell) readFunction(w *words) error {
	name, text := w.next(), w.next()
	if w.err != nil {
		return w.err
	}
	if !isFunctionName(name) {
		return fmt.Errorf("a captured shell has a function %.40q: that is no name", name)
	}
	text, ok := strings.CutPrefix(text, name)
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if !ok || start < 0 || end <= start {
		return fmt.Errorf("the definition of the function %s has no braces", name)
	}
	if _, twice := s.Functions[name]; twice {
		return fmt.Errorf("a captured shell has the function %s twice", name)
	}
	s.Functions[name] = text[start+1 : end]
	return nil
}

// isFunctionName reports whether bash can be told of a function with that name:
// a word that it takes as it is.
func isFunctionName(name string) bool {
	return name != "" && !strings.ContainsAny(name, " \t\r\n\"'\\$`&|;<>()*?#")
}

// words are what capture.sh printed, each with a NUL behind it. The first error
// stays.
type words struct {
	rest []byte
	err  error
}

func (w *words) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// next returns the next word, "" after an error.
func (w *words) next() string {
	word, rest, ok := bytes.Cut(w.rest, []byte{0})
	if !ok {
		w.fail(errors.New("a captured shell ends too early"))
	}
	if w.err != nil {
		return ""
	}
	w.rest = rest
	return string(word)
}

// count reads how many words follow.
func (w *words) count() int {
	n, err := strconv.ParseUint(w.next(), 10, 31)
	if w.err == nil && (err != nil || n > maxValues) {
		w.fail(errors.New("a captured shell has an array of no known length"))
	}
	if w.err != nil {
		return 0
	}
	return int(n)
}

func (w *words) list(n int) []string {
	list := []string{}
	for i := 0; i < n && w.err == nil; i++ {
		list = append(list, w.next())
	}
	return list
}
