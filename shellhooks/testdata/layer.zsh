# the environment of node 24.21.0?, go
__devenv_enter_0123456789abcdfg() {
__devenv_commands '/home/me/it'\''s' 'make up' 'make down'
[[ -z ${A+x} ]] || __devenv_keep A
[[ -z ${B+x} ]] || __devenv_keep B
[[ -z ${C+x} ]] || __devenv_keep C
[[ -z ${GOROOT+x} ]] || __devenv_hide GOROOT
__devenv_extend MANPATH
__devenv_extend PATH
__devenv_export A=$'two\012lines' B='' C=$'\377' MANPATH='/man:'"$__devenv_rest_MANPATH" PATH='/s/envs/0123456789abcdfg/bin:/node/bin'"$__devenv_rest_PATH" DEVENV_LAYERS="${DEVENV_LAYERS:+$DEVENV_LAYERS:}0123456789abcdfg" || :
__devenv_did+=:.:
}
__devenv_leave_0123456789abcdfg() {
__devenv_commands '/home/me/it'\''s' 'make up' 'make down'
if [[ -n ${DEVENV_OLD_0123456789abcdfg_A+x}${__devenv_old_0123456789abcdfg_A+x} ]]; then __devenv_restore A $'two\012lines'
elif [[ ${A-} == $'two\012lines' && $__devenv_did != *:A:* ]]; then __devenv_assign -u A; fi
if [[ -n ${DEVENV_OLD_0123456789abcdfg_B+x}${__devenv_old_0123456789abcdfg_B+x} ]]; then __devenv_restore B ''
elif [[ ${B-} == '' && $__devenv_did != *:B:* ]]; then __devenv_assign -u B; fi
if [[ -n ${DEVENV_OLD_0123456789abcdfg_C+x}${__devenv_old_0123456789abcdfg_C+x} ]]; then __devenv_restore C $'\377'
elif [[ ${C-} == $'\377' && $__devenv_did != *:C:* ]]; then __devenv_assign -u C; fi
[[ -z ${DEVENV_OLD_0123456789abcdfg_GOROOT+x}${__devenv_old_0123456789abcdfg_GOROOT+x} ]] || __devenv_show GOROOT
__devenv_remove MANPATH '/man' ''
__devenv_remove PATH '/s/envs/0123456789abcdfg/bin' '/node/bin'
__devenv_did+=:.:
}
__devenv_paths_0123456789abcdfg() {
__devenv_front MANPATH '/man' ''
__devenv_front PATH '/s/envs/0123456789abcdfg/bin' '/node/bin'
__devenv_did+=:.:
}
