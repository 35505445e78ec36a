# the environment of node 24.21.0?, go
function __devenv_enter_0123456789abcdfg
__devenv_commands '/home/me/it\'s' 'make up' 'make down'
if not contains -- + $__devenv_did
set -q A; and __devenv_keep A
set -q B; and __devenv_keep B
set -q C; and __devenv_keep C
set -q GOROOT; and __devenv_hide GOROOT
__devenv_extend MANPATH
__devenv_extend PATH
set -a __devenv_did +
end
set -gx A 'two
lines'
set -gx B ''
set -gx C ''\Xff''
set -gx MANPATH '/man:'"$__devenv_MANPATH_rest"
set -gx PATH '/s/envs/0123456789abcdfg/bin:/node/bin'"$__devenv_PATH_rest"
set -a __devenv_did .
end
function __devenv_leave_0123456789abcdfg
__devenv_commands '/home/me/it\'s' 'make up' 'make down'
if set -q DEVENV_OLD_0123456789abcdfg_A; or set -q __devenv_DEVENV_OLD_0123456789abcdfg_A
__devenv_restore A 'two
lines'
else if test x"$A" = x'two
lines'; and not contains -- A $__devenv_did
set -eg A
end
if set -q DEVENV_OLD_0123456789abcdfg_B; or set -q __devenv_DEVENV_OLD_0123456789abcdfg_B
__devenv_restore B ''
else if test x"$B" = x''; and not contains -- B $__devenv_did
set -eg B
end
if set -q DEVENV_OLD_0123456789abcdfg_C; or set -q __devenv_DEVENV_OLD_0123456789abcdfg_C
__devenv_restore C ''\Xff''
else if test x"$C" = x''\Xff''; and not contains -- C $__devenv_did
set -eg C
end
__devenv_show GOROOT
__devenv_remove MANPATH 2 '/man:'
__devenv_remove PATH 2 '/s/envs/0123456789abcdfg/bin:/node/bin'
set -a __devenv_did .
end
function __devenv_paths_0123456789abcdfg
__devenv_front MANPATH 2 '/man:'
__devenv_front PATH 2 '/s/envs/0123456789abcdfg/bin:/node/bin'
set -a __devenv_did .
end
