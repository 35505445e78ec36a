function __devenv_check_a74732e19b826dab
test ! -e '/s/roots/home/me/it\'s/@env/gen-7' -o \
'/home/me/it\'s/go.mod' -nt '/ref/0' -o '/home/me/it\'s/go.mod' -ot '/ref/0' -o \
'/home/me/it\'s/.nvmrc' -nt '/ref/1' -o '/home/me/it\'s/.nvmrc' -ot '/ref/1' -o \
-e '/home/me/it\'s/devenv.toml' -o \
\( \( '/up' -nt '/ref/3' -o '/up' -ot '/ref/3' \) -a \( -e '/up/1' -o -e '/up/2' -o -e '/up/3' -o -e '/up/4' -o -e '/up/5' \) \)
end
__devenv_layer '2' '/home/me/it\'s' '/s/roots/home/me/it\'s/@env/gen-7' '__devenv_check_a74732e19b826dab' '0123456789abcdfg' '1' 'ready' 'node 24.21.0'; or return 0
set -a __devenv_did .
