package resolver

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

// repository is a directory with a checkout "main" and a worktree "tree" of it.
func repository(t *testing.T) string {
	dir := tree(t, map[string]string{"main/sub/devenv.toml": "", "plain/sub/": ""})
	git(t, dir+"/main", "init", "-q")
	git(t, dir+"/main", "add", ".")
	git(t, dir+"/main", "commit", "-qm", "x")
	git(t, dir+"/main", "worktree", "add", "-q", dir+"/tree", "-b", "b")
	return dir
}

func TestIdentity(t *testing.T) {
	dir := repository(t)
	write(t, dir+"/link", "->tree/sub", false)
	main := Identity(dir + "/main/sub")
	if main != "repository "+dir+"/main/.git//sub" {
		t.Error(main)
	}
	for _, same := range []string{"tree/sub", "link"} {
		if got := Identity(filepath.Join(dir, same)); got != main {
			t.Errorf("%s: %s", same, got)
		}
	}
	for _, other := range []string{"main", "tree", "plain/sub", "gone/sub"} {
		if got := Identity(filepath.Join(dir, other)); got == main {
			t.Errorf("%s is %s too", other, got)
		}
	}
	git(t, dir+"/main", "worktree", "move", dir+"/tree", dir+"/moved")
	if got := Identity(dir + "/moved/sub"); got != main {
		t.Errorf("after git worktree move: %s", got)
	}
	git(t, dir, "clone", "-q", "--bare", dir+"/main", dir+"/bare.git")
	git(t, dir+"/bare.git", "worktree", "add", "-q", dir+"/of-bare", "main")
	if got := Identity(dir + "/of-bare/sub"); got != "repository "+dir+"/bare.git//sub" {
		t.Errorf("of a bare repository: %s", got)
	}
}

// TestForgedIdentity: what is in a directory cannot make it a checkout of a
// repository elsewhere.
func TestForgedIdentity(t *testing.T) {
	dir := repository(t)
	entry := dir + "/main/.git/worktrees/tree"
	forgeries := map[string]map[string]string{
		"the worktree's own file, copied": {".git": "gitdir: " + entry + "\n"},
		"the common directory":            {".git": "gitdir: " + dir + "/main/.git\n"},
		"a link to the repository":        {".git": "->" + dir + "/main/.git"},
		"a link to the worktree's file":   {".git": "->" + dir + "/tree/.git"},
		"an entry of its own": {".git": "gitdir: fake/worktrees/x\n", "fake/worktrees/x/gitdir": "../../../.git\n",
			"fake/worktrees/x/commondir": dir + "/main/.git\n"},
		"an entry behind a link": {".git": "gitdir: fake/worktrees/x\n", "fake": "->" + dir + "/main/.git"},
		"a directory with a commondir": {".git/commondir": dir + "/main/.git\n", ".git/HEAD": "ref: refs/heads/b\n",
			".git/objects/": "", ".git/refs/": "", ".git/gitdir": entry + "\n"},
		"an entry that leads elsewhere": {".git": "gitdir: " + entry + "/../../../.git/worktrees/tree\n"},
		"two lines":                     {".git": "gitdir: " + entry + "\ngitdir: x\n"},
		"nothing":                       {".git": ""},
		"NUL":                           {".git": "gitdir: \x00\n"},
	}
	main := Identity(dir + "/main/sub")
	for name, files := range forgeries {
		t.Run(name, func(t *testing.T) {
			evil := tree(t, files)
			write(t, evil+"/sub", "", true)
			got := Identity(evil + "/sub")
			if got == main || got != "directory "+evil+"/sub" && got != "repository "+evil+"/.git//sub" {
				t.Errorf("taken for %s", got)
			}
		})
	}
	// A hard link has the file's very inode.
	evil := tree(t, map[string]string{"sub/": ""})
	if err := os.Link(dir+"/tree/.git", evil+"/.git"); err != nil {
		t.Fatal(err)
	}
	if got := Identity(evil + "/sub"); got != "directory "+evil+"/sub" {
		t.Errorf("a hard link is taken for %s", got)
	}
	// A registration that is gone counts no more.
	git(t, dir+"/main", "worktree", "lock", dir+"/tree")
	if err := os.RemoveAll(entry); err != nil {
		t.Fatal(err)
	}
	if got := Identity(dir + "/tree/sub"); got != "directory "+dir+"/tree/sub" {
		t.Errorf("an unregistered worktree is taken for %s", got)
	}
}
