# The builder of an environment's derivation: bash in the state in which it would
# build, printed to the first output. The others are empty.
set -e
if [[ -e $NIX_ATTRS_SH_FILE ]]; then source "$NIX_ATTRS_SH_FILE"; fi
export IN_NIX_SHELL=impure dontAddDisableDepTrack=1
if [[ -n $stdenv ]]; then source "$stdenv/setup"; fi

# All that is known before there is anything of this script's own.
__devenv_variables=$(declare -p)
__devenv_functions=$(declare -F)
set +u

# What is printed are words, each with a NUL behind it, which no value of bash has.
__devenv_say() { builtin printf '%s\0' "$@"; }

# A variable: its kind, its name, and its value, or how many values there are and
# those. Kinds are those of exactly one attribute; what is integer, read-only or
# exported as well has none.
__devenv_variable() {
  case $1 in
    -x) __devenv_say exported "$2" "${!2}" ;;
    --) __devenv_say var "$2" "${!2}" ;;
    -a)
      local -n __devenv_array=$2
      __devenv_say array "$2" "${#__devenv_array[@]}" ${__devenv_array[@]+"${__devenv_array[@]}"}
      ;;
    -A)
      local -n __devenv_array=$2
      __devenv_say associative "$2" "${#__devenv_array[@]}"
      if ((${#__devenv_array[@]})); then
        __devenv_say "${!__devenv_array[@]}" "${__devenv_array[@]}"
      fi
      ;;
  esac
}

__devenv_capture() {
  __devenv_say 'devenv shell 1'
  local -A __devenv_seen=()
  local __devenv_line __devenv_name
  while IFS= read -r __devenv_line; do
    [[ $__devenv_line =~ ^declare\ (-[-xaA])\ ([A-Za-z_][A-Za-z_0-9]*)(=|$) ]] || continue
    __devenv_name=${BASH_REMATCH[2]}
    case $__devenv_name in
      # What bash itself keeps, and what is different each time.
      _ | BASH_* | COMP_* | DIRSTACK | EPOCHREALTIME | EPOCHSECONDS | EUID | FUNCNAME | GROUPS | HISTCMD | HOSTNAME | PIPESTATUS | PWD | RANDOM | SECONDS | SHLVL) continue ;;
    esac
    # An old bash prints a value's lines as they are: one may look like this.
    [[ -z ${__devenv_seen[$__devenv_name]} ]] || continue
    declare -p "$__devenv_name" &>/dev/null || continue
    __devenv_seen[$__devenv_name]=1
    __devenv_variable "${BASH_REMATCH[1]}" "$__devenv_name"
  done <<<"$__devenv_variables"

  while IFS= read -r __devenv_line; do
    [[ $__devenv_line == 'declare -f '* ]] || continue
    __devenv_name=${__devenv_line#declare -f }
    __devenv_say function "$__devenv_name"
    declare -f "$__devenv_name"
    __devenv_say ''
  done <<<"$__devenv_functions"

  if [[ -e $NIX_ATTRS_SH_FILE ]]; then
    __devenv_say attributes "$(<"$NIX_ATTRS_SH_FILE")" "$(<"$NIX_ATTRS_JSON_FILE")"
  fi
  __devenv_say end
}

# The outputs are a table of names and paths, or names of variables with paths.
__devenv_outputs() {
  if [[ -e $NIX_ATTRS_SH_FILE ]]; then
    __devenv_paths=("${outputs[@]}")
    return
  fi
  local - IFS=$' \t\n' __devenv_name
  set -f
  __devenv_paths=()
  for __devenv_name in ${outputs-out}; do
    __devenv_paths+=("${!__devenv_name}")
  done
}

__devenv_outputs
__devenv_capture >"${__devenv_paths[0]}"
for __devenv_path in "${__devenv_paths[@]:1}"; do
  : >"$__devenv_path"
done
