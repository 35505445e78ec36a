// Package versionfile reads the files in which projects already say which
// version of a tool they need, each as the tool that owns the file reads it.
//
//	.nvmrc           node     nvm: one line, # comments, key=value lines are settings
//	.node-version    node     nodenv, fnm: one word
//	.python-version  python   pyenv: the first word of every line; the first is the default
//	.go-version      go       goenv, gvm: one word
//	.tool-versions   all      asdf: "name version…" lines; the first version is the default
//	package.json     node     devEngines.runtime, volta.node (and volta.extends), engines.node
//	go.mod           go       toolchain, else the go line as the minimum of its minor
//	pyproject.toml   python   project.requires-python, tool.poetry.dependencies.python
//
// An Entry is hard when its file names a version to use, and soft when it only
// bounds what works (engines, requires-python, the go line): a soft entry is
// content with any version that fits. Several entries of one tool in one place
// are several versions side by side, the default first.
//
// Where several places in one directory speak of one tool, Choose lets the hard
// win over the soft, and then the order of the table above decide, with
// .tool-versions after the files of a single tool; within package.json
// devEngines wins over volta, and volta over engines.
//
// The package parses bytes it is given. It opens nothing, resolves nothing, and
// gives constraints as they are written, in the grammar of the tool.
package versionfile
