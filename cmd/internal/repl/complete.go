package repl

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// word is what stands before the cursor and may be completed: a command at the
// start, a path, or a chain of attributes.
var word = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^:[a-z-]*|(?:~|\.{0,2})/[^\s()\[\]{}";]*|[A-Za-z_][A-Za-z0-9_'-]*(?:\.[A-Za-z0-9_'-]*)*)$`)
})

// Complete says what may stand in place of the word before the cursor.
func (r *REPL) Complete(line string, pos int) (head string, words []string, tail string) {
	runes := []rune(line)
	before, tail := string(runes[:pos]), string(runes[pos:])
	w := word().FindString(before)
	head = before[:len(before)-len(w)]
	switch {
	case w == "":
	case w[0] == ':':
		words = commandNames(w)
	case strings.Contains(w, "/"):
		words = r.paths(w)
	default:
		words = r.names(w)
	}
	return head, words, tail
}

func commandNames(prefix string) (words []string) {
	for _, c := range commands() {
		for _, name := range c.names {
			if strings.HasPrefix(name, prefix) {
				words = append(words, name)
			}
		}
	}
	slices.Sort(words)
	return words
}

// paths lists the files that begin so.
func (r *REPL) paths(prefix string) (words []string) {
	dir, base := prefix[:strings.LastIndexByte(prefix, '/')+1], prefix[strings.LastIndexByte(prefix, '/')+1:]
	real := dir
	switch {
	case strings.HasPrefix(dir, "~"):
		home, err := r.ev.Expr("«home»", "toString ~/.", "/")
		if err != nil {
			return nil
		}
		text, _, err := r.ev.ToString(home)
		if err != nil {
			return nil
		}
		real = text + dir[1:]
	case !filepath.IsAbs(dir):
		real = filepath.Join(r.o.Dir, dir)
	}
	entries, err := os.ReadDir(real)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || base == "" && name[0] == '.' {
			continue
		}
		if e.IsDir() {
			name += "/"
		}
		words = append(words, dir+name)
	}
	return words
}

// plainName is an attribute that needs no quotes.
var plainName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_'-]*$`)
})

// names lists variables, or the attributes of the set before the last dot.
func (r *REPL) names(prefix string) (words []string) {
	set, part := "", prefix
	var all []string
	if dot := strings.LastIndexByte(prefix, '.'); dot >= 0 {
		set, part = prefix[:dot+1], prefix[dot+1:]
		all = r.attrsOf(prefix[:dot])
	} else {
		all = slices.Concat(r.scope.Defined(), r.ev.Globals(), keywords)
	}
	for _, name := range all {
		if strings.HasPrefix(name, part) && plainName().MatchString(name) {
			words = append(words, set+name)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

var keywords = []string{"assert", "else", "if", "import", "in", "inherit", "let", "or", "rec", "then", "with"}

// completionTime is how long an evaluation may take that nobody asked for.
const completionTime = 2 * time.Second

func (r *REPL) attrsOf(chain string) (names []string) {
	_ = r.interruptible(func() error {
		defer time.AfterFunc(completionTime, r.interrupt).Stop()
		v, err := r.compile(chain)
		if err == nil {
			names, err = r.ev.AttrNames(v)
		}
		return err
	})
	return names
}
