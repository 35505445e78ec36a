package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"devenv/env"
)

// The promise, with real toolchains: enter, and the right Node is there; leave,
// and everything is as before.
func TestShellEnterAndLeave(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		m := newMachine(t)
		old, current := m.example("node-20"), m.example("node-24")
		s := m.open(shell)
		s.cd("/")
		which, before := s.ask("command -v node"), s.everything()

		s.cd(old)
		s.wait()
		s.expect("node --version", `v20\.\d+\.\d+`)
		s.run("cd ../node-24")
		s.wait()
		s.expect("node --version", `v24\.\d+\.\d+`)
		s.expect("npm --version", `\d+\.\d+\.\d+`)
		s.run("cd /")
		s.expect("command -v node", which)
		s.unchanged(before, s.everything())

		// Known projects need no wait, from a directory within them either.
		os.Mkdir(current+"/sub", 0o755)
		s.run("cd " + old)
		s.expect("node --version", `v20\.\d+\.\d+`)
		s.run("cd " + current + "/sub")
		s.expect("node --version", `v24\.\d+\.\d+`)
		s.run("cd /")
		s.unchanged(before, s.everything())

		// The machine's store is shared: another test may just add the same tree,
		// or have added it, so that there is nothing to prepare.
		lines := 2
		s.once(`^devenv: node 20\.`)
		s.once(`^devenv: node 24\.`)
		for _, name := range []string{"node-20", "node-24"} {
			n := s.count(`^devenv: preparing ` + name + ` `)
			if n > 1 {
				t.Errorf("%s is prepared %d times", name, n)
			}
			lines += n
		}
		said := slices.DeleteFunc(s.said(), func(line string) bool { return strings.Contains(line, "waiting for another process") })
		if len(said) != lines {
			t.Errorf("%d lines, want %d: %q", len(said), lines, said)
		}
	})
}

// Layers: a project in a project, one beside it, an edit, an edit that fails.
func TestShellProjects(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		m, _ := newFakeMachine(t, 0)
		outer := m.write("src/outer/devenv.toml", "[tools]\nnode = \"20\"\n[env]\nCOLOUR = \"it's $blue\"\nPATH = [\"bin\"]\n")
		inner := m.write("src/outer/in ner/.nvmrc", "24\n")
		m.write("src/outer/in ner/.keep", "")
		sibling := m.write("src/sibling/.node-version", "22.2.0\n")
		m.devenv(outer, "allow").ok()
		m.vars["COLOUR"] = "red"
		s := m.open(shell)
		s.cd("/")
		before := s.everything()

		s.cd(outer)
		s.expect("node --version", `v20\.1\.0 --version`)
		s.expect("printenv COLOUR", `it's \$blue`)
		s.cd(inner)
		s.wait()
		s.expect("node --version", `v24\.3\.0 --version`)
		s.expect("printenv COLOUR", `it's \$blue`)
		s.run("cd ..")
		s.expect("node --version", `v20\.1\.0 --version`)
		s.cd(sibling)
		s.wait()
		s.expect("node --version", `v22\.2\.0 --version`)
		s.expect("printenv COLOUR", "red")
		s.cd(inner) // two layers at once
		s.expect("node --version", `v24\.3\.0 --version`)
		s.run("cd /")
		s.unchanged(before, s.everything())

		// An edit swaps at a later prompt, a failing one keeps what is there.
		s.cd(sibling)
		m.write("src/sibling/.node-version", "24.2.0\n")
		s.eventually("node --version", `v24\.2\.0 --version`)
		s.once(`^devenv: sibling: node 24\.2\.0 \(.*\.node-version`)
		m.write("src/sibling/.node-version", "99\n")
		s.prompts("a word about 99", func() bool { return s.count(`node 99`) > 0 })
		s.run("true", "true")
		s.once(`^devenv: sibling: \.node-version:1:1: node 99: no version`)
		s.expect("node --version", `v24\.2\.0 --version`)
		m.write("src/sibling/.node-version", "20\n")
		s.eventually("node --version", `v20\.1\.0 --version`)
		s.run("cd /")
		s.unchanged(before, s.everything())
	})
}

// What can run code waits for permission, in the shell too; denying takes it away.
func TestShellAllow(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		m, _ := newFakeMachine(t, 0)
		dir := m.write("src/app/devenv.toml", "[tools]\nnode = \"24\"\n[env]\nSECRET = \"1\"\n[scripts]\nhello = \"echo hello $1\"\n[hooks]\nenter = \"echo welcome\"\nleave = \"echo farewell\"\n")
		s := m.open(shell)
		s.cd("/")
		before := s.everything()
		s.cd(dir)
		s.prompts("the refusal", func() bool { return s.count("blocked") > 0 })
		s.once(`^devenv: app is blocked; .devenv allow. permits its variable, scrip`)
		s.expect("printenv SECRET", "")
		s.run("devenv develop -c true")
		s.prompts("the refusal of a command", func() bool { return s.count("^devenv: app is blocked") > 1 })
		if n := s.count("^devenv: app is blocked"); n != 2 {
			t.Errorf("a command that was refused says so, the prompt not again: %q", s.said())
		}
		s.run("devenv allow")
		s.expect("printenv SECRET", "1")
		s.expect("hello you", "hello you")
		s.expect("node --version", `v24\.3\.0 --version`)
		s.run("cd /")
		s.unchanged(before, s.everything())
		s.cd(dir)
		s.expect("printenv SECRET", "1")
		s.run("devenv deny")
		s.expect("printenv SECRET", "")
		s.run("cd /")
		s.unchanged(before, s.everything())
	})
}
