package shellhooks

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"devenv/env"
)

// checkName is the function that says whether something of a project has
// changed. Each project has its own, since several are active at once.
func checkName(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "__devenv_check_" + hex.EncodeToString(sum[:8])
}

// few files are looked for in the time that two comparisons take.
const few = 4

// check writes that function as one expression, which is what a shell decides
// fastest: the generation is over, a watched file is newer or older than its
// reference or gone, or a directory has another time and one of the candidates
// in it. To bash and fish a missing file is an older one, to zsh it is not. Few
// candidates are looked for at once: the time of the directory costs as much.
func (s *script) check(name string, p env.Pointer) {
	and, or, next, open, end := " && ", " || ", " ||\n", "( ", " )"
	if s.shell == env.Fish {
		and, or, next, open, end = " -a ", " -o ", " -o \\\n", `\( `, ` \)`
		s.text.WriteString("function " + name + "\ntest ")
	} else {
		s.text.WriteString(name + "() {\n[[ ")
	}
	differs := func(path, ref string) {
		path, ref = s.quote(path), s.quote(ref)
		s.text.WriteString(path + " -nt " + ref + or + path + " -ot " + ref)
		if s.shell == env.Zsh {
			s.text.WriteString(or + "! -e " + path)
		}
	}
	s.text.WriteString("! -e " + s.quote(p.GenFile))
	for _, w := range p.Watches {
		s.text.WriteString(next)
		differs(w.Path, w.Ref)
	}
	for _, a := range p.Absences {
		if len(a.Candidates) == 0 {
			continue
		}
		var there []string
		for _, candidate := range a.Candidates {
			there = append(there, "-e "+s.quote(candidate))
		}
		s.text.WriteString(next)
		if len(there) <= few {
			s.text.WriteString(strings.Join(there, or))
			continue
		}
		s.text.WriteString(open + open)
		differs(a.Dir, a.Ref)
		s.text.WriteString(end + and + open + strings.Join(there, or) + end + end)
	}
	if s.shell == env.Fish {
		s.text.WriteString("\nend\n")
	} else {
		s.text.WriteString(" ]]\n}\n")
	}
}
