__devenv_layer '1' '/home/me/it\'s' '/s/roots/home/me/it\'s/@env/gen-7' '0123456789abcdfg' '1' 'ready' 'node 24.21.0'; or return 0
__devenv_watch '/home/me/it\'s/go.mod' '/ref/0' '/home/me/it\'s/.nvmrc' '/ref/1'
__devenv_absent '/home/me/it\'s' '/ref/2' '/home/me/it\'s/devenv.toml'
__devenv_end
