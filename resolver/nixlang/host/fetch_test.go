package host_test

import (
	"context"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// mounting is a Fetcher that lays a directory where a fetched tree would be.
type mounting struct {
	eval.Fetcher
	host *host.Host
	dir  string
}

const mounted = "/nix/store/y0y0y0y0y0y0y0y0y0y0y0y0y0y0y0y0-source"

func (m *mounting) FetchURL(context.Context, eval.FetchURL) (string, error) {
	m.host.Mount(host.Mount{At: mounted, Dir: m.dir, Immutable: true})
	return mounted, nil
}

// TestFetched holds that what was fetched can be read, that restricted mode asks
// first, and that what is not locked makes a read set stale.
func TestFetched(t *testing.T) {
	dir := project(t, map[string]string{"default.nix": "import ./x.nix", "x.nix": "42"})
	for _, c := range []struct {
		opts  host.Options
		expr  string
		want  string
		stale bool
	}{
		{host.Options{}, `import (fetchTarball "https://a/b")`, "", true},
		{host.Options{Mode: host.Restricted, AllowedURIs: []string{"https://a/"}}, `import (fetchTarball "https://a/b")`, "", true},
		{host.Options{Mode: host.Restricted}, `import (fetchTarball "https://a/b")`, "access to URI 'https://a/b' is forbidden", false},
		{
			host.Options{Mode: host.Pure},
			`import (fetchTarball { url = "https://a/b"; sha256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; })`, "", false,
		},
	} {
		c.opts.Record = true
		h := host.New(c.opts)
		h.Fetcher = &mounting{h.Fetcher, h, dir}
		ev := eval.New(eval.Options{Host: h})
		v, err := ev.Expr("«test»", c.expr, "/")
		text := ""
		if err == nil {
			text, err = ev.Print(v, true)
		}
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.expr, err)
			}
			continue
		}
		if err != nil || text != "42" {
			t.Errorf("%s: %s %v", c.expr, text, err)
		}
		if item, changed := h.Changed(h.Reads(), nil); changed != c.stale {
			t.Errorf("%s: %v %s", c.expr, changed, item)
		}
	}
}
