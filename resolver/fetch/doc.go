// Package fetch gets the source trees that flake references name.
//
// [Fetcher.Fetch] finds out what a reference means now and pins it;
// [Fetcher.FetchLocked] gets what a lock has pinned, which needs no network
// where the store has it. Both give a [Tree]: where its files are, what its
// lock says, and its hash once somebody asks.
//
// A tree is read where it is. A directory of this machine and the work tree of
// a repository stay where they are: [Tree.FS] shows what belongs to the tree and
// hides what Git does not track. What had to be downloaded is unpacked into the
// store at once, where it is found again by its hash. [Tree.Realise] puts any
// tree into the store.
//
//	path.go                a directory
//	worktree.go            a repository's work tree: tracked files as they are
//	gitcommit.go           a commit, of a repository here or elsewhere
//	forge.go               archives of github, gitlab, sourcehut
//	tarball.go, file.go    what one request brings
//
// The rules are those of the newest stable Nix, down to the attributes of the
// lock; testdata has what it wrote. Git repositories are asked through the git
// program (git.go), see docs/rationale.md. notes.go remembers what was found
// out about things that do not change.
//
// The package reads no environment and knows no store beyond [Store]. Passwords
// and tokens are in no result, no error and no note.
package fetch
