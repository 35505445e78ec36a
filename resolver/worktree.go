package resolver

import (
	"os"
	"path/filepath"
	"strings"
)

// Identity names the place whose content a user trusts. For a directory in a
// git repository that is the repository's common directory and the path within
// the checkout: all worktrees that the repository itself has registered share
// it. Any other directory is named by its path. The name is for comparing.
//
// Nothing is run, and no .git file is believed by itself: the repository has to
// name the worktree too. A checkout cannot be forged by what is in it.
func Identity(dir string) string {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "directory " + dir
	}
	for top := real; ; top = filepath.Dir(top) {
		if info, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			common := ""
			switch {
			case info.IsDir() && isGitDir(filepath.Join(top, ".git")):
				common = filepath.Join(top, ".git")
			case info.Mode().IsRegular():
				common = registeredIn(top)
			}
			if rel, err := filepath.Rel(top, real); err == nil && common != "" {
				return "repository " + common + "//" + rel
			}
			return "directory " + real
		}
		if top == filepath.Dir(top) {
			return "directory " + real
		}
	}
}

// registeredIn is the common directory of the repository that has top as one of
// its worktrees, or "". Source: gitrepository-layout(5), worktrees/.
//
//	top/.git                          "gitdir: <common>/worktrees/<id>"
//	<common>/worktrees/<id>/gitdir    top/.git
//	<common>/worktrees/<id>/commondir "../.."
func registeredIn(top string) string {
	line, ok := strings.CutPrefix(firstLine(filepath.Join(top, ".git")), "gitdir: ")
	if !ok {
		return ""
	}
	entry, err := filepath.EvalSymlinks(against(top, line))
	if err != nil || filepath.Base(filepath.Dir(entry)) != "worktrees" {
		return ""
	}
	common := filepath.Dir(filepath.Dir(entry))
	named, err := filepath.EvalSymlinks(against(entry, firstLine(filepath.Join(entry, "commondir"))))
	if err != nil || named != common || !isGitDir(common) {
		return ""
	}
	back := against(entry, firstLine(filepath.Join(entry, "gitdir")))
	checkout, err := filepath.EvalSymlinks(filepath.Dir(back))
	if err != nil || filepath.Base(back) != ".git" || checkout != top {
		return ""
	}
	return common
}

// isGitDir reports whether dir has what git wants of a repository.
func isGitDir(dir string) bool {
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	_, err := os.Lstat(filepath.Join(dir, "HEAD"))
	return err == nil
}

// firstLine is the one line of one of git's small files; "" if there is none.
func firstLine(path string) string {
	f := readFile(path)
	if f.err != nil || f.Kind != File || len(f.data) > 16<<10 {
		return ""
	}
	line := strings.TrimRight(string(f.data), "\r\n")
	if strings.ContainsAny(line, "\n\x00") {
		return ""
	}
	return line
}

// against is path as seen from dir.
func against(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
