package tools

import (
	"context"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// NpmConfig is the part of npm's configuration that says where packages come from.
type NpmConfig struct {
	Registry string            // without a slash at its end; "" where nothing says it
	Scopes   map[string]string // "@scope": registry
	auth     map[string]string // "//host/path/:_authToken": value, and so on
}

// RegistryFor is the registry of a package: its scope's, else the common one.
func (c NpmConfig) RegistryFor(pkg string) string {
	if scope, _, ok := strings.Cut(pkg, "/"); ok {
		if r := c.Scopes[scope]; r != "" {
			return r
		}
	}
	return c.Registry
}

// Authorize gives the header that npm would send with a request for u: the credentials whose
// key is the longest leading part of the address, and none for any other host.
func (c NpmConfig) Authorize(u string) http.Header {
	parsed, err := url.Parse(u)
	if err != nil {
		return nil
	}
	key := "//" + parsed.Host + strings.TrimSuffix(parsed.Path, "/") + "/"
	for strings.Count(key, "/") > 2 {
		if v := c.credentials(key); v != "" {
			return http.Header{"Authorization": {v}}
		}
		key = key[:strings.LastIndex(strings.TrimSuffix(key, "/"), "/")+1]
	}
	return nil
}

func (c NpmConfig) credentials(key string) string {
	get := func(name string) string {
		if v := c.auth[key+":"+name]; v != "" {
			return v
		}
		return c.auth[strings.TrimSuffix(key, "/")+":"+name]
	}
	if token := get("_authToken"); token != "" {
		return "Bearer " + token
	}
	if basic := get("_auth"); basic != "" {
		return "Basic " + basic
	}
	user, password := get("username"), get("_password")
	if user == "" || password == "" {
		return ""
	}
	plain, err := base64.StdEncoding.DecodeString(password) // npm keeps it encoded
	if err != nil {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+string(plain)))
}

// detectNpm reads what npm reads, strongest first: the environment, the project's .npmrc, the
// user's, the global one. Where none of them names a registry npm itself is asked, if it is
// there: its built-in default is its own to tell.
func detectNpm(ctx context.Context, h Host) (NpmConfig, error) {
	c := NpmConfig{Scopes: map[string]string{}, auth: map[string]string{}}
	c.add(map[string]string{"registry": npmEnv(h, "registry")})
	prefix := npmEnv(h, "prefix")
	if prefix == "" {
		prefix = h.Getenv("PREFIX")
	}
	for _, file := range personalNpmrc(h) {
		settings := readNpmrc(h, file)
		c.add(settings)
		if prefix == "" {
			prefix = settings["prefix"]
		}
	}
	for _, file := range globalNpmrc(h, prefix) {
		c.add(readNpmrc(h, file))
	}
	if c.Registry == "" {
		out, err := h.Run(ctx, "npm", "config", "get", "registry")
		if err == nil {
			c.add(map[string]string{"registry": strings.TrimSpace(string(out))})
		}
	}
	return c, ctx.Err()
}

func personalNpmrc(h Host) []string {
	user := npmEnv(h, "userconfig")
	if user == "" {
		user = filepath.Join(h.Home, ".npmrc")
	}
	if h.Project == "" {
		return []string{user}
	}
	return []string{filepath.Join(h.Project, ".npmrc"), user}
}

// globalNpmrc is {prefix}/etc/npmrc. Where no prefix is set it is the directory that the
// node in use was installed below: the usual ones are looked at.
func globalNpmrc(h Host, prefix string) []string {
	if g := npmEnv(h, "globalconfig"); g != "" {
		return []string{g}
	}
	if prefix != "" {
		return []string{filepath.Join(prefix, "etc", "npmrc")}
	}
	return []string{"/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc", "/opt/homebrew/etc/npmrc"}
}

// readNpmrc gives the settings of a file; one that cannot be read has none.
func readNpmrc(h Host, file string) map[string]string {
	data, err := fs.ReadFile(h.Root, strings.TrimPrefix(filepath.ToSlash(file), "/"))
	if err != nil {
		return nil
	}
	return parseNpmrc(string(data), h.Getenv)
}

// npmEnv is a setting in the environment: npm takes the name in lower and in upper case.
func npmEnv(h Host, name string) string {
	for _, key := range []string{"npm_config_" + name, "NPM_CONFIG_" + strings.ToUpper(name)} {
		if v := h.Getenv(key); v != "" {
			return v
		}
	}
	return ""
}

// add takes over what is not set yet.
func (c *NpmConfig) add(settings map[string]string) {
	for key, value := range settings {
		switch {
		case value == "":
		case key == "registry":
			if c.Registry == "" && isHTTP(value) {
				c.Registry = strings.TrimSuffix(value, "/")
			}
		case strings.HasPrefix(key, "@") && strings.HasSuffix(key, ":registry"):
			scope := strings.TrimSuffix(key, ":registry")
			if c.Scopes[scope] == "" && isHTTP(value) {
				c.Scopes[scope] = strings.TrimSuffix(value, "/")
			}
		case strings.HasPrefix(key, "//"):
			if c.auth[key] == "" {
				c.auth[key] = value
			}
		}
	}
}

var npmrcVariable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\\*)\$\{([^${}?]+)(\?)?\}`) })

// parseNpmrc reads the ini file that npmrc(5) describes: key = value, comments with ; or #,
// quotes, ${VAR} and ${VAR?} from the environment (in keys as well). The first value of a key
// that is given twice is dropped, as npm does. Sections and arrays mean nothing for registries.
func parseNpmrc(text string, getenv func(string) string) map[string]string {
	settings := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == ';' || line[0] == '#' || line[0] == '[' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		key = npmrcExpand(npmrcUnquote(key), getenv)
		settings[key] = npmrcExpand(npmrcUnquote(value), getenv)
	}
	return settings
}

// npmrcUnquote takes quotes off, or cuts a comment that follows an unquoted value.
func npmrcUnquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	if at := strings.IndexAny(s, ";#"); at >= 0 && (at == 0 || s[at-1] != '\\') {
		s = strings.TrimSpace(s[:at])
	}
	return strings.NewReplacer(`\;`, ";", `\#`, "#").Replace(s)
}

// npmrcExpand leaves a variable that is not set as it stands; one with ? becomes nothing.
func npmrcExpand(s string, getenv func(string) string) string {
	return npmrcVariable().ReplaceAllStringFunc(s, func(m string) string {
		g := npmrcVariable().FindStringSubmatch(m)
		if len(g[1])%2 == 1 {
			return m
		}
		if v := getenv(g[2]); v != "" || g[3] != "" {
			return g[1] + v
		}
		return m
	})
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}
