// Package constraint chooses versions: it reads what people write beside a
// tool's name ("20", "lts/iron", ">=3.11,<3.13", "go 1.24.3") and finds the
// best of the versions that exist.
//
// Every tool's users know a [Grammar] already, and it means here what it means there:
//
//   - [NPM]: the words of nvm's README, and the ranges of npm's semver package;
//   - [SemVer]: those ranges, for tools without nvm's words;
//   - [PEP440]: version specifiers as Python's packaging reads them, and
//     version names as pyenv reads them;
//   - [Go]: versions in cmd/go's order, and go.mod's minimum.
//
// [Parse] gives a [Constraint] or a [*ParseError] that points at a column.
// [Select] gives the newest [Candidate] that satisfies one, or a
// [*NoMatchError] that says what exists instead.
//
// Ranges are parsed here rather than by a library: the libraries for Go differ
// from semver and packaging in what they refuse, in prereleases and in local
// versions, and they cannot say where in a text a mistake is. The tests hold
// every grammar against its own tool.
//
// The package is pure: it knows no index, no file and no clock.
package constraint
