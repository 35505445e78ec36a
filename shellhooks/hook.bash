# devenv's hook for bash, written by "devenv setup": changes here are lost.
#
# Every name that is defined here begins with __devenv_; none is exported. Words
# at the top level carry a backslash, and aliases are off while the functions are
# read, so that nobody's alias gets into them, and so is allexport. Bash 3.2 reads all of it; see
# __devenv_exported for what it cannot know.

case $- in *a*) \set +a; __devenv_allexport=1 ;; *) __devenv_allexport= ;; esac
if \shopt -q expand_aliases; then __devenv_aliases=1; else __devenv_aliases=; fi
\shopt -u expand_aliases

# facts

# What this process knows. Sourcing the file again keeps it.
if [[ ${__devenv_pid-} != "$$" ]]; then
  __devenv_pid=$$ __devenv_inherited=1
  __devenv_seen= __devenv_layers= __devenv_frozen= __devenv_silent= __devenv_known=
  __devenv_op= __devenv_key= __devenv_did=: __devenv_entered=: __devenv_news=__devenv_here
  __devenv_said=() __devenv_lines=() __devenv_todo=()
  __devenv_asked=() __devenv_asked_at=0 __devenv_changed=() __devenv_unknown=()
  __devenv_want=() __devenv_dirs=() __devenv_gens=() __devenv_checks=()
fi
__devenv_functions=: # the environments whose functions are defined
__devenv_patience=60 # seconds until an unanswered question is asked again

# --- the prompt ---------------------------------------------------------------

# Most prompts end here: nothing that decides which layers are active is
# different, nobody waits for anything, and there is no news of files.
__devenv_prompt() {
  local __devenv_status=$?
  if [[ $__devenv_seen != "${DEVENV_LAYERS-}:${DEVENV_OFF-}:${DEVENV_HOLD-}:${DIRENV_DIR-}:$PWD" ||
    -n ${__devenv_asked+x}${__devenv_lines+x}${__devenv_todo+x} ]] || "$__devenv_news"; then
    __devenv_hook || :
  fi
  case $- in *e*) return 0 ;; esac # bash keeps $? for the next line itself
  return "$__devenv_status"
}

# What asks for news: in no project this, in the directory of the only project its
# check, elsewhere the next. The names are relative: that is fastest.
__devenv_here() {
  [[ -e devenv.toml || -e .nvmrc || -e .node-version || -e package.json || -e .python-version ||
    -e pyproject.toml || -e go.mod || -e .go-version || -e .tool-versions ]]
}

__devenv_any() {
  __devenv_stale || { [[ -z $__devenv_known ]] && __devenv_here; }
}

