// Package transport copies closures from one store to another: a binary cache, a
// daemon's or a local one. It knows what a store can do ([Source],
// [Destination]), and nothing of what it is.
//
// A copy has two steps. [MakePlan] finds out what the destination lacks, many
// questions in flight: it follows references from the paths that are wanted.
// [Plan.Run] copies that, several at once, so that at every moment, and after a
// kill at any moment, what the destination has is closed: it has what it refers
// to, too. A [Batch] sees to that itself and is given paths in any order; to
// another destination each path goes after what it refers to.
package transport
