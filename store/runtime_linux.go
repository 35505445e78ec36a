package store

import (
	"os"
	"path/filepath"
	"regexp"

	"devenv/store/storepath"
)

// runtimeRoots returns the paths that running processes use: as their program,
// working directory, open files, mapped files, or in their environment. Of
// processes that are not ours to look into it sees nothing, as Nix does.
func (s *Store) runtimeRoots() []link {
	// A path is found by its logical and by its physical name.
	in := regexp.MustCompile("(?:" + regexp.QuoteMeta(string(s.Dir())) + "|" + regexp.QuoteMeta(s.trees()) + ")" +
		`/([0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9A-Za-z+\-._?=]+)`)
	processes, _ := filepath.Glob("/proc/[0-9]*")
	var links []link
	for _, proc := range processes {
		seen := map[string]bool{}
		for _, text := range processTexts(proc) {
			for _, match := range in.FindAllSubmatch(text, -1) {
				seen[string(match[1])] = true
			}
		}
		for base := range seen {
			if p, err := storepath.ParseBase(base); err == nil {
				links = append(links, link{p, "running process " + filepath.Base(proc)})
			}
		}
	}
	return links
}

// processTexts returns what the directory of a process tells of the files it
// uses. What cannot be read is left out.
func processTexts(proc string) (texts [][]byte) {
	open, _ := filepath.Glob(filepath.Join(proc, "fd/*"))
	for _, name := range append(open, filepath.Join(proc, "exe"), filepath.Join(proc, "cwd")) {
		if target, err := os.Readlink(name); err == nil {
			texts = append(texts, []byte(target))
		}
	}
	for _, name := range []string{"maps", "environ"} {
		if text, err := os.ReadFile(filepath.Join(proc, name)); err == nil {
			texts = append(texts, text)
		}
	}
	return texts
}
