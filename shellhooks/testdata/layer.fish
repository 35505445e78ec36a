# the environment of node 24.21.0?, go
__devenv_commands '/home/me/it\'s' 'make up' 'make down'
__devenv_set 'A' 'two
lines'
__devenv_set 'B' ''
__devenv_set 'C' ''\Xff''
__devenv_unset 'GOROOT'
__devenv_prepend 'MANPATH' '/man' ''
__devenv_prepend 'PATH' '/s/envs/0123456789abcdfg/bin' '/node/bin'
__devenv_end
