package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// installMise gives the mise of the npm registry that this machine is
// configured for, kept in the user's cache directory.
func installMise(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "devenv-bench", "mise")
	program := filepath.Join(dir, "node_modules/@jdxcode/mise/bin/mise")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	install := exec.CommandContext(ctx, "npm", "install", "--no-fund", "--no-audit", "--prefix", dir, "@jdxcode/mise")
	if text, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm did not install it: %w: %s", err, lastLine(string(text)))
	}
	if _, err := os.Stat(program); err != nil {
		return "", fmt.Errorf("npm installed no program: %s", strings.TrimPrefix(err.Error(), "stat "))
	}
	return program, nil
}
