// Package env keeps the environments of projects and decides when they change.
//
// The tour, in the order in which a project meets it:
//
//   - A [Snapshot] is what one project wants of a process: variables, elements
//     for PATH-like lists, scripts. Its [Snapshot.Key] names it on disk. A
//     snapshot in its place is a [Layer]; layers nest, outermost first.
//   - [Apply], [Leave] and [Switch] put layers on an environment and take them
//     off again, exactly. They are pure and leave the same marks in the
//     environment as the scripts of the shells, so each can undo the other.
//   - [Layout] knows every path of the state tree; no one else does.
//   - [Observe] records what a build looked at ([Inputs]); [Decide] says later
//     whether that still holds: by stat first, by content where stat is unsure.
//   - A [Tree] is the state on disk. [Tree.Lock] admits the one [Builder] of a
//     project, who publishes a [State] as a new generation: store roots first,
//     then the snapshot, then the [Pointer] that shells read.
//   - [Trust] remembers which contents a person allowed to run code.
//   - [Tree.PlanSweep] finds what no project refers to any more.
//
// The marks in an environment are DEVENV_LAYERS (the keys of the active layers,
// outermost first, joined by colons) and, for each variable that a layer sets or
// unsets and that had a value before, DEVENV_OLD_<key>_<VAR> with that value.
// PATH-like variables need no mark: their elements are removed one by one.
//
// This package never reads the process's environment, its clock or its working
// directory: they are parameters. It never prints, never evaluates a
// declaration, and never writes shell text: a [Renderer] does that.
package env
