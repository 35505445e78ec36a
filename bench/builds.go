package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// buildExpr gives small derivations: 50 each of which needs the one before, and
// 50 that need nothing.
const buildExpr = `
let sh = name: attrs: script: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ]; } // attrs);
in {
  chain = builtins.foldl' (before: n: sh "chain-${toString n}" { inherit before; } "echo $before > $out") "" (builtins.genList (n: n) 50);
  wide = sh "wide" { all = builtins.genList (n: sh "wide-${toString n}" { } "echo ${toString n} > $out") 50; } "echo $all > $out";
}`

// builds measures building many small derivations beside real Nix.
func (s *site) builds(ctx context.Context, _ []*Contender, rounds int) (string, error) {
	t := table{title: "Building", header: []string{"", "Nix", "devenv"}}
	if _, err := exec.LookPath("nix-store"); err != nil {
		t.add("Nix", "not on this machine")
		return t.String(), nil
	}
	if err := os.MkdirAll(s.path("stores"), 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(s.path("stores", "builds.nix"), []byte(buildExpr), 0o644); err != nil {
		return "", err
	}
	const settings = " --option substitute false --option sandbox-paths /bin/sh=$(command -v busybox)"
	commands := []string{
		"nix-store --store $PWD/%s -r %s -j2 --option sandbox true" + settings,
		"devenv build -q --store $PWD/%s %s -j2 --no-link" + settings,
	}
	for _, attr := range []string{"chain", "wide"} {
		var took [2]samples
		for round := range rounds {
			for who, command := range commands {
				store := fmt.Sprintf("%s-%d-%d", attr, who, round)
				drv, err := s.storeOutput(ctx, "nix-instantiate --store $PWD/"+store+" builds.nix -A "+attr)
				if err != nil {
					return "", err
				}
				d, err := s.storeScript(ctx, fmt.Sprintf(command, store, drv), "")
				if err != nil {
					return "", fmt.Errorf("%s: %w", attr, err)
				}
				took[who].add(d)
			}
		}
		t.add(map[string]string{"chain": "50 derivations, each needs the one before", "wide": "50 derivations, two at a time"}[attr], took[0].millis(), took[1].millis())
	}
	t.note = "ms: median (p10), whole processes; builders are one `echo` of a static shell, in a sandbox. devenv has what it built on the disk before it is valid."
	return t.String(), nil
}

// storeOutput runs a script in the directory of stores and returns what it prints.
func (s *site) storeOutput(ctx context.Context, script string) (string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Dir = s.path("stores")
	cmd.Env = append(os.Environ(), "HOME="+s.path("stores"), "NIX_CONFIG=build-users-group =")
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
