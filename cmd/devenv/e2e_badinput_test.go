package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"devenv/env"
	"devenv/resolver/tools/toolstest"
)

// alone leaves a machine no source but the loopback publisher.
func (m *machine) alone() *machine {
	m.vars["NPM_CONFIG_REGISTRY"] = "http://127.0.0.1:9"
	m.vars["HTTPS_PROXY"], m.vars["NO_PROXY"] = "http://127.0.0.1:9", "127.0.0.1"
	return m
}

func (p *publisher) archive(version string) string {
	return "/v" + version + "/node-v" + version + "-" + platform() + ".tar.gz"
}

// keepsNothing demands that no tree is in the store, not even a part of one.
func (m *machine) keepsNothing() {
	m.Helper()
	entries, _ := os.ReadDir(m.path("store/nix/store"))
	for _, e := range entries {
		if e.Name() != ".links" {
			m.Errorf("%s was kept in the store", e.Name())
		}
	}
}

// Versions that nobody has: which there are, and what to write.
func TestBadVersions(t *testing.T) {
	t.Parallel()
	m, _ := newFakeMachine(t, 0)
	m.alone()
	for text, says := range map[string][]string{
		"99\n":     {`\.nvmrc:1:1: node 99: no version`, `24\.3\.0`, `^hint: `},
		"23\n":     {`node 23: no version`, `24\.|22\.2\.0`, `^hint: `},
		"20.1.7\n": {`node 20\.1\.7: no version`, `20\.1\.0`, `^hint: `},
		"iojs\n":   {`\.nvmrc:1:1: .*iojs`, `^hint: `},
		"twenty\n": {`\.nvmrc:1:1: .*twenty`, `^hint: `},
	} {
		dir := m.write("src/app/.nvmrc", text)
		m.devenv(dir, "develop", "-c", "node").fails(1).says(says...)
	}
	dir := m.write("src/range/devenv.toml", "[tools]\nnode = \">=21 <22\"\n")
	m.devenv(dir, "develop", "-c", "node").fails(1).says(`devenv\.toml:2:\d+: node >=21 <22: no version`, `22\.2\.0`, `^hint: `)
	m.keepsNothing()
}

// An index that is a login page.
func TestIndexIsNoJSON(t *testing.T) {
	t.Parallel()
	m, p := newFakeMachine(t, 0)
	m.alone()
	p.Put("/index.json", []byte("<html>please log in</html>"))
	dir := m.write("src/app/.nvmrc", "24\n")
	m.devenv(dir, "develop", "-c", "node").fails(1).says(p.URL+`/index\.json: the answer is a web page`, `^hint: .*login page`)

	// The same from an npm registry.
	delete(m.vars, "NVM_NODEJS_ORG_MIRROR")
	site := toolstest.NewSite(t, map[string][]byte{"/node-" + platform(): []byte(`{"versions": `)})
	m.vars["NPM_CONFIG_REGISTRY"] = site.URL
	m.devenv(dir, "develop", "-c", "node").fails(1).says(site.URL+`/node-`+platform()+`: not the JSON that was expected`, `^hint: `)
	m.keepsNothing()
}

// Bytes that are not the publisher's: both checksums, and nothing is kept.
func TestChecksumDiffers(t *testing.T) {
	t.Parallel()
	m, p := newFakeMachine(t, 100_000)
	m.alone()
	evil := p.fetch(t, p.archive("24.3.0"))
	evil[len(evil)/2] ^= 1
	dir := m.write("src/app/.nvmrc", "24\n")
	m.devenv(dir, "lock").ok()
	p.Put(p.archive("24.3.0"), evil)
	r := m.devenv(dir, "develop", "-c", "node").fails(5).says(`^hint: nothing of it was kept`)
	lock := m.read("src/app/devenv.lock")
	_, want, _ := strings.Cut(lock, `"hash": "sha256-`)
	want, _, _ = strings.Cut(want, `"`)
	got := sri(evil)
	if want == "" || !strings.Contains(r.stderr, want) || !strings.Contains(r.stderr, got) {
		t.Errorf("both checksums, %s and %s, are to be told: %s", want, got, r)
	}
	m.keepsNothing()
	for _, f := range m.files("cache") {
		if strings.Contains(f, "partial") {
			t.Errorf("%s was kept", f)
		}
	}
}

