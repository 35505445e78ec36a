package fetch

import (
	"path"
	"strings"

	"devenv/resolver/flakeref"
)

// Tokens reads the words of nix.conf's access-tokens: HOST=TOKEN,
// HOST/OWNER=TOKEN. What has another form is left out.
func Tokens(words []string) map[string]string {
	tokens := map[string]string{}
	for _, word := range words {
		if where, token, ok := strings.Cut(word, "="); ok && where != "" && token != "" {
			tokens[strings.TrimSuffix(where, "/")] = token
		}
	}
	return tokens
}

// token is the access token for a repository: the one of the longest of host,
// host/owner and host/owner/repo that has one.
func (f *Fetcher) token(host string, ref flakeref.Ref) string {
	for _, name := range []string{path.Join(host, ref.Text("owner"), ref.Text("repo")), path.Join(host, ref.Text("owner")), host} {
		if token := f.opt.Tokens[name]; token != "" {
			return token
		}
	}
	return ""
}