# Ready means: nothing that decides which layers are active is different.
__devenv_ready() {
  [[ $__devenv_seen == "${DEVENV_LAYERS-}:${DEVENV_OFF-}:${DEVENV_HOLD-}:${DIRENV_DIR-}:$PWD" ]] || return 1
  (( ${#__devenv_asked[@]} )) || return 0
  local __devenv_f
  (( SECONDS - __devenv_asked_at < __devenv_patience && SECONDS >= __devenv_asked_at )) || { __devenv_asked=(); return 1; }
  for __devenv_f in ${__devenv_unknown[@]+"${__devenv_unknown[@]}"}; do
    [[ ! -e $__devenv_roots${__devenv_f%/}/@env/bash ]] || return 1
  done
}

__devenv_hook() {
  case $- in
    *a*)
      set +a
      __devenv_turn
      set -a
      ;;
    *) __devenv_turn ;;
  esac
}

__devenv_turn() {
  if ! __devenv_ready; then
    __devenv_refresh
    __devenv_look
  elif __devenv_stale; then
    __devenv_current || __devenv_refresh
    __devenv_look
  elif [[ -z $__devenv_known ]] && __devenv_marked "${PWD%/}"; then
    __devenv_look
  fi
  [[ -z $__devenv_silent ]] || return 0
  (( ! ${#__devenv_changed[@]} )) || __devenv_ask
  (( ! ${#__devenv_lines[@]} )) || __devenv_speak
  (( ! ${#__devenv_todo[@]} )) || __devenv_run_enter
}

# The layers of $PWD, and the environment that they want.
__devenv_refresh() {
  __devenv_seen=
  if [[ -n $__devenv_op ]]; then # Ctrl-C came in the middle: finish that first
    __devenv_functions=:
    __devenv_script "$__devenv_op" "$__devenv_key" "$__devenv_did" || return 0
    __devenv_inherited=1
  fi
  [[ ${DEVENV_LAYERS-} == "$__devenv_layers" ]] || __devenv_inherited=1
  __devenv_frozen= __devenv_known=
  __devenv_want=() __devenv_unknown=() __devenv_dirs=() __devenv_gens=() __devenv_checks=()
  [[ -n ${DEVENV_OFF-}${DEVENV_HOLD-} ]] || __devenv_walk || return 0
  [[ -n $__devenv_frozen ]] || __devenv_switch || return 0
  case ${#__devenv_checks[@]}$__devenv_known in
    0) __devenv_news=__devenv_here ;;
    11) __devenv_news=${__devenv_checks[0]} ;;
    *) __devenv_news=__devenv_any ;;
  esac
  __devenv_seen="${DEVENV_LAYERS-}:${DEVENV_OFF-}:${DEVENV_HOLD-}:${DIRENV_DIR-}:$PWD"
}

# --- from $PWD upwards --------------------------------------------------------

# The markers stand here once more: a call at each level would take as long as
# what it does.
__devenv_walk() {
  local __devenv_d=${PWD%/} __devenv_root= __devenv_end=:${DEVENV_CEILING_DIRECTORIES-}:
  [[ $PWD == /* ]] || return 0
  while :; do
    if [[ -e $__devenv_roots$__devenv_d/@env/bash ]]; then
      [[ $__devenv_d != "${PWD%/}" ]] || __devenv_known=1
      __devenv_did=
      . "$__devenv_roots$__devenv_d/@env/bash" || :
      [[ -z $__devenv_frozen ]] || return 0
      [[ -n $__devenv_did ]] || return 1
      [[ -z $__devenv_root ]] || return 0
    elif [[ -e $__devenv_d/devenv.toml || -e $__devenv_d/.nvmrc || -e $__devenv_d/.node-version ||
      -e $__devenv_d/package.json || -e $__devenv_d/.python-version || -e $__devenv_d/pyproject.toml ||
      -e $__devenv_d/go.mod || -e $__devenv_d/.go-version || -e $__devenv_d/.tool-versions ]] && __devenv_marked "$__devenv_d"; then
      __devenv_unknown+=("${__devenv_d:-/}")
    fi
    [[ -n $__devenv_d ]] || return 0
    __devenv_d=${__devenv_d%/*}
    [[ $__devenv_end != *:"${__devenv_d:-/}":* ]] || return 0
  done
}

# A directory with one of these may be a project.
__devenv_marked() {
  [[ -e $1/devenv.toml || -e $1/.nvmrc || -e $1/.node-version || -e $1/package.json || -e $1/.python-version ||
    -e $1/pyproject.toml || -e $1/go.mod || -e $1/.go-version || -e $1/.tool-versions ]] || return 1
  case $1/ in */node_modules/* | */.git/* | */vendor/*) return 1 ;; esac
}

# Pointers define a function that is true when something has changed, call this,
# and leave a dot in __devenv_did when they have come to their end.

# ABI DIR GENFILE CHECK KEY ROOT MESSAGE LABEL
__devenv_layer() {
  if [[ $1 != "$__devenv_abi" ]]; then
    __devenv_frozen=1
    __devenv_say "abi $1" "this shell's hook is of another version: restart the shell (if that is not enough: devenv reload)"
    return 1
  fi
  __devenv_dirs+=("$2")
  __devenv_gens+=("$3")
  __devenv_checks+=("$4")
  __devenv_root=$6
  if [[ -n $5 ]]; then
    if __devenv_direnv "$2"; then
      __devenv_say "direnv $2" "direnv is active in $2, so devenv stands aside there"
      return 0
    fi
    __devenv_want+=("$5")
    if [[ -n $__devenv_inherited && :${DEVENV_LAYERS-}: == *":$5:"* ]]; then
      __devenv_said+=("$3" "$5") # the parent has said it
      return 0
    fi
  fi
  # A message belongs to its generation, the label to the environment.
  if [[ -n $7 ]]; then
    __devenv_said+=("$5")
    __devenv_say "$3" "$7"
  elif [[ -n $5 && -n $8 ]]; then
    __devenv_say "$5" "$8"
  fi
}

# Whether direnv is active in a directory, or will be before the next prompt.
__devenv_direnv() {
  [[ ${DIRENV_DIR-} != "-$1" ]] || return 0
  [[ -e $1/.envrc ]] && declare -F _direnv_hook >/dev/null
}

# --- from the active layers to the wanted ones --------------------------------

__devenv_switch() {
  local __devenv_have=() __devenv_rest=${DEVENV_LAYERS-} __devenv_k
  while [[ -n $__devenv_rest ]]; do
    __devenv_k=${__devenv_rest%%:*}
    case $__devenv_k in '' | *[!0-9a-z]*) ;; *) __devenv_have+=("$__devenv_k") ;; esac
    case $__devenv_rest in *:*) __devenv_rest=${__devenv_rest#*:} ;; *) __devenv_rest= ;; esac
  done
  if [[ -n ${DEVENV_HOLD-} && -z ${DEVENV_OFF-} ]]; then # what is active stays, wherever $PWD is
    for __devenv_k in ${__devenv_have[@]+"${__devenv_have[@]}"}; do
      __devenv_want=("$__devenv_k" ${__devenv_want[@]+"${__devenv_want[@]}"})
    done
  fi
  local __devenv_n=0 __devenv_m=${#__devenv_want[@]} __devenv_j # want is innermost first, have outermost first
  while (( __devenv_n < __devenv_m && __devenv_n < ${#__devenv_have[@]} )) &&
    [[ ${__devenv_have[__devenv_n]} == "${__devenv_want[__devenv_m - 1 - __devenv_n]}" ]]; do
    (( ++__devenv_n ))
  done
  if [[ -n $__devenv_inherited ]]; then
    for (( __devenv_j = 0; __devenv_j < __devenv_n; __devenv_j++ )); do
      __devenv_script paths "${__devenv_have[__devenv_j]}" : || return 1
    done
  fi
  for (( __devenv_j = ${#__devenv_have[@]} - 1; __devenv_j >= __devenv_n; __devenv_j-- )); do
    __devenv_script leave "${__devenv_have[__devenv_j]}" : || return 1
  done
  for (( __devenv_j = __devenv_m - 1 - __devenv_n; __devenv_j >= 0; __devenv_j-- )); do
    __devenv_script enter "${__devenv_want[__devenv_j]}" : || return 1
  done
  __devenv_layers=${DEVENV_LAYERS-}
  __devenv_inherited=
}

# OP KEY :DONE: call the function of an environment for OP, except for its steps
# in ":DONE:". The environment of a key is always the same, so that its script is
# read once. Until __devenv_op is empty again the function has been cut short.
__devenv_script() {
  local __devenv_all=:${DEVENV_LAYERS-}:
  __devenv_key=$2 __devenv_did=$3 __devenv_op=$1
  if [[ -r $__devenv_envs/$2/bash ]]; then
    if [[ $__devenv_functions != *":$2:"* ]]; then
      . "$__devenv_envs/$2/bash" || :
      __devenv_functions+=$2:
    fi
    if [[ $1$__devenv_all != enter*":$2:"* ]]; then # the mark comes with the variables
      "__devenv_$1_$2" || :
      [[ $__devenv_did == *:.: ]] || return 1
    fi
  elif [[ $1 == leave ]]; then
    eval "unset -v \${!DEVENV_OLD_$2_@}"
    __devenv_say "lost $2" "what an environment changed is not on record any more, so it stays: open a new shell"
  fi
  if [[ $1 == leave ]]; then
    __devenv_all=${__devenv_all/":$2:"/:}
    __devenv_all=${__devenv_all#:}
    __devenv_all=${__devenv_all%:}
    if [[ -n $__devenv_all ]]; then export DEVENV_LAYERS="$__devenv_all"; else unset -v DEVENV_LAYERS; fi
  fi
  __devenv_op=
}

# The scripts do themselves what is usual and call the rest of this part. What is
# called on the way in only records, and may do so twice: then one command exports
# everything, which Ctrl-C does not cut into pieces. The way out is in steps.

# NAME: there is a variable that will be set. Its value goes where children find
# it if it was exported, else to a variable of this shell.
__devenv_keep() {
  if __devenv_exported "$1"; then
    export "DEVENV_OLD_${__devenv_key}_$1=${!1}"
  else
    export -n "__devenv_old_${__devenv_key}_$1=${!1}"
  fi
}

# NAME: there is one that will be unset.
__devenv_hide() {
  __devenv_keep "$1"
  unset -v "$1" || :
}

# NAME VALUE: give back what was kept, unless somebody else has changed VALUE.
__devenv_restore() {
  [[ $__devenv_did != *":$1:"* ]] || return 0
  if [[ ${!1+x}${!1-} == "x$2" ]]; then __devenv_give_back "$1"; else __devenv_forget "$1"; fi
}

# NAME: give back what was hidden, unless there is another.
__devenv_show() {
  [[ $__devenv_did != *":$1:"* ]] || return 0
  if [[ -z ${!1+x} ]]; then __devenv_give_back "$1"; else __devenv_forget "$1"; fi
}

# The value goes last: until then the step may be done again.
__devenv_give_back() {
  local __devenv_o=DEVENV_OLD_${__devenv_key}_$1 __devenv_p=__devenv_old_${__devenv_key}_$1
  if [[ -n ${!__devenv_o+x} ]]; then
    export "$1=${!__devenv_o}" || :
  elif [[ -n ${!__devenv_p+x} ]]; then
    export -n "$1=${!__devenv_p}" || :
  fi
  __devenv_did+=$1:
  unset -v "$__devenv_o" "$__devenv_p"
}

__devenv_forget() { unset -v "DEVENV_OLD_${__devenv_key}_$1" "__devenv_old_${__devenv_key}_$1"; }

# NAME ELEMENT ...: put the elements in front again. In here a list has a colon
# before and after each element.
__devenv_front() {
  local __devenv_n=$1 __devenv_l=: __devenv_e
  shift
  local IFS=:
  local __devenv_ours=:$*
  [[ -z ${!__devenv_n+x} ]] || __devenv_l=:${!__devenv_n}:
  [[ $__devenv_l != "$__devenv_ours:"* ]] || return 0
  for __devenv_e; do __devenv_l=${__devenv_l/":$__devenv_e:"/:}; done
  __devenv_l=$__devenv_ours$__devenv_l
  __devenv_l=${__devenv_l#:}
  export "$__devenv_n=${__devenv_l%:}" || :
}

# NAME ELEMENT ...: take each element away once.
__devenv_remove() {
  [[ $__devenv_did != *":$1:"* ]] || return 0
  local __devenv_n=$1 __devenv_l=: __devenv_e
  shift
  [[ -z ${!__devenv_n+x} ]] || __devenv_l=:${!__devenv_n}:
  for __devenv_e; do __devenv_l=${__devenv_l/":$__devenv_e:"/:}; done
  if [[ $__devenv_l == : ]]; then
    unset -v "$__devenv_n" || :
  else
    __devenv_l=${__devenv_l#:}
    export "$__devenv_n=${__devenv_l%:}" || :
  fi
  __devenv_did+=$__devenv_n:
  __devenv_e=__devenv_local_${__devenv_key}_$__devenv_n
  [[ -z ${!__devenv_e+x} ]] || export -n "${__devenv_n?}"
  unset -v "$__devenv_e"
}

# DIR ENTER LEAVE   Comes first in a function: leave runs before anything is undone.
__devenv_commands() {
  [[ $__devenv_did != *:-:* ]] || return 0
  __devenv_did+=-:
  case $__devenv_op in
    enter)
      [[ -z $__devenv_silent ]] || return 0
      __devenv_entered+=$__devenv_key:
      [[ -z $2 ]] || __devenv_todo+=("$1" "$2")
      ;;
    leave)
      [[ -z $__devenv_silent && $__devenv_entered == *":$__devenv_key:"* ]] || return 0
      __devenv_entered=${__devenv_entered/":$__devenv_key:"/:}
      [[ -z $3 ]] || __devenv_command "$1" "$3"
      ;;
  esac
}

__devenv_command() { command /bin/sh -c 'cd -- "$1" && eval "$2"' sh "$1" "$2" || :; }

__devenv_run_enter() {
  local __devenv_t=("${__devenv_todo[@]}") __devenv_j
  __devenv_todo=() # before they run: Ctrl-C does not bring them back
  for (( __devenv_j = 0; __devenv_j < ${#__devenv_t[@]}; __devenv_j += 2 )); do
    __devenv_command "${__devenv_t[__devenv_j]}" "${__devenv_t[__devenv_j + 1]}"
  done
}

# Before 4.4 bash cannot say without a process whether a variable is exported:
# there one that has a value counts as exported.
if (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404 )); then
  __devenv_exported() { [[ ${!1@a} == *x* ]]; }
else
  __devenv_exported() { :; }
fi

# --- changes, and the process that looks at them -------------------------------

__devenv_stale() {
  local __devenv_c
  for __devenv_c in ${__devenv_checks[@]+"${__devenv_checks[@]}"}; do
    if "$__devenv_c"; then return 0; fi
  done
  return 1
}

__devenv_current() {
  local __devenv_g
  for __devenv_g in ${__devenv_gens[@]+"${__devenv_gens[@]}"}; do
    [[ -e $__devenv_g ]] || return 1
  done
}

# Which directories have changed.
__devenv_look() {
  local __devenv_j __devenv_d
  [[ -z ${DEVENV_OFF-}${DEVENV_HOLD-}$__devenv_silent ]] || return 0
  for (( __devenv_j = 0; __devenv_j < ${#__devenv_checks[@]}; __devenv_j++ )); do
    if "${__devenv_checks[__devenv_j]}"; then
      __devenv_change "${__devenv_gens[__devenv_j]}" "${__devenv_dirs[__devenv_j]}" || :
    fi
  done
  if [[ -z $__devenv_known && $PWD == /* ]] && __devenv_marked "${PWD%/}"; then # one may just have been written
    [[ ${__devenv_unknown[0]-} == "$PWD" ]] ||
      __devenv_unknown=("$PWD" ${__devenv_unknown[@]+"${__devenv_unknown[@]}"})
  fi
  for __devenv_d in ${__devenv_unknown[@]+"${__devenv_unknown[@]}"}; do
    if __devenv_change "$__devenv_d" "$__devenv_d"; then __devenv_say "new $__devenv_d" "preparing ${__devenv_d##*/} (\`devenv wait\` waits for it)"; fi
  done
}

# ID DIR: DIR has changed. False if someone looks at that already: the ID is the
# generation, so that a new one may be asked about at once.
__devenv_change() {
  local __devenv_a
  for __devenv_a in ${__devenv_asked[@]+"${__devenv_asked[@]}"}; do
    [[ $__devenv_a != "$1" ]] || return 1
  done
  __devenv_asked+=("$1")
  __devenv_changed+=("$2")
}

# The subshell keeps the process out of the job table and leaves $! alone.
__devenv_ask() {
  local __devenv_exe=$__devenv_devenv
  [[ -x $__devenv_exe ]] || __devenv_exe=devenv
  __devenv_asked_at=$SECONDS
  (command "$__devenv_exe" hook-event -- "${__devenv_changed[@]}" </dev/null >/dev/null 2>&1 &)
  __devenv_changed=()
}

# --- words ---------------------------------------------------------------------

# ID TEXT: one line, once for each ID.
__devenv_say() {
  local __devenv_a
  for __devenv_a in ${__devenv_said[@]+"${__devenv_said[@]}"}; do
    [[ $__devenv_a != "$1" ]] || return 0
  done
  __devenv_said+=("$1")
  __devenv_lines+=("devenv: ${2//[[:cntrl:]]/?}")
}

__devenv_speak() {
  local __devenv_l
  if [[ -z ${DEVENV_QUIET-} ]]; then
    for __devenv_l in "${__devenv_lines[@]}"; do
      if (( ${COLUMNS:-0} > 20 && ${#__devenv_l} > ${COLUMNS:-0} )); then __devenv_l=${__devenv_l:0:COLUMNS-3}...; fi
      printf '%s\n' "$__devenv_l" >&2
    done
  fi
  __devenv_lines=()
}

# --- installation ----------------------------------------------------------------

# Goes first in PROMPT_COMMAND, whatever that is, once, and not to children.
__devenv_install() {
  local __devenv_a __devenv_kind=
  for __devenv_a in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
    [[ $__devenv_a != *__devenv_prompt* ]] || return 0
  done
  if (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501 )) && [[ -n ${PROMPT_COMMAND[*]+x} ]]; then
    __devenv_kind=${PROMPT_COMMAND@a}
  fi
  if [[ $__devenv_kind == *a* && $__devenv_kind != *r* ]]; then
    PROMPT_COMMAND=(__devenv_prompt "${PROMPT_COMMAND[@]}")
  elif ! export -n "PROMPT_COMMAND=__devenv_prompt${PROMPT_COMMAND:+;$PROMPT_COMMAND}" 2>/dev/null; then
    __devenv_say readonly "PROMPT_COMMAND is read-only here: set DEVENV_HOOK_CD=1 before the hook is sourced, and cd will do it"
    __devenv_speak
  fi
}

# With DEVENV_HOOK_CD=1 the environment is there on the same line: cd p && make.
__devenv_moved() {
  local __devenv_silent=
  (( ! BASH_SUBSHELL )) || __devenv_silent=1
  __devenv_hook || :
}

__devenv_install_cd() {
  declare -F cd >/dev/null || cd() { builtin cd "$@" && { __devenv_moved; :; }; }
  declare -F pushd >/dev/null || pushd() { builtin pushd "$@" && { __devenv_moved; :; }; }
  declare -F popd >/dev/null || popd() { builtin popd "$@" && { __devenv_moved; :; }; }
}

case $- in
  *i*)
    __devenv_install
    if [[ -n ${DEVENV_HOOK_CD-} ]]; then __devenv_install_cd; fi
    ;;
esac

if [[ -n $__devenv_allexport ]]; then \set -a; fi
if [[ -n $__devenv_aliases ]]; then \shopt -s expand_aliases; fi
