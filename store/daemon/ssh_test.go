package daemon

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strings"
	"testing"
	"time"

	"devenv/store/daemon/daemontest"
)

func TestSSHCommand(t *testing.T) {
	for url, want := range map[string]string{
		"ssh-ng://host":                         "ssh host -x -T -v -o A=b c -- nix-daemon --stdio",
		"ssh-ng://me@host:2222?compress=true":   "ssh me@host -x -T -v -o A=b c -C -p 2222 -- nix-daemon --stdio",
		"ssh-ng://[fe80::1]:22?ssh-key=/k":      "ssh fe80::1 -x -T -v -o A=b c -i /k -p 22 -- nix-daemon --stdio",
		"ssh-ng://fe80::1":                      "ssh fe80::1 -x -T -v -o A=b c -- nix-daemon --stdio",
		"ssh-ng://h?remote-store=/it's":         `ssh h -x -T -v -o A=b c -- nix-daemon --stdio --store '/it'\''s'`,
		"ssh-ng://h?remote-program=sudo%20/n/d": "ssh h -x -T -v -o A=b c -- sudo /n/d --stdio",
		"ssh-ng://localhost?remote-store=a%20b": "nix-daemon --stdio --store a b",
	} {
		p, err := parseURL(url, func(name string) string {
			return map[string]string{"NIX_SSHOPTS": "-v -o 'A=b c'", "NIX_STORE_DIR": "/elsewhere"}[name]
		})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := strings.Join(p.ssh.argv(""), " "); got != want {
			t.Errorf("%s runs\n%s, not\n%s", url, got, want)
		}
		if p.dir != "/nix/store" {
			t.Errorf("%s: this machine's store directory is not the other's", url)
		}
	}
}

func TestURLErrors(t *testing.T) {
	for url, why := range map[string]string{
		"ssh-ng://":                 "no host",
		"ssh-ng://-oProxyCommand=x": "no host",
		"ssh-ng://-l@host":          "no user",
		"ssh-ng://@host":            "no user",
		"ssh-ng://host:0":           "no port",
		"ssh-ng://host:99999":       "no port",
		"ssh-ng://[::1":             "not closed",
		"ssh-ng://a b":              "no host",
		"ssh-ng://h?base64-ssh-public-host-key=%%%":  "invalid URL escape",
		"ssh-ng://h?base64-ssh-public-host-key=YQpi": "one line",
		"ssh-ng://h?max-connections=0":               "max-connections",
		"ssh-ng://h?compress=1&compress=0":           "twice",
		"ssh-ng://h?speed=1":                         `unknown parameter "speed"`,
		"unix://relative":                            "not an absolute path",
		"unix:///s?store=relative":                   "not absolute",
		"https://cache":                              "no kind of daemon",
		"local":                                      "no kind of daemon",
	} {
		_, err := Open(t.Context(), Options{URL: url})
		var bad *URLError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v; want an error with %q", url, err, why)
		}
	}
	if _, err := Open(t.Context(), Options{URL: "ssh-ng://h", Getenv: func(name string) string { return map[string]string{"NIX_SSHOPTS": "-o 'open"}[name] }}); err == nil || !strings.Contains(err.Error(), "NIX_SSHOPTS") {
		t.Errorf("with broken options: %v", err)
	}
}

func TestSplitShell(t *testing.T) {
	for text, want := range map[string][]string{
		"":                      nil,
		"  a\tb\nc ":            {"a", "b", "c"},
		`a' b'"c d"`:            {"a bc d"},
		`'' ""`:                 {"", ""},
		`a\ b "\$x\y" '\'`:      {"a b", `$x\y`, `\`},
		`-o "ProxyCommand=x '"`: {"-o", "ProxyCommand=x '"},
	} {
		if got, err := splitShell(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"'", `"a`, `a\`} {
		if got, err := splitShell(text); err == nil {
			t.Errorf("%q is %q", text, got)
		}
	}
}

// TestSSH speaks with a daemon through a real sshd on loopback.
func TestSSH(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t)
	nix := daemontest.New(t)
	program := nix.Root + "/remote-daemon"
	script := "#!/bin/sh\nexec env -i '" + strings.Join(nix.Env, "' '") + "' nix-daemon \"$@\"\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	at := func(params string) Options {
		return Options{
			URL:    fmt.Sprintf("ssh-ng://%s@127.0.0.1:%d?store=%s&remote-program=%s%s", sshd.user, sshd.port, nix.StoreDir, program, params),
			Getenv: func(name string) string { return map[string]string{"NIX_SSHOPTS": "-F none -o BatchMode=yes"}[name] },
		}
	}
	known := "&ssh-key=" + sshd.key + "&base64-ssh-public-host-key=" + sshd.hostKey
	c := open(t, at(known+"&compress=true"))
	info, err := c.AddText(t.Context(), "far", []byte("far away"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := nix.Run(t, "nix-store", "-q", "--hash", c.Dir().Join(info.Path)); got != info.NarHash.String() {
		t.Errorf("nix has %s there, and we sent %s", got, info.NarHash)
	}

	var no *ConnectError
	if _, err := Open(t.Context(), at("&base64-ssh-public-host-key="+sshd.hostKey+"&ssh-key=/nowhere")); !errors.As(err, &no) || !strings.Contains(err.Error(), "Permission denied") || no.Hint() == "" {
		t.Errorf("without a key: %v", err)
	}
	program = "/nowhere/nix-daemon"
	if _, err := Open(t.Context(), at(known)); !errors.As(err, &no) || !strings.Contains(err.Error(), "/nowhere/nix-daemon") || !strings.Contains(err.Error(), "exit status 127") {
		t.Errorf("without a daemon: %v", err)
	}
	program = "echo"
	if _, err := Open(t.Context(), at(known)); !errors.As(err, &no) || !strings.Contains(err.Error(), "is not a Nix daemon: it says \"--stdio\"") {
		t.Errorf("with another program: %v", err)
	}
}

// sshServer is an sshd that lets in who runs the test.
type sshServer struct {
	port               int
	user, key, hostKey string
}

func startSSHD(t *testing.T) sshServer {
	t.Helper()
	binary := "/usr/sbin/sshd" // it demands an absolute path
	if _, err := os.Stat(binary); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs sshd: install the package openssh-server")
		}
		t.Skip("no sshd")
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
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", dir+"/"+key).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
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
	log, err := os.Create(dir + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = log // and that of its children, who may outlive it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(dir + "/log")
			t.Logf("%s", text)
		}
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
