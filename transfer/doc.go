// Package transfer brings bytes from elsewhere: archives as streams, indexes
// as byte slices. It knows HTTP, checksums and a cache directory, and no tool,
// no archive format and no store.
//
// The words used here:
//
//   - A Request names what is wanted: a URL, and what is known beforehand
//     (size, checksums).
//   - A sink is the function that consumes a stream while it arrives.
//   - An attempt is one HTTP exchange. A cut, a stall or a busy server ends an
//     attempt, not a stream: the next attempt resumes where the last one
//     stopped, and the sink does not notice.
//   - A partial file keeps what has arrived so far below the cache directory,
//     so that a process that was killed does not start over, and so that two
//     processes that want the same thing download it once.
//
// Read Client.Stream first; download.go has the loop of attempts beneath it,
// resume.go decides which bytes of an answer may follow those already had,
// partial.go keeps them on disk. Client.Get is the door for indexes.
//
// What it never does: feed a sink bytes that cannot be shown to belong to one
// and the same entity; put credentials, or a query string that may hold them,
// into an error; read the environment, the clock or a random source other than
// through Options.
package transfer
