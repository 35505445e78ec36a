// Package daemon speaks with a Nix daemon: the client of Nix's worker protocol.
//
// A [Client] is a store that somebody else keeps. [Open] finds the daemon of
// this machine at its socket, or one on another machine through ssh:
//
//	daemon, unix://PATH          the socket of a daemon
//	ssh-ng://[USER@]HOST[:PORT]  `nix-daemon --stdio`, started there by ssh
//
// Whatever a client is asked for becomes one request on one of its connections:
//
//	client → an operation's number and its arguments
//	daemon → messages: log lines, activities and their results ([Event])
//	daemon → the end of the messages, or an error ([Error])
//	daemon → the reply
//
// Trees are sent in frames, while the daemon's messages are read, and received
// as they are. One connection serves one request at a time; a client keeps a few
// of them. A connection on which something went wrong, other than an error that
// the daemon told in good order, is closed.
//
// Spoken are the versions 1.34 of Nix 2.8 to 1.38, in which features are
// negotiated, of Nix 2.24 and newer. See src/libstore/worker-protocol.hh of Nix;
// the numbers and the encodings are from there.
//
// A daemon is not trusted to be right: replies are bounded, and what it sends as
// a tree is compared with the hash that it told before.
package daemon
