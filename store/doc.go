// Package store is the store: a directory of read-only trees, each named by what
// it contains, and the database that says which of them are whole.
//
// Logically the store is always /nix/store, so that hashes equal Nix's. Where it
// lies on disk is its root ([Open] finds it out):
//
//	ROOT/nix/store/<hash>-<name>          the trees
//	ROOT/nix/store/<hash>-<name>.lock     held by whoever makes that tree now
//	ROOT/nix/store/tmp-*                  work in progress, locked by its owner
//	ROOT/nix/store/.links                 files that several trees have, by their hash
//	ROOT/nix/var/nix/db                   the database (package db)
//	ROOT/nix/var/nix/gcroots/devenv/NAME/ links that keep paths from collection
//	ROOT/nix/var/nix/temproots            what running processes keep
//	ROOT/nix/var/nix/gc.lock              held exclusively by a collection
//
// Trees come in by [Store.AddTree], [Store.AddFile], [Store.AddText],
// [Store.Import], [Store.ImportAll] and [Store.ImportExport], and out by [Store.Nar] and
// [Store.Export]; they go by [Store.PlanGC] with [Store.Execute], and
// [Store.Delete].
//
// All of it is Nix's layout, locks and schema: Nix may work in the same store at
// the same time, and `nix-store --gc` respects the roots made here.
//
// # What holds at every moment
//
// A path is valid when the database says so, and the database says so only once
// the tree is in its place, whole and on disk. A process that is killed leaves
// at most a tree that is not valid and a directory tmp-* that nobody has locked;
// the next one that adds a tree or collects garbage clears them away.
//
// Trees are never changed. Whoever reads one needs no lock, only a root.
package store
