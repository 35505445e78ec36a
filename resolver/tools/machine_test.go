package tools

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
)

// host is a Linux machine with files and an environment; programs are answered from told.
func host(files, env, told map[string]string) Host {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return Host{
		GOOS: "linux", GOARCH: "amd64", Home: "/home/u", Root: root,
		Getenv: func(name string) string { return env[name] },
		Run: func(_ context.Context, argv ...string) ([]byte, error) {
			if out, ok := told[strings.Join(argv, " ")]; ok {
				return []byte(out), nil
			}
			return nil, exec.ErrNotFound
		},
	}
}

func TestDetectMachine(t *testing.T) {
	glibc := map[string]string{"lib64/ld-linux-x86-64.so.2": ""}
	musl := map[string]string{"lib/ld-musl-x86_64.so.1": ""}
	both := map[string]string{}
	maps.Copy(both, glibc)
	maps.Copy(both, musl)
	tests := []struct {
		name, tool string
		files      map[string]string
		hint       string // "": supported
	}{
		{"debian", "node", glibc, ""},
		{"debian with musl-tools", "node", both, ""},
		{"alpine", "node", musl, "gcompat"},
		{"alpine", "python", musl, "gcompat"},
		{"alpine: go is static", "go", musl, ""},
		{"nixos", "node", map[string]string{"etc/NIXOS": ""}, "nix-ld"},
		{"nixos", "go", map[string]string{"etc/NIXOS": ""}, ""},
		{"nixos with nix-ld", "node", map[string]string{"etc/NIXOS": "", "lib64/ld-linux-x86-64.so.2": ""}, ""},
		{"nothing to see", "node", nil, ""},
	}
	for _, tt := range tests {
		m, err := DetectMachine(host(tt.files, nil, nil))
		if err != nil || m.System != "x86_64-linux" {
			t.Fatal(m, err)
		}
		err = m.Supports(builtin(t, tt.tool))
		var u *UnsupportedError
		if errors.As(err, &u) != (tt.hint != "") || (u != nil && !strings.Contains(u.Hint(), tt.hint)) {
			t.Errorf("%s: %s: %v", tt.name, tt.tool, err)
		}
	}
	for _, bad := range []Host{{GOOS: "windows", GOARCH: "amd64"}, {GOOS: "linux", GOARCH: "riscv64"}} {
		var u *UnsupportedError
		if _, err := DetectMachine(bad); !errors.As(err, &u) || u.Hint() == "" {
			t.Errorf("%s/%s: %v", bad.GOOS, bad.GOARCH, err)
		}
	}
}

// A loader that is a link out of the root (nix-ld makes one) is there.
func TestLoaderLink(t *testing.T) {
	root := fstest.MapFS{
		"etc/NIXOS":                  {},
		"lib64/ld-linux-x86-64.so.2": {Data: []byte("/nix/store/x/ld.so"), Mode: fs.ModeSymlink | 0o777},
	}
	if got := linuxLibc(root, "amd64"); got != "glibc" {
		t.Error(got)
	}
}

func TestNpmConfig(t *testing.T) {
	const asked = "npm config get registry"
	tests := []struct {
		name             string
		files, env, told map[string]string
		project          string
		want             string
	}{
		{name: "nothing", want: ""},
		{name: "npm itself", told: map[string]string{asked: "https://default.example/\n"}, want: "https://default.example"},
		{name: "npm says nonsense", told: map[string]string{asked: "undefined\n"}, want: ""},
		{name: "environment", env: map[string]string{"npm_config_registry": "https://e.example/npm/"},
			files: map[string]string{"home/u/.npmrc": "registry=https://u.example"}, want: "https://e.example/npm"},
		{name: "upper case", env: map[string]string{"NPM_CONFIG_REGISTRY": "http://127.0.0.1:4873"}, want: "http://127.0.0.1:4873"},
		{name: "user before global", files: map[string]string{
			"home/u/.npmrc": "; mine\nregistry = \"https://u.example/\" \n", "etc/npmrc": "registry=https://g.example"}, want: "https://u.example"},
		{name: "global", files: map[string]string{"usr/etc/npmrc": "registry=https://g.example ; why"}, want: "https://g.example"},
		{name: "prefix in the user's file", files: map[string]string{
			"home/u/.npmrc": "prefix=/opt/n", "opt/n/etc/npmrc": "registry=https://p.example"}, want: "https://p.example"},
		{name: "userconfig", env: map[string]string{"npm_config_userconfig": "/x/rc"},
			files: map[string]string{"x/rc": "registry=https://x.example", "home/u/.npmrc": "registry=https://u.example"}, want: "https://x.example"},
		{name: "variable", env: map[string]string{"HOST": "v.example"},
			files: map[string]string{"home/u/.npmrc": "registry=https://${HOST}/r"}, want: "https://v.example/r"},
		{name: "project", project: "/p", files: map[string]string{
			"p/.npmrc": "registry=https://p.example", "home/u/.npmrc": "registry=https://u.example"}, want: "https://p.example"},
		{name: "a project that may not decide", files: map[string]string{
			"p/.npmrc": "registry=https://p.example", "home/u/.npmrc": "registry=https://u.example"}, want: "https://u.example"},
	}
	for _, tt := range tests {
		h := host(tt.files, tt.env, tt.told)
		h.Project = tt.project
		c, err := detectNpm(t.Context(), h)
		if err != nil || c.Registry != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, c.Registry, err, tt.want)
		}
	}
}

