package main

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"devenv/env"
)

// derivation writes a project with a shell.nix whose bash is in the store.
func (m *machine) derivation() string {
	m.Helper()
	dir := m.write("src/drv/shell.nix", `derivation {
  name = "shell"; system = builtins.currentSystem; builder = "${./tools}/bash"; outputs = [ "out" ];
  stdenv = "${./stdenv}"; hi = "${./hi}"; COLOUR = "blue"; shellHook = "export HOOK=\"$out\"; PATH=$PWD/local:$PATH";
}`)
	m.write("src/drv/stdenv/setup", "export PATH=$hi/bin\nlist=(a 'b c')\n")
	m.write("src/drv/hi/bin/hi", "#!/bin/sh\necho hi\n")
	m.write("src/drv/local/here", "#!/bin/sh\necho here\n")
	m.mkdir("src/drv/tools")
	for _, argv := range [][]string{
		{"cp", need(m.TB, "bash-static"), dir + "/tools/bash"}, {"chmod", "+x", dir + "/hi/bin/hi", dir + "/local/here"},
	} {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			m.Fatalf("%s: %v", out, err)
		}
	}
	m.vars["NIX_CONFIG"] = "substitute = false"
	return dir
}

// The user's own shell has a derivation's environment, behind an rc file that
// sets PATH anew, and wherever it goes.
func TestDevelopDerivation(t *testing.T) {
	reset := map[env.Shell]string{
		env.Bash: "export PATH=/usr/bin:/bin\n", env.Zsh: "export PATH=/usr/bin:/bin\n", env.Fish: "set -gx PATH /usr/bin /bin\n",
	}
	everywhere(t, func(t *testing.T, shell env.Shell) {
		m := newMachine(t)
		dir := m.derivation()
		other := m.write("src/other/.nvmrc", "20\n")
		m.vars["SHELL"] = need(t, string(shell))
		m.rc(shell, reset[shell])
		s := m.openWith(shell, m.program, "develop", "-C", dir, "--file", dir+"/shell.nix")
		s.expect("pwd", dir)
		for range 2 {
			s.expect("hi", "hi")
			s.expect("here", "here")
			s.expect("printenv COLOUR", "blue")
			s.expect("printenv IN_NIX_SHELL", "impure")
			s.expect("printenv SHELL", m.vars["SHELL"])
			s.expect("printenv stdenv out name DEVENV_FRONT TMPDIR || echo none", "none")
			s.run("cd " + other)
		}
	})
}

// Where the store is at its place nothing stands between the user and the shell:
// the process itself becomes the command. It may be a daemon's store.
func TestDevelopDerivationInPlace(t *testing.T) {
	t.Parallel()
	const daemon = `
nix-daemon --option build-users-group "" --option sandbox false >../daemon.log 2>&1 </dev/null &
echo $! >../daemon.pid
while ! test -S /nix/var/nix/daemon-socket/socket; do sleep 0.05; done`
	for _, tt := range []struct{ store, before string }{{"local", ""}, {"daemon", daemon}} {
		t.Run(tt.store, func(t *testing.T) {
			m := newMachine(t)
			need(t, "nix-daemon")
			dir := m.derivation()
			delete(m.vars, "DEVENV_STORE")
			t.Cleanup(func() {
				if tt.before != "" {
					exec.Command("kill", strings.TrimSpace(m.read("src/daemon.pid"))).Run()
				}
			})
			before := "test -d /nix || mkdir /nix\nmount --bind '" + m.mkdir("nix") + "' /nix\n" + tt.before
			m.unshared("m", dir, before, m.program, "develop", "--store", tt.store, "--file", "shell.nix", "-c",
				"sh", "-c", `hi; ls -l /proc/$$/fd | grep -c devenv-; cut -d ' ' -f 4 /proc/$$/stat`).ok().
				prints(`^hi\n0\n` + strconv.Itoa(os.Getpid()) + `\n$`)
		})
	}
}
