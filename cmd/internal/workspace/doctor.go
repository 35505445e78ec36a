package workspace

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"devenv/env"
	"devenv/shellhooks"
	"devenv/store"
	"devenv/store/namespace"
)

// Health is how a check went.
type Health string

// Odd works, and may surprise.
const (
	Well  Health = "ok"
	Odd   Health = "note"
	Wrong Health = "wrong"
)

// Finding is the outcome of one check.
type Finding struct {
	Check string `json:"check"`
	State Health `json:"state"`
	Fact  string `json:"fact"`
	Cure  string `json:"cure"` // what to do, as a sentence or a command
}

// Examine runs all checks. It changes nothing and touches no network.
func (w *Workspace) Examine(ctx context.Context) []Finding {
	findings := []Finding{{Check: "devenv", State: Well, Fact: w.o.Version + ", " + w.o.Self}}
	findings = append(findings, w.examineShell(), w.examineSystem(), w.examineStore(ctx), w.examineDisk(ctx))
	findings = append(findings, w.examineState(), w.examineSources(ctx))
	findings = append(findings, w.examineNamespace(ctx)...)
	return append(findings, w.examineNeighbours()...)
}

func (w *Workspace) examineShell() Finding {
	f := Finding{Check: "hook"}
	name := filepath.Base(w.o.Getenv("SHELL"))
	shell := env.Shell(name)
	if !slices.Contains(env.Shells(), shell) {
		f.State, f.Fact, f.Cure = Odd, fmt.Sprintf("there is no hook for the shell %q", name), "use `devenv develop` and `devenv exec`"
		return f
	}
	rc := shellhooks.RCFile(shell, w.o.Getenv)
	text, _ := os.ReadFile(rc)
	if !strings.Contains(string(text), w.layout.Hook(shell)) && !strings.Contains(string(text), "devenv hook") {
		f.State, f.Fact, f.Cure = Wrong, fmt.Sprintf("%s does not load the hook", rc), "devenv setup"
		return f
	}
	want, err := w.Hook(shell)
	have, readErr := os.ReadFile(w.layout.Hook(shell))
	if err == nil && readErr == nil && !bytes.Equal(have, want) {
		f.State, f.Fact, f.Cure = Odd, "the hook's file is another version's", "devenv setup, then a new shell"
		return f
	}
	f.State, f.Fact = Well, fmt.Sprintf("%s loads it from %s", name, rc)
	return f
}

func (w *Workspace) examineSystem() Finding {
	m, err := w.host()
	if err != nil {
		return Finding{Check: "system", State: Wrong, Fact: err.Error(), Cure: hintOf(err)}
	}
	catalogue, err := w.catalogue()
	if err != nil {
		return Finding{Check: "system", State: Wrong, Fact: err.Error(), Cure: hintOf(err)}
	}
	for _, name := range catalogue.Names() {
		t, err := catalogue.Tool(name)
		if err != nil {
			continue
		}
		if err := m.Supports(t); err != nil {
			return Finding{Check: "system", State: Odd, Fact: err.Error(), Cure: hintOf(err)}
		}
	}
	return Finding{Check: "system", State: Well, Fact: m.System}
}

func (w *Workspace) examineStore(ctx context.Context) Finding {
	s, err := w.store(ctx)
	if err != nil {
		return Finding{Check: "store", State: Wrong, Fact: err.Error(), Cure: hintOf(err)}
	}
	place := s.Describe()
	fact := fmt.Sprintf("%s store at %s", place.Mode, filepath.Join(place.Root, "nix/store"))
	if place.Mode == store.Private {
		fact += "; tools run from there, nothing needs /nix"
	}
	problems, err := s.Verify(ctx, false)
	switch {
	case err != nil:
		return Finding{Check: "store", State: Wrong, Fact: err.Error(), Cure: hintOf(err)}
	case len(problems) > 0:
		return Finding{Check: "store", State: Wrong, Fact: fmt.Sprintf("%s; %v", fact, problems[0]), Cure: "devenv gc, then `devenv reload` in the projects"}
	}
	return Finding{Check: "store", State: Well, Fact: fact}
}

