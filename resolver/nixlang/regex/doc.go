// Package regex is the regular expressions of builtins.match and
// builtins.split: POSIX extended ones, with the results that the C++ library
// gives which Nix uses, GNU's std::regex.
//
// A pattern becomes an automaton of states ([Compile]), which is walked through
// a subject depth first. Two things set the walk apart from other engines:
//
//   - Of the ways to match at one place the longest counts, and among equally
//     long ones the first; both branches of an alternative are always tried, but
//     once "one more" of a repetition has led to a match, "no more" is not.
//   - A repetition may go round at most twice at one place of the subject: a last
//     empty round overwrites what its groups hold. "(a*)*" on "aa" leaves "".
//
// Bytes are characters, signed in ranges; classes are those of the C locale.
//
// What the library does not have: a state reached after the same byte is walked
// on from once only, so that the time does not grow exponentially with the
// subject, and the walk is a loop with limits that end in an error, never in an
// overflow of the stack.
package regex