// A connection that is cut when most has arrived goes on where it was.
func TestConnectionCut(t *testing.T) {
	t.Parallel()
	m, p := newFakeMachine(t, 2<<20)
	var mu sync.Mutex
	var ranges []string
	p.on(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != p.archive("24.3.0") || r.Method != http.MethodGet {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		ranges = append(ranges, r.Header.Get("Range"))
		data := p.fetch(t, r.URL.Path)
		w.Header().Set("ETag", `"1"`)
		if len(ranges) == 1 {
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			w.Write(data[:len(data)*9/10])
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		return true
	})
	dir := m.write("src/app/.nvmrc", "24\n")
	m.devenv(dir, "develop", "-c", "node").ok().prints(`v24\.3\.0`)
	mu.Lock()
	defer mu.Unlock()
	var from int
	if len(ranges) != 2 || ranges[0] != "" {
		t.Fatalf("requests with the ranges %q; want a whole one and one for the rest", ranges)
	}
	if fmt.Sscanf(ranges[1], "bytes=%d-", &from); from < 1<<20 {
		t.Errorf("the second request begins at %d: %q", from, ranges[1])
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	m, _ := newFakeMachine(t, 3<<20)
	dir := m.write("src/app/.nvmrc", "24\n")
	m.mkdir("store")
	// The store's disk: what was written is gone again.
	full := m.unshared("m", dir, tiny(m.path("store"), "2m"), "sh", "-c",
		`"$0" develop -c node; code=$?; find "$1" -type f | sed "s/^/remains: /" >&2; exit $code`, m.program, m.path("store/nix/store"))
	full.fails(1).says(`no space is left for the store in `, `^hint: .*[Mm]ake room`)
	if strings.Contains(full.stderr, "remains: ") {
		t.Errorf("something was left on the full disk: %v", full)
	}
	// The disk of the state.
	m.mkdir("home/.local/state")
	m.unshared("m", dir, tiny(m.path("home/.local/state"), "4k"), m.program, "develop", "-c", "node").
		fails(1).says(`no space left on device`, `^hint: .*[Mm]ake room`)
	m.devenv(dir, "develop", "-c", "node").ok()
}

func TestReadOnlyHome(t *testing.T) {
	t.Parallel()
	m, _ := newFakeMachine(t, 0)
	dir := m.write("src/app/.nvmrc", "24\n")
	m.unshared("m", dir, readOnly(m.path("home")), m.program, "develop", "-c", "node").
		fails(1).says(`read-only file system`, `^hint: .*XDG_STATE_HOME`)
	m.vars["XDG_STATE_HOME"], m.vars["XDG_DATA_HOME"] = m.mkdir("elsewhere/state"), m.mkdir("elsewhere/data")
	m.unshared("m", dir, readOnly(m.path("home")), m.program, "develop", "-c", "node").ok().prints(`v24\.3\.0`)
}

// Files that something else has written over.
func TestCorruptFiles(t *testing.T) {
	t.Parallel()
	m, _ := newFakeMachine(t, 0)
	dir := m.write("src/app/devenv.toml", "[tools]\nnode = \"24\"\n")
	m.devenv(dir, "develop", "-c", "node").ok()
	good := m.read("src/app/devenv.lock")

	states, _ := filepath.Glob(m.path("home/.local/state/devenv/roots" + dir + "/@env/state.json"))
	if len(states) != 1 {
		t.Fatalf("state files: %q", states)
	}
	for _, junk := range []string{"", "{", "\x00\x01", `{"version": 99}`, "[]"} {
		if err := os.WriteFile(states[0], []byte(junk), 0o600); err != nil {
			t.Fatal(err)
		}
		m.devenv(dir, "status").ok()
		m.devenv(dir, "develop", "-c", "node").ok().prints(`v24\.3\.0`)
	}
	for junk, says := range map[string]string{
		"":                                   `devenv\.lock:1:1: `,
		"{":                                  `devenv\.lock:1:\d: `,
		"<<<<<<< HEAD\n" + good:              `devenv\.lock:1:1: .*`,
		strings.Replace(good, "7", "99", -1): `devenv\.lock:\d+:\d+: `,
	} {
		m.write("src/app/devenv.lock", junk)
		m.devenv(dir, "develop", "-c", "node").fails(1).says(says, `^hint: .*(git checkout|update)`)
		if m.read("src/app/devenv.lock") != junk {
			t.Error("the broken lock was written over")
		}
	}
	m.write("src/app/devenv.lock", good)
	m.devenv(dir, "develop", "-c", "node").ok()
}

// Ten processes want the same at once: it is downloaded once.
func TestTenAtOnce(t *testing.T) {
	t.Parallel()
	m, p := newFakeMachine(t, 1<<20)
	dir := m.write("src/app/.nvmrc", "24\n")
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			var out, complaint bytes.Buffer
			cmd := m.command(dir, m.program, "exec", "--", "node")
			cmd.Stdout, cmd.Stderr = &out, &complaint
			if err := cmd.Run(); err != nil || !strings.HasPrefix(out.String(), "v24.3.0") {
				t.Errorf("%v: %s%s", err, &out, &complaint)
			}
		})
	}
	wg.Wait()
	if n := p.downloads(); n != 1 {
		t.Errorf("%d downloads, want one", n)
	}
}

