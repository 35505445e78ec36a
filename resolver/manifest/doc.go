// Package manifest reads and edits devenv.toml, a project's own declaration.
//
//	root = true                     # outer projects do not apply below this one
//	read = [".nvmrc", "go.mod"]     # the version files that count beside [tools]
//	[tools]
//	node = "24"                     # a constraint
//	python = ["3.12", "3.11"]       # several versions, the default first
//	go = { version = "1.24" }
//	[env]
//	DATABASE_URL = "postgres://localhost/app"
//	PATH = ["./bin"]                # lists, and variables known to be lists, are prepended
//	PAGER = { unset = true }
//	[scripts]
//	build = "npm run build"
//	serve = { run = "npm start", description = "the server on port 3000" }
//	[hooks]
//	enter = "echo hi"
//	leave = "echo bye"
//
// Reading is three steps: BurntSushi/toml says whether the bytes are TOML
// (syntax.go), a tree is made that knows where everything stands (tree.go), and
// the tree is held against what a manifest may say (parse.go and the files of
// the sections). Every mistake of a file is reported, each with its place, what
// was expected and an example: see source.Error.
//
// Editing (edit.go) changes the bytes of one value and no others, so comments,
// order, spacing and line endings stay; an edit that would not read back as
// intended is refused.
package manifest
