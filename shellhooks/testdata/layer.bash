# the environment of node 24.21.0?, go
__devenv_enter_0123456789abcdfg() {
__devenv_commands '/home/me/it'\''s' 'make up' 'make down'
[[ -z ${A+x} ]] || __devenv_keep A
[[ -z ${B+x} ]] || __devenv_keep B
[[ -z ${C+x} ]] || __devenv_keep C
[[ -z ${GOROOT+x} ]] || __devenv_hide GOROOT
[[ -z ${MANPATH+x} ]] || __devenv_exported MANPATH || __devenv_local_0123456789abcdfg_MANPATH=1
[[ -z ${PATH+x} ]] || __devenv_exported PATH || __devenv_local_0123456789abcdfg_PATH=1
\export A=$'two\012lines' B='' C=$'\377' MANPATH='/man:'"${MANPATH+:$MANPATH}" PATH='/s/envs/0123456789abcdfg/bin:/node/bin'"${PATH+:$PATH}" DEVENV_LAYERS="${DEVENV_LAYERS:+$DEVENV_LAYERS:}0123456789abcdfg" || :
__devenv_did+=:.:
}
__devenv_leave_0123456789abcdfg() {
__devenv_commands '/home/me/it'\''s' 'make up' 'make down'
if [[ -n ${DEVENV_OLD_0123456789abcdfg_A+x}${__devenv_old_0123456789abcdfg_A+x} ]]; then __devenv_restore A $'two\012lines'
elif [[ ${A-} == $'two\012lines' && $__devenv_did != *:A:* ]]; then \unset -v A || :; fi
if [[ -n ${DEVENV_OLD_0123456789abcdfg_B+x}${__devenv_old_0123456789abcdfg_B+x} ]]; then __devenv_restore B ''
elif [[ ${B-} == '' && $__devenv_did != *:B:* ]]; then \unset -v B || :; fi
if [[ -n ${DEVENV_OLD_0123456789abcdfg_C+x}${__devenv_old_0123456789abcdfg_C+x} ]]; then __devenv_restore C $'\377'
elif [[ ${C-} == $'\377' && $__devenv_did != *:C:* ]]; then \unset -v C || :; fi
[[ -z ${DEVENV_OLD_0123456789abcdfg_GOROOT+x}${__devenv_old_0123456789abcdfg_GOROOT+x} ]] || __devenv_show GOROOT
__devenv_v='/man::'
if [[ ${MANPATH-} == "$__devenv_v"* && -z ${__devenv_local_0123456789abcdfg_MANPATH+x} && $__devenv_did != *:MANPATH:* ]]; then
\export MANPATH="${MANPATH#"$__devenv_v"}" || :; __devenv_did+=MANPATH:
else __devenv_remove MANPATH '/man' ''; fi
__devenv_v='/s/envs/0123456789abcdfg/bin:/node/bin:'
if [[ ${PATH-} == "$__devenv_v"* && -z ${__devenv_local_0123456789abcdfg_PATH+x} && $__devenv_did != *:PATH:* ]]; then
\export PATH="${PATH#"$__devenv_v"}" || :; __devenv_did+=PATH:
else __devenv_remove PATH '/s/envs/0123456789abcdfg/bin' '/node/bin'; fi
__devenv_did+=:.:
}
__devenv_paths_0123456789abcdfg() {
__devenv_front MANPATH '/man' ''
__devenv_front PATH '/s/envs/0123456789abcdfg/bin' '/node/bin'
__devenv_did+=:.:
}
