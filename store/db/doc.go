// Package db is the database of a Nix store: which paths are valid, what their
// contents hash to, and which paths they refer to.
//
// It is the SQLite database that Nix itself keeps (schema version 10), so that
// Nix opens what this package wrote and the other way round, at the same time:
//
//	nix/var/nix/db/db.sqlite   tables ValidPaths, Refs, DerivationOutputs
//	nix/var/nix/db/schema      the version of those tables, "10"
//	nix/var/nix/db/big-lock    held shared by every process that has it open,
//	                           exclusively by one that upgrades the tables
//	nix/var/nix/db/reserved    room that a garbage collection gives back first,
//	                           so that it can write on a full disk
//
// A path is valid when it has a row in ValidPaths. Registering and
// invalidating happen in one transaction each: the database never says that a
// path is valid and a path it refers to is not.
//
// The package knows nothing of the trees themselves.
package db
