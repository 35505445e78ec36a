// Package shellhooks turns values of package env into text for bash, zsh and
// fish, and holds the hooks that bring environments into those shells.
//
// The tour:
//
//   - [Quote] writes any string without NUL so that a shell reads it back
//     byte for byte.
//   - A [Renderer] writes the two scripts of package env. That of an environment
//     defines functions that enter and leave it: straight lines with quoted
//     words, since a call costs a shell more than all else, and calls only for
//     what was there before or has been changed meanwhile. The pointer of a
//     project defines what asks for news of its files, and says what it is.
//   - [Hook] is the file that a shell sources once, at its start. At a prompt it
//     compares $PWD, the files of the current generations and the modification
//     times of the watched files; when $PWD is another or a generation is over it
//     sources the pointers from $PWD upwards and leaves and enters environments
//     until the active ones are the wanted ones. All of this is done by the
//     shell itself: no process is started, unless something changed ("devenv
//     hook-event -- DIR…", detached, with nobody waiting for it) or a project
//     declares commands for entering and leaving.
//   - [Block], [Insert] and [Remove] are the lines in an rc file that source the
//     hook.
//
// [ABI] names the functions that scripts define and call. A hook that meets a pointer of
// another ABI leaves everything as it is and asks for a new shell.
//
// What a hook knows about its process is kept in variables that begin with
// __devenv_ and are not exported. The environment carries only DEVENV_LAYERS
// and DEVENV_OLD_<key>_<VAR>, as package env describes them. DEVENV_QUIET=1
// silences the hooks, DEVENV_OFF=1 makes them leave everything and stop until
// it is unset, DEVENV_HOLD=1 makes them put the inherited environments in front
// once more and then let these stay, wherever the shell goes ("devenv develop"
// sets it), DEVENV_CEILING_DIRECTORIES ends the way up as Git's variable of
// that kind does, and DEVENV_HOOK_CD=1, set when the bash hook is sourced, adds
// functions cd, pushd and popd to it, so that "cd project && make" works on one
// line there too.
//
// This package starts no process, reads no environment and touches no file.
package shellhooks
