package main

import (
	"os/exec"
	"testing"
)

// output runs a program and returns what it printed.
func output(t testing.TB, argv ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	out, err := cmd.Output()
	if err != nil {
		var stderr []byte
		if exit, ok := err.(*exec.ExitError); ok {
			stderr = exit.Stderr
		}
		t.Fatalf("%q: %v\n%s%s", argv, err, out, stderr)
	}
	return string(out)
}