func TestNpmAuthorization(t *testing.T) {
	files := map[string]string{"home/u/.npmrc": `
registry=https://r.example/npm/
@corp:registry=https://corp.example/
//r.example/npm/:_authToken=${TOKEN}
//corp.example/:_auth=dTpw
//old.example/:username=u
//old.example/:_password=cA==
`}
	c, err := detectNpm(t.Context(), host(files, map[string]string{"TOKEN": "s3cret"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.RegistryFor("@corp/x"); got != "https://corp.example" {
		t.Error(got)
	}
	for u, want := range map[string]string{
		"https://r.example/npm/node":             "Bearer s3cret",
		"https://r.example/npm/a/-/a-1.0.0.tgz":  "Bearer s3cret",
		"https://r.example/other":                "",
		"https://r.example.evil.example/npm/a":   "",
		"https://corp.example/@corp%2fx":         "Basic dTpw",
		"https://old.example/a":                  "Basic dTpw",
		"https://cdn.example/npm/a/-/a-1.0.0.tg": "",
	} {
		if got := c.Authorize(u).Get("Authorization"); got != want {
			t.Errorf("%s: %q, want %q", u, got, want)
		}
	}
}

func TestGoConfig(t *testing.T) {
	const asked = "go env -json GOPROXY GOSUMDB"
	told := map[string]string{asked: `{"GOPROXY":"https://t.example,direct","GOSUMDB":"sum.t.example"}`}
	tests := []struct {
		name             string
		files, env, told map[string]string
		want             GoConfig
	}{
		{name: "nothing"},
		{name: "go itself", told: told, want: GoConfig{"https://t.example,direct", "sum.t.example"}},
		{name: "file", told: told, files: map[string]string{"home/u/.config/go/env": "# x\nGOPROXY=https://f.example\n"},
			want: GoConfig{"https://f.example", "sum.t.example"}},
		{name: "environment", env: map[string]string{"GOPROXY": "https://e.example", "GOSUMDB": "off"},
			files: map[string]string{"home/u/.config/go/env": "GOPROXY=https://f.example\n"}, want: GoConfig{"https://e.example", "off"}},
		{name: "another file", env: map[string]string{"GOENV": "/x/env"}, files: map[string]string{"x/env": "GOPROXY=a\nGOPROXY=b\nGOSUMDB=c"},
			want: GoConfig{"a", "c"}},
		{name: "no file", env: map[string]string{"GOENV": "off"}, files: map[string]string{"home/u/.config/go/env": "GOPROXY=a"}},
	}
	for _, tt := range tests {
		got, err := detectGo(t.Context(), host(tt.files, tt.env, tt.told))
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestParseGoproxy(t *testing.T) {
	got, err := parseGoproxy("https://a.example/ | http://b.example:80/x,https://c.example,direct,https://never.example")
	want := []goproxy{{"https://a.example", true}, {"http://b.example:80/x", false}, {"https://c.example", false}}
	if err != nil || len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%v, %v", got, err)
	}
	for _, none := range []string{"", "off", "direct", "file:///srv/proxy", "off,https://a.example"} {
		if got, err := parseGoproxy(none); err == nil {
			t.Errorf("%q: %v", none, got)
		}
	}
}

func FuzzConfigFiles(f *testing.F) {
	f.Add("registry=https://x\n//h/:_authToken=${T}\n@s:registry='y'", "GOPROXY=a,b|c")
	f.Fuzz(func(t *testing.T, npmrc, goenv string) {
		for key := range parseNpmrc(npmrc, func(string) string { return "" }) {
			if strings.Contains(key, "\n") {
				t.Fatal("a key of two lines")
			}
		}
		for key, value := range parseGoEnv(goenv) {
			if key == "" || strings.Contains(value, "\n") {
				t.Fatalf("%q=%q", key, value)
			}
		}
		if list, err := parseGoproxy(goenv); err == nil && len(list) == 0 {
			t.Fatal("no proxy and no error")
		}
	})
}