// examineNamespace tries, where the store is not at /nix, whether it can be shown
// there.
func (w *Workspace) examineNamespace(ctx context.Context) []Finding {
	s, err := w.store(ctx)
	if err != nil || s.Describe().Mode == store.System || runtime.GOOS != "linux" {
		return nil
	}
	u := (store.URL{Kind: store.Auto}).Resolve(w.layout.Data)
	if u.Kind == store.Daemon {
		return []Finding{{Check: "nix", State: Well, Fact: "a Nix daemon: build and store use it"}}
	}
	cmd, err := namespace.Start(namespace.Options{From: "/", To: "/nix", Path: w.o.Self, Args: []string{w.o.Self, "--version"}, Dir: "/", Helper: w.o.Self})
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return []Finding{{Check: "nix", State: Odd, Fact: "what needs /nix cannot run: " + err.Error(), Cure: strings.TrimSpace(hintOf(err) + " Or make a /nix: devenv setup --system")}}
	}
	return []Finding{{Check: "nix", State: Well, Fact: "what needs /nix runs in a namespace; `devenv setup --system` makes a real one"}}
}

// little is what a toolchain needs to be unpacked, roughly.
const little = 1 << 30

func (w *Workspace) examineDisk(ctx context.Context) Finding {
	s, err := w.store(ctx)
	if err != nil {
		return Finding{Check: "disk", State: Odd, Fact: "not looked at: there is no store"}
	}
	var st unix.Statfs_t
	dir := s.Describe().Root
	for unix.Statfs(dir, &st) != nil && dir != "/" {
		dir = filepath.Dir(dir)
	}
	free := int64(st.Bavail) * int64(st.Bsize) //nolint:unconvert // the types differ between systems
	fact := fmt.Sprintf("%.1f GiB free in %s", float64(free)/(1<<30), dir)
	if free < little {
		return Finding{Check: "disk", State: Wrong, Fact: fact, Cure: "devenv gc --older-than 30d, or DEVENV_STORE on a larger disk"}
	}
	return Finding{Check: "disk", State: Well, Fact: fact}
}

func (w *Workspace) examineState() Finding {
	projects, err := w.layout.Projects()
	if err != nil {
		return Finding{Check: "state", State: Wrong, Fact: err.Error(), Cure: hintOf(err)}
	}
	for dir := w.layout.State; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil {
			if unix.Access(dir, unix.W_OK) != nil {
				return Finding{Check: "state", State: Wrong, Fact: dir + " cannot be written", Cure: "make it writable, or set XDG_STATE_HOME to a directory that is"}
			}
			break
		}
		if dir == "/" {
			break
		}
	}
	return Finding{Check: "state", State: Well, Fact: fmt.Sprintf("%d projects known, in %s", len(projects), w.layout.State)}
}

func (w *Workspace) examineSources(ctx context.Context) Finding {
	m, err := w.host()
	if err != nil {
		return Finding{Check: "sources", State: Wrong, Fact: err.Error(), Cure: hintOf(err)}
	}
	words := []string{}
	if npm, err := m.Npm(ctx); err == nil && npm.Registry != "" {
		words = append(words, "npm registry "+redacted(npm.Registry))
	}
	if goproxy, err := m.Go(ctx); err == nil && goproxy.Proxy != "" {
		words = append(words, "GOPROXY "+redacted(goproxy.Proxy))
	}
	words = append(words, "the publishers")
	return Finding{Check: "sources", State: Well, Fact: strings.Join(words, ", ")}
}

// redacted hides the passwords in a URL or in a list of them.
func redacted(list string) string {
	return regexp.MustCompile(`(://[^/@,|\s:]*):[^/@,|\s]*@`).ReplaceAllString(list, "$1:xxxxx@")
}

// examineNeighbours finds other tools that change the same variables.
func (w *Workspace) examineNeighbours() []Finding {
	var findings []Finding
	note := func(check, fact, cure string) {
		findings = append(findings, Finding{Check: check, State: Odd, Fact: fact, Cure: cure})
	}
	if path, err := exec.LookPath("devenv"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && real != w.o.Self {
			note("name", path+" is another program of the same name", "put this one first on PATH, or give one of them another name")
		}
	}
	for _, n := range []struct{ variable, tool string }{
		{"DIRENV_DIR", "direnv"}, {"MISE_SHELL", "mise"}, {"NVM_DIR", "nvm"}, {"PYENV_SHELL", "pyenv"},
		{"ASDF_DIR", "asdf"}, {"GVM_ROOT", "gvm"}, {"VOLTA_HOME", "volta"},
	} {
		if w.o.Getenv(n.variable) != "" {
			note(n.tool, n.tool+" is active in this shell ("+n.variable+" is set)",
				"both work side by side: what is entered last stands first on PATH; remove its line from the rc file once you need it no more")
		}
	}
	return findings
}

func hintOf(err error) string {
	if h, ok := err.(interface{ Hint() string }); ok { //nolint:errorlint // only what the outermost says
		return h.Hint()
	}
	return ""
}
