__devenv_check_a74732e19b826dab() {
[[ ! -e '/s/roots/home/me/it'\''s/@env/gen-7' ||
'/home/me/it'\''s/go.mod' -nt '/ref/0' || '/home/me/it'\''s/go.mod' -ot '/ref/0' || ! -e '/home/me/it'\''s/go.mod' ||
'/home/me/it'\''s/.nvmrc' -nt '/ref/1' || '/home/me/it'\''s/.nvmrc' -ot '/ref/1' || ! -e '/home/me/it'\''s/.nvmrc' ||
-e '/home/me/it'\''s/devenv.toml' ||
( ( '/up' -nt '/ref/3' || '/up' -ot '/ref/3' || ! -e '/up' ) && ( -e '/up/1' || -e '/up/2' || -e '/up/3' || -e '/up/4' || -e '/up/5' ) ) ]]
}
__devenv_layer '2' '/home/me/it'\''s' '/s/roots/home/me/it'\''s/@env/gen-7' '__devenv_check_a74732e19b826dab' '0123456789abcdfg' '1' 'ready' 'node 24.21.0' || return 0
__devenv_did+=:.:
