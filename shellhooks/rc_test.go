package shellhooks

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"devenv/env"
)

func TestInsertRemove(t *testing.T) {
	block, err := Block(env.Bash, "/home/o'neill/.local/state/devenv/hook/bash")
	must(t, err)
	other, err := Block(env.Bash, "/elsewhere")
	must(t, err)
	for _, text := range []string{"", "a\n", "a\nb\n", "\n\n", "# >>> conda >>>\n# <<< conda <<<\n", "a\r\nb\r\n"} {
		once, err := Insert(text, block)
		must(t, err)
		if twice, _ := Insert(once, block); twice != once {
			t.Errorf("%q: inserted twice: %q", text, twice)
		}
		if back, _ := Remove(once); back != text {
			t.Errorf("%q became %q", text, back)
		}
		moved, err := Insert(once+"after\n", other)
		must(t, err)
		if moved != text+other+"after\n" {
			t.Errorf("%q: replaced: %q", text, moved)
		}
		if same, _ := Remove(text); same != text {
			t.Errorf("%q: removed from: %q", text, same)
		}
	}
	if got, _ := Insert("a", block); got != "a\n"+block {
		t.Errorf("no newline at the end: %q", got)
	}
}

func TestBrokenBlock(t *testing.T) {
	for text, line := range map[string]int{
		"a\n# >>> devenv >>>\nb\n":                  2,
		"# <<< devenv <<<\n":                        1,
		"# >>> devenv >>>\n# >>> devenv >>>\nb\n":   2,
		"a\nb\n# >>> devenv >>>\n. x\n#<<<devenv\n": 3,
	} {
		var broken *BlockError
		if _, err := Remove(text); !errors.As(err, &broken) || broken.Line != line {
			t.Errorf("Remove(%q): %v", text, err)
		}
		if got, err := Insert(text, "x"); !errors.As(err, &broken) || got != "" {
			t.Errorf("Insert(%q): %q, %v", text, got, err)
		}
	}
}

// The block works in each shell, also when the hook is not there.
func TestBlock(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		w.project("p", sets("V", "1"))
		block, err := Block(shell, w.path("state/hook/"+string(shell)))
		must(t, err)
		s := w.start(shell, sessionOptions{rc: block + strings.ReplaceAll(block, "/hook/", "/missing/"), noHook: true})
		s.run(s.cd("p"))
		if got := s.environ()["V"]; got != "1" {
			t.Errorf("V is %q:\n%s", got, s.output())
		}
		flags := map[env.Shell][]string{env.Bash: {"--norc"}, env.Zsh: {"-f"}, env.Fish: {"--no-config"}}[shell]
		cmd := exec.Command(shellPath(t, shell), append(flags, "-c", block)...)
		cmd.Env = os.Environ()
		if out, err := cmd.CombinedOutput(); err != nil || len(out) != 0 {
			t.Errorf("not interactive: %v, %s", err, out)
		}
	})
}

func TestRCFile(t *testing.T) {
	vars := map[string]string{"HOME": "/h"}
	getenv := func(name string) string { return vars[name] }
	for shell, want := range map[env.Shell]string{env.Bash: "/h/.bashrc", env.Zsh: "/h/.zshrc", env.Fish: "/h/.config/fish/config.fish"} {
		if got := RCFile(shell, getenv); got != want {
			t.Errorf("%s: %s", shell, got)
		}
	}
	vars["ZDOTDIR"], vars["XDG_CONFIG_HOME"] = "/z", "/c"
	if got := RCFile(env.Zsh, getenv) + " " + RCFile(env.Fish, getenv); got != "/z/.zshrc /c/fish/config.fish" {
		t.Error(got)
	}
}

func FuzzBlock(f *testing.F) {
	f.Add("a\n", "# >>> devenv >>>\nx\n# <<< devenv <<<\n")
	f.Add("# >>> devenv >>>", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		block, _ := Block(env.Zsh, "/hook")
		text := before + "\n" + after
		once, err := Insert(text, block)
		if err != nil {
			return
		}
		twice, err := Insert(once, block)
		if err != nil || twice != once {
			t.Fatalf("%q, %v", twice, err)
		}
	})
}