// Two shells enter at once, and two projects want the same tree.
func TestTwoShellsAtOnce(t *testing.T) {
	t.Parallel()
	m, p := newFakeMachine(t, 1<<20)
	dir := m.write("src/app/.nvmrc", "24\n")
	bash, zsh := m.open(env.Bash), m.open(env.Zsh)
	bash.send("cd " + bash.quote(dir) + "\n")
	zsh.send("cd " + zsh.quote(dir) + "\n")
	bash.eventually("node --version", `v24\.3\.0 --version`)
	zsh.eventually("node --version", `v24\.3\.0 --version`)
	if n := p.downloads(); n != 1 {
		t.Errorf("%d downloads, want one", n)
	}
	for _, s := range []*session{bash, zsh} {
		if len(s.said()) != 2 {
			t.Errorf("%s said %q", s.shell, s.said())
		}
	}
}

// Ctrl-C in the middle of a download: a clean line, 130, and the next run does it.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	m, p := newFakeMachine(t, 2<<20)
	arrived := make(chan struct{})
	var once sync.Once
	p.on(func(w http.ResponseWriter, r *http.Request) bool {
		first := false
		if r.URL.Path == p.archive("24.3.0") && r.Method == http.MethodGet {
			once.Do(func() { first = true })
		}
		if !first {
			return false
		}
		data := p.fetch(t, r.URL.Path)
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:len(data)/2])
		w.(http.Flusher).Flush()
		close(arrived)
		<-r.Context().Done()
		return true
	})
	dir := m.write("src/app/.nvmrc", "24\n")
	cmd := m.command(dir, m.program, "develop", "-c", "node")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	s := &session{machine: m, tty: tty}
	done := make(chan struct{})
	go func() { defer close(done); copyTo(s, tty) }()
	<-arrived
	s.until("a progress bar", 20*time.Second, func() bool { return strings.Contains(s.output(), "MiB") })
	s.send("\x03")
	cmd.Wait()
	<-done
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d", code)
	}
	s.once(`^devenv: interrupted; `)
	if !strings.HasSuffix(s.output(), "run it again to go on\r\n") {
		t.Errorf("the terminal ends with %.200q", s.tail())
	}
	m.keepsNothing()
	m.devenv(dir, "develop", "-c", "node").ok().prints(`v24\.3\.0`)
}

// A machine on which nothing is there yet, and no network either.
func TestNoNetworkOnFreshMachine(t *testing.T) {
	t.Parallel()
	m := newMachine(t).fresh()
	delete(m.vars, "UV_PYTHON_INSTALL_MIRROR")
	for file, tool := range map[string]string{".nvmrc": "node", "go.mod": "go", ".python-version": "python"} {
		text := map[string]string{"node": "24\n", "go": "module x\n\ngo 1.24\n", "python": "3.11\n"}[tool]
		dir := m.write("src/"+tool+"/"+file, text)
		began := time.Now()
		m.unshared("n", dir, "", m.program, "develop", "-c", "true").fails(1).
			says(`^devenv: .*no source of `+tool+` can be used:$`, `^hint: `)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s: the answer came after %v", tool, took)
		}
	}
	dir := m.write("src/node/.nvmrc", "24\n")
	m.devenv(dir, "--offline", "develop", "-c", "true").fails(1).says(`needs the network, and --offline was asked for`, `^hint: run it once without --offline`)
}

// Systems on which the publishers' programs do not run. The program itself does.
func TestUnsupportedPlatform(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("Linux has several C libraries")
	}
	chroot := need(t, "chroot")
	m, p := newFakeMachine(t, 0)
	for marker, says := range map[string][]string{
		"lib/ld-musl-" + map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH] + ".so.1": {`Node\.js does not run here: .*musl`, `^hint: .*gcompat`},
		"etc/NIXOS": {`Node\.js does not run here: NixOS`, `^hint: .*programs\.nix-ld\.enable = true`},
	} {
		root := "root-" + filepath.Base(marker)
		m.write(root+"/"+marker, "")
		m.write(root+"/src/.nvmrc", "24\n")
		m.mkdir(root + "/home")
		m.mkdir(root + "/tmp")
		proc := "mount --rbind /proc '" + m.mkdir(root+"/proc") + "'"
		program, err := os.ReadFile(m.program)
		if err == nil {
			err = os.WriteFile(m.path(root+"/devenv"), program, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		argv := []string{"env", "-i", "HOME=/home", "PATH=/", "NVM_NODEJS_ORG_MIRROR=" + p.URL, chroot, m.path(root), "/devenv", "exec", "-C", "/src", "--", "node"}
		m.unshared("m", m.base, proc, argv...).fails(1).says(says...)
	}
	if p.downloads() != 0 {
		t.Error("something was downloaded for nothing")
	}
}
