// Package machines has derivations built on other machines.
//
// A [Machine] is a line of the setting builders or of /etc/nix/machines, which
// [Parse] reads: where its daemon is, which systems and features it has, and how
// many builds at once are its share. A [Pool] knows how many are under way:
//
//	slot, err := pool.Reserve(system, features) // nil if all that could are busy
//	result, err := slot.Build(ctx, local, job)  // inputs there, build, outputs back
//	slot.Release()
//
// Machines are spoken to as package daemon speaks, by ssh-ng; the older ssh
// protocol of a machine without a scheme, or with ssh://, is not used, for every
// machine with Nix 2.8 or newer has the other one too.
package machines
