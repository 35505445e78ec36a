package main

import (
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"syscall"
	"testing"
	"time"

	"devenv/store/daemon/daemontest"
)

// nobody is a user whom no daemon trusts.
const nobody = 65534

// stranger is a machine whose user is not the test's, where that can be: one
// without rights, with a home and a program of its own.
func stranger(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t)
	dir, err := os.MkdirTemp("", "dv") // for t's own others may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(dir) })
	program, err := os.ReadFile(m.program)
	if err != nil {
		t.Fatal(err)
	}
	m.base, m.program = dir, dir+"/devenv"
	m.vars = map[string]string{"HOME": dir + "/home", "PATH": "/usr/bin:/bin", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
	if err := os.WriteFile(m.program, program, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "home", "work"} {
		if err := os.MkdirAll(m.path(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if os.Getuid() == 0 && os.Chown(m.path(name), nobody, nobody) != nil {
			t.Fatal("root cannot give a directory away")
		}
	}
	return m
}

// as runs a command of the stranger's.
func (m *machine) as(argv ...string) *result {
	m.Helper()
	cmd := m.command(m.path("work"), argv...)
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return m.finish(cmd)
}

// own writes a file of the stranger's.
func (m *machine) own(name, text string) {
	m.Helper()
	m.write(name, text)
	if os.Getuid() == 0 {
		if err := os.Chown(m.path(name), nobody, nobody); err != nil {
			m.Fatal(err)
		}
	}
}

const hello = `{ system ? "x86_64-linux" }: derivation {
  name = "hello"; inherit system; builder = "/bin/sh";
  args = [ "-c" "echo saying hello; echo hello > $out" ];
}
`

// A user who may not write /nix, on a machine with a Nix daemon, has its store.
func TestDaemonStore(t *testing.T) {
	t.Parallel()
	nix := daemontest.New(t, "trusted-users = root").Start(t)
	m := stranger(t)
	for _, name := range []string{"NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR", "NIX_CONF_DIR", "NIX_DAEMON_SOCKET_PATH"} {
		m.vars[name] = nix.Getenv(name)
	}
	m.vars["NIX_REMOTE"] = "daemon"
	do := func(args ...string) *result { t.Helper(); return m.as(append([]string{m.program}, args...)...) }

	do("store", "ping").ok().prints(`(?s)^Store URL: daemon\nVersion: 2\.`)
	do("store", "info", "--json").ok().prints(`(?m)"url":"daemon"`)
	m.own("work/file", "some text\n")
	file := strings.TrimSpace(do("store", "add", "file").ok().stdout)
	if got := nix.Run(t, "nix-store", "--add", m.path("work/file")); got != file {
		t.Errorf("added as %s, and by nix as %s", file, got)
	}
	if got := strings.TrimSpace(do("store", "add", "-n", "file").ok().stdout); got != file {
		t.Errorf("a dry run says %s, not %s", got, file)
	}
	do("store", "cat", file).ok().prints(`(?m)^some text$`)
	do("store", "ls", "-l", file).ok().prints(`(?m)-r--r--r-- +10 \.`)
	do("store", "query", "--hash", file).ok().prints("(?m)^" + nix.Run(t, "nix-store", "-q", "--hash", file) + "$")
	do("store", "path-info", "--json", file).ok().prints(`(?m)"narSize":128`)
	do("store", "path-info", "--all").ok().prints(file)

	m.own("work/hello.nix", hello)
	drv := strings.TrimSpace(do("instantiate", "--file", "hello.nix").ok().stdout)
	if got := nix.Run(t, "nix-instantiate", m.path("work/hello.nix")); got != drv {
		t.Errorf("instantiated as %s, and by nix as %s", drv, got)
	}
	built := do("build", "--file", "hello.nix", "-L", "--print-out-paths").ok().says(`building hello`, `hello> saying hello`)
	out := strings.TrimSpace(built.stdout)
	if target, err := os.Readlink(m.path("work/result")); err != nil || target != out {
		t.Errorf("result leads to %s (%v), not %s", target, err, out)
	}
	if roots := nix.Run(t, "nix-store", "-q", "--roots", out); !strings.Contains(roots, m.path("work/result")) {
		t.Errorf("nix does not know the root: %q", roots)
	}
	do("log", "./result").ok().prints(`(?m)^saying hello$`)
	do("store", "query", "--deriver", "./result").ok().prints("(?m)^" + drv + "$")
	do("store", "show-derivation", drv).ok().prints(`(?m)"name":"hello"`)
	do("store", "query", "--referrers", drv).ok()
	do("why", out, out).ok().prints("(?m)^" + out + "$")
	m.own("work/bad.nix", `derivation { name = "bad"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo oops; exit 3" ]; }`)
	do("build", "--file", "bad.nix").fails(4).says(`building .*bad\.drv: `, `exit code 3`)
	m.own("work/ifd.nix", `import (derivation { name = "n"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo 'derivation { name = \"late\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; args = [ \"-c\" \"echo late > $out\" ]; }' > $out" ]; })`)
	do("build", "--file", "ifd.nix", "--no-link", "--print-out-paths").ok().prints(`(?m)-late$`)

	// Here and there.
	private := "local?root=" + m.path("home/private") + "&store=" + nix.StoreDir
	do("copy", "--to", private, "--no-check-sigs", out).ok().says(`1 store path copied`)
	do("store", "cat", "--store", private, out).ok().prints(`(?m)^hello$`)
	text := strings.TrimSpace(do("store", "add", "--store", private, "hello.nix").ok().stdout)
	do("copy", "--from", private, text).ok().says(`1 store path copied`)
	if got := nix.Run(t, "nix-store", "-q", "--hash", text); !strings.HasPrefix(got, "sha256:") {
		t.Error(got)
	}

	do("store", "gc").ok().says(`deleted`)
	if _, err := os.Stat(out); err != nil {
		t.Errorf("what has a root is gone: %v", err)
	}
	do("store", "verify").ok()
	for _, args := range [][]string{{"store", "export", out}, {"store", "repair", out}} {
		do(args...).fails(1).says(`daemon is a Nix daemon's store, which cannot`)
	}
	m.vars["NIX_DAEMON_SOCKET_PATH"] = m.path("nowhere")
	do("store", "ping").fails(1).says(`nowhere`)
}

// Stores of every kind answer to the same commands, and say what they cannot do.
func TestStoreKinds(t *testing.T) {
	t.Parallel()
	m := newMachine(t).fresh()
	dir := m.write("src/file", "text\n")
	path := strings.TrimSpace(m.devenv(dir, "store", "add", "file").ok().stdout)
	cache := "file://" + m.path("cache-dir")
	m.devenv(dir, "copy", "--to", cache, path).ok()
	m.devenv(dir, "store", "cat", "--store", cache, path).ok().prints(`(?m)^text$`)
	m.devenv(dir, "store", "ls", "--json", "--store", cache, path).ok().prints(`(?m)"size":5`)
	m.devenv(dir, "store", "path-info", "-S", "--store", cache, path).ok().prints(`(?m)120$`)
	m.devenv(dir, "store", "query", "--tree", "--store", cache, path).ok().prints("(?m)^" + path + "$")
	m.devenv(dir, "store", "info", "--store", cache).ok().prints(`(?m)^Store URL: file://`)
	for _, args := range [][]string{{"path-info", "--all"}, {"gc"}, {"delete", path}, {"add", "file"}, {"query", "--referrers", path}, {"verify"}, {"optimise"}, {"query", "--roots", path}} {
		m.devenv(dir, append([]string{"store", "--store", cache}, args...)...).fails(1).says(`is a binary cache, which cannot `)
	}
	m.devenv(dir, "build", "--store", cache, "--expr", "1").fails(1).says(`which cannot build`)
	m.devenv(dir, "store", "info", "--store", "dummy://").ok().prints(`(?m)dummy://`)
	m.devenv(dir, "store", "query", "--hash", "--store", "dummy://", path).fails(1).says(`not a valid store path`)
	m.devenv(dir, "copy", "--to", "dummy://", path).fails(1).says(`nothing can be added`)
	m.devenv(dir, "store", "info", "--store", "gopher://x").fails(2).says(`kind of store is not known`)
	m.devenv(dir, "store", "info", "--store", "ssh://x").fails(2).says(`ssh-ng://`)
	m.devenv(dir, "--offline", "store", "info", "--store", "ssh-ng://x").fails(1).says(`--offline`)
	m.vars["DEVENV_STORE"] = "auto"
	m.vars["NIX_REMOTE"] = "dummy://"
	m.devenv(dir, "store", "info").ok().prints(`(?m)dummy://`)
}

// A store on another machine, through ssh.
func TestSSHStore(t *testing.T) {
	t.Parallel()
	server := startSSHD(t)
	nix := daemontest.New(t)
	program := nix.Root + "/remote-daemon"
	script := "#!/bin/sh\nexec env -i '" + strings.Join(nix.Env, "' '") + "' nix-daemon \"$@\"\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	m := newMachine(t)
	m.vars["NIX_SSHOPTS"] = "-F none -o BatchMode=yes"
	m.vars["DEVENV_STORE"] = "local?root=" + m.path("private") + "&store=" + nix.StoreDir
	url := fmt.Sprintf("ssh-ng://%s@127.0.0.1:%d?store=%s&remote-program=%s&ssh-key=%s&base64-ssh-public-host-key=%s",
		server.user, server.port, nix.StoreDir, program, server.key, server.hostKey)
	dir := m.write("src/file", "far away\n")
	m.devenv(dir, "store", "ping", "--store", url).ok().prints(`(?s)^Store URL: ssh-ng://.*\nVersion: 2\.`)
	path := strings.TrimSpace(m.devenv(dir, "store", "add", "file").ok().stdout)
	m.devenv(dir, "copy", "--to", url, path).ok().says(`1 store path copied`)
	m.devenv(dir, "copy", "--to", url, path).ok().says(`nothing to copy`)
	m.devenv(dir, "store", "cat", "--store", url, path).ok().prints(`(?m)^far away$`)
	m.write("src/hello.nix", hello)
	out := strings.TrimSpace(m.devenv(dir, "build", "--store", url, "--file", "hello.nix", "-L", "--print-out-paths").ok().says(`hello> saying hello`, `no link`).stdout)
	m.devenv(dir, "store", "cat", "--store", url, out).ok().prints(`(?m)^hello$`)
	if _, err := os.Lstat(dir + "/result"); err == nil {
		t.Error("there is a link to what is elsewhere")
	}
	m.vars["DEVENV_STORE"] = "local?root=" + m.path("other") + "&store=" + nix.StoreDir
	m.devenv(dir, "copy", "--from", url, path).ok().says(`1 store path copied`)
	m.devenv(dir, "store", "cat", path).ok().prints(`(?m)^far away$`)
	m.devenv(dir, "store", "ping", "--store", "ssh-ng://"+server.user+"@127.0.0.1:1").fails(1).says(`cannot`)
}

// Other machines build what this one cannot, and what it has no place for.
func TestBuilders(t *testing.T) {
	t.Parallel()
	nix := daemontest.New(t, "system-features = far").Start(t)
	m := newMachine(t)
	m.vars["DEVENV_STORE"] = "local?root=" + m.path("private") + "&store=" + nix.StoreDir
	builder := "unix://" + nix.Socket + "?store=" + nix.StoreDir
	dir := m.write("src/far.nix", `let
  drv = name: more: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; } // more);
  near = drv "near" { args = [ "-c" "echo near > $out" ]; };
in {
  far = drv "far" { requiredSystemFeatures = [ "far" ]; args = [ "-c" "echo from afar; read a < ${near}; echo far and $a > $out" ]; };
  bad = drv "bad" { requiredSystemFeatures = [ "far" ]; args = [ "-c" "exit 9" ]; };
}
`)
	build := func(attr string, args ...string) *result {
		t.Helper()
		return m.devenv(dir, append([]string{"build", "--file", "far.nix", "-A", attr, "--no-link", "--print-out-paths"}, args...)...)
	}
	build("far").fails(4).says(`needs the system feature "far"`)
	build("far", "--builders", builder+" x86_64-linux - 1 1 near").fails(4).says(`no machine builds for x86_64-linux`)
	build("far", "--builders", "unix:///nowhere x86_64-linux - 1 1 far").fails(4).says(`unix:///nowhere`)
	machine := builder + " x86_64-linux - 2 1 far"
	out := strings.TrimSpace(build("far", "-L", "--builders", machine).ok().says(`far is built on unix://`, `far> from afar`).stdout)
	m.devenv(dir, "store", "cat", out).ok().prints(`(?m)^far and near$`)
	build("bad", "--builders", machine).fails(4).says(`exit code 9`)
	if text, err := os.ReadFile(out); err != nil || string(text) != "far and near\n" {
		t.Errorf("the machine has %q, %v", text, err)
	}
	m.own("src/all.nix", `map (n: derivation { name = "n${n}"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo ${n} > $out" ]; }) [ "1" "2" "3" ]`)
	m.devenv(dir, "build", "--file", "all.nix", "-j0", "--no-link").fails(4).says(`this machine may not build`)
	m.devenv(dir, "build", "--file", "all.nix", "-j0", "--no-link", "--builders", machine).ok().says(`n1 is built on`, `n2 is built on`, `n3 is built on`)
}

// sshServer is an sshd that lets in who runs the test.
type sshServer struct {
	port               int
	user, key, hostKey string
}

func startSSHD(t *testing.T) sshServer {
	t.Helper()
	const binary = "/usr/sbin/sshd" // it demands an absolute path
	if _, err := os.Stat(binary); err != nil {
		missing(t, "sshd is needed: apt-get install openssh-server")
	}
	dir := t.TempDir()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // as its service does
			t.Fatal(err)
		}
	}
	for _, key := range []string{"host", "mine"} {
		output(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", dir+"/"+key)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	config := fmt.Sprintf("Port %d\nListenAddress 127.0.0.1\nHostKey %s/host\nAuthorizedKeysFile %s/mine.pub\nPidFile none\nStrictModes no\nUsePAM no\n"+
		"PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n", port, dir, dir)
	if err := os.WriteFile(dir+"/config", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-D", "-e", "-f", dir+"/config")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatalf("sshd does not listen: %v", err)
		}
	}
	public, err := os.ReadFile(dir + "/host.pub")
	if err != nil {
		t.Fatal(err)
	}
	return sshServer{port, me.Username, dir + "/mine", base64.URLEncoding.EncodeToString(public)}
}
