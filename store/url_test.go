package store

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	none := map[string]string{}
	for text, want := range map[string]URL{
		"":                                  {Auto, "", none},
		"auto":                              {Auto, "", none},
		"daemon":                            {Daemon, "", none},
		"unix:///run/nix.sock":              {Daemon, "/run/nix.sock", none},
		"local":                             {Local, "", none},
		"local?root=/a&store=/b":            {Local, "", map[string]string{"root": "/a", "store": "/b"}},
		"local:///a%20b":                    {Local, "/a b", none},
		"/a/../b?state=/c":                  {Local, "/b", map[string]string{"state": "/c"}},
		"dummy://":                          {Dummy, "", none},
		"file:///srv/cache/?priority=10":    {File, "/srv/cache", map[string]string{"priority": "10"}},
		"https://cache.example/":            {HTTP, "https://cache.example", none},
		"http://127.0.0.1:80/a?trusted=1":   {HTTP, "http://127.0.0.1:80/a", map[string]string{"trusted": "1"}},
		"s3://bucket/p?region=r&endpoint=e": {S3, "bucket/p", map[string]string{"region": "r", "endpoint": "e"}},
		"ssh-ng://me@host:22?ssh-key=/k":    {SSH, "me@host:22", map[string]string{"ssh-key": "/k"}},
	} {
		got, err := ParseURL(text)
		if err != nil || got.Kind != want.Kind || got.Target != want.Target || !maps.Equal(got.Params, want.Params) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, err := ParseURL(got.String()); err != nil || again.String() != got.String() || again.Target != want.Target {
			t.Errorf("%q prints as %q, which is %+v, %v", text, got, again, err)
		}
	}
	for text, why := range map[string]string{
		"dir":                        "not known",
		"./dir":                      "absolute",
		"file://dir":                 "absolute",
		"ftp://host":                 "not known",
		"dummy://x":                  "not known",
		"https://":                   "no host",
		"https:///path":              "no host",
		"ssh-ng://-oProxyCommand=id": "no host",
		"ssh-ng://me@-oX":            "no host",
		"ssh://host":                 "ssh-ng",
		"local?root=%zz":             "escape",
		"file:///%zz":                "escape",
	} {
		u, err := ParseURL(text)
		if _, ok := errors.AsType[*URLError](err); !ok || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %+v, %v", text, u, err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("local?root=/a")
	f.Add("s3://b/c?d=e")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseURL(text)
		if err != nil {
			return
		}
		if again, err := ParseURL(u.String()); err != nil || again.String() != u.String() {
			t.Errorf("%q is %+v and prints as %q, which is %+v, %v", text, u, u, again, err)
		}
	})
}
