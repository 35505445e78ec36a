package tools

import (
	"context"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
)

// GoConfig is the part of the go command's configuration that says where modules come from.
// An empty field is one that nobody has set and no go command was there to ask.
type GoConfig struct {
	Proxy string // GOPROXY: a list with , and |
	SumDB string // GOSUMDB: name[+key] [url], or off
}

// detectGo asks, strongest first: the environment, the file that `go env -w` writes, and the
// go command itself where it is there, whose defaults are its own to tell. GOPRIVATE and
// GONOSUMDB are not read: the go command does not let them exempt toolchains from the
// checksum database either.
func detectGo(ctx context.Context, h Host) (GoConfig, error) {
	c := GoConfig{Proxy: h.Getenv("GOPROXY"), SumDB: h.Getenv("GOSUMDB")}
	if file := goEnvFile(h); file != "" {
		if data, err := fs.ReadFile(h.Root, strings.TrimPrefix(filepath.ToSlash(file), "/")); err == nil {
			c.fill(parseGoEnv(string(data)))
		}
	}
	if c.Proxy != "" && c.SumDB != "" {
		return c, nil
	}
	out, err := h.Run(ctx, "go", "env", "-json", "GOPROXY", "GOSUMDB")
	if err != nil {
		return c, ctx.Err()
	}
	var told map[string]string
	if json.Unmarshal(out, &told) == nil {
		c.fill(told)
	}
	return c, nil
}

func (c *GoConfig) fill(settings map[string]string) {
	if c.Proxy == "" {
		c.Proxy = settings["GOPROXY"]
	}
	if c.SumDB == "" {
		c.SumDB = settings["GOSUMDB"]
	}
}

// goEnvFile is os.UserConfigDir()/go/env of the host, or what GOENV says; "" when it is off.
func goEnvFile(h Host) string {
	switch v := h.Getenv("GOENV"); {
	case v == "off":
		return ""
	case v != "":
		return v
	case h.GOOS == "darwin":
		return filepath.Join(h.Home, "Library", "Application Support", "go", "env")
	}
	dir := h.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		dir = filepath.Join(h.Home, ".config")
	}
	return filepath.Join(dir, "go", "env")
}

// parseGoEnv reads KEY=value lines; lines that are none are comments to the go command too.
func parseGoEnv(text string) map[string]string {
	settings := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if ok && key != "" && key[0] >= 'A' && key[0] <= 'Z' {
			if _, twice := settings[key]; !twice {
				settings[key] = value
			}
		}
	}
	return settings
}
