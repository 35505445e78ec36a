package nar

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// usesCaseHack says whether this system's file systems usually ignore case;
// Nix's setting use-case-hack is on there.
const usesCaseHack = runtime.GOOS == "darwin"

// caseHackSuffix and a number make a name on disk differ from another that
// would be the same to the file system.
const caseHackSuffix = "~nix~case~hack~"

// unhack returns the name in the archive of a file called disk.
func unhack(disk string) string {
	name, _, _ := strings.Cut(disk, caseHackSuffix)
	return name
}

// caseFolder chooses the names on disk for the entries of one directory.
type caseFolder struct {
	uses map[string]int // by folded name: how many entries came before
}

// hack returns the name on disk for an entry called name.
func (f *caseFolder) hack(name string) (string, error) {
	if f.uses == nil {
		f.uses = map[string]int{}
	}
	folded := foldASCII(name)
	n, taken := f.uses[folded]
	if !taken {
		f.uses[folded] = 0
		return name, nil
	}
	f.uses[folded] = n + 1
	disk := name + caseHackSuffix + strconv.Itoa(n+1)
	if _, taken := f.uses[foldASCII(disk)]; taken {
		return "", fmt.Errorf("file name %q collides with another where upper and lower case are the same", disk)
	}
	return disk, nil
}

// foldASCII lowers the letters A to Z.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
