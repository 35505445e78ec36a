// Package ui is how devenv speaks: it knows the terminal and nothing else.
//
// Standard output carries the answer of a command, standard error the
// conversation. Colour, width and progress bars exist only on a terminal;
// NO_COLOR, TERM=dumb and DEVENV_QUIET are honoured. Errors
// are rendered in one place (Report), as the fact, the place in the user's own
// file with a caret, and the next thing to type.
package ui
