// Package evalcache keeps the answers of evaluations between runs, and finds them
// again by what the evaluations looked at.
//
// A Question is all that is known before an evaluation: the expression, the
// options. Its answer depends on nothing else but what the evaluation looked at,
// which package host writes down: the read set. So an answer that was kept is
// right as long as its read set holds, whatever else has changed. Under one
// question lie several answers, one for each state of the world that was met,
// so that going back to an older state finds the older answer.
//
//	question.go   what was asked; names that do not say where a project lies
//	cache.go      finding and keeping
//	entry.go      one answer with its read set, as bytes
//	file.go       the answers to one question, as a file; the rest of the directory
//
// What lies below the roots of a question (a project's directory, the place of a
// flake's tree) is kept by its name below the root. Where the answer does not
// depend on where the roots lie, as host.Pinned tells, it serves other copies of
// the project as well.
//
// What is told of a root in other ways than by its files, such as the store path
// or the revision of a flake, must be told to the Host when a program looks at
// it: by PathAsText, or as a Setting.
//
// Nothing is kept that came from elsewhere without a hash, or that looked at the
// clock. Errors are not kept. Files are written under another name and renamed,
// without locks: of two processes that write at once, one is forgotten. What is
// damaged, or cannot be read or written, is as if it were not there. A cache may
// be deleted at any time.
package evalcache
