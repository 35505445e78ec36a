__devenv_check_a74732e19b826dab() {
[[ ! -e '/s/roots/home/me/it'\''s/@env/gen-7' ||
'/home/me/it'\''s/go.mod' -nt '/ref/0' || '/home/me/it'\''s/go.mod' -ot '/ref/0' ||
'/home/me/it'\''s/.nvmrc' -nt '/ref/1' || '/home/me/it'\''s/.nvmrc' -ot '/ref/1' ||
( ( '/home/me/it'\''s' -nt '/ref/2' || '/home/me/it'\''s' -ot '/ref/2' ) && ( -e '/home/me/it'\''s/devenv.toml' ) ) ]]
}
__devenv_layer '2' '/home/me/it'\''s' '/s/roots/home/me/it'\''s/@env/gen-7' '__devenv_check_a74732e19b826dab' '0123456789abcdfg' '1' 'ready' 'node 24.21.0' || return 0
__devenv_did+=:.:
