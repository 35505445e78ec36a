package build_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"devenv/store/build"
)

// attempt builds what a shell script makes and returns what it left in $out.
func (s *site) attempt(name, attrs, script string) (string, error) {
	s.Helper()
	drvs := s.instantiate(fmt.Sprintf(`
		let input = derivation { name = "input"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "/bin/busybox mkdir $out; echo precious > $out/file" ]; };
		in derivation ({ name = %q; system = "x86_64-linux"; builder = "/bin/sh"; inherit input; args = [ "-c" ''bb() { /bin/busybox "$@"; }
		%s'' ]; } // { %s })`, name, script, attrs))
	results, err := s.build(drvs...)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(s.store.Real(results[0].Outputs["out"]))
	return string(text), errors.Join(err)
}

// TestEscape holds that builders reach nothing outside of their sandbox: each
// line of output is something that worked.
func TestEscape(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("a secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var calls atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			conn.Close()
		}
	}()
	pattern, _ := os.ReadFile("/proc/sys/kernel/core_pattern")
	s := newSite(t)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for name, script := range map[string]string{
		"home":      `for f in ` + secret + ` /root/.bashrc /root/.profile /home /etc/shadow /etc/debian_version /var/lib /usr/bin /sys/kernel; do bb test -e $f && echo $f; done`,
		"network":   `bb nc -w 1 127.0.0.1 ` + port + ` < /dev/null && echo connected; bb ip route | bb grep . ; bb ip addr | bb grep 'inet ' | bb grep -v 127.0.0.1; bb ip link set dev lo down && echo network is changed`,
		"processes": `bb test $(bb ls -d /proc/[0-9]* | bb wc -l) -gt 6 && echo many; bb ls /proc | bb grep -E '^[0-9]{3,}$'; bb kill -9 -1; bb true`,
		"inputs": `bb chmod -R u+w $input && echo modes; echo x > $input/file && echo file; echo x >> $input/file && echo append; bb rm -rf $input && echo rm; bb mv $input /nix/store/other && echo mv
			bb mount -o remount,rw $input && echo remount; bb umount $input && echo umount; bb unshare -Urm bb mount -o remount,rw,bind $input $input && echo nested
			bb unshare -Urm /bin/sh -c "/bin/busybox umount $input; echo x > $input/file" && echo nested umount; bb ln $input/file /build/hard && echo link; bb cat $input/file | bb grep -v precious`,
		"setuid": `echo x > f; for m in 4755 2755 6755 u+s g+s; do bb chmod $m f && echo $m; done; bb mkdir d; bb chmod g+s d && echo directory; bb chown 0:0 f && echo owner; bb setfattr 2>/dev/null; bb find /build -perm /6000`,
		"outside": `for f in /x /etc/x /etc/passwd /bin/x /bin/sh /dev/x /nix/x /homeless-shelter /root /proc/x /usr; do bb mkdir $f 2>/dev/null && echo mkdir $f; echo x 2>/dev/null > $f && echo wrote $f; bb rm -rf $f 2>/dev/null; bb test -e $f || bb test ! -e $f; done
			bb rm /bin/sh && echo rm; bb mknod /build/sda b 8 0 && echo mknod; bb mknod /build/null c 1 3 && echo mknod; bb mount -t tmpfs none /tmp && echo mount; bb chroot / true && echo chroot; bb hostname evil && echo hostname`,
		"kernel": `echo "|/bin/evil" > /proc/sys/kernel/core_pattern && echo core_pattern; echo h > /proc/sysrq-trigger && echo sysrq; echo evil > /proc/sys/kernel/hostname && echo hostname; echo 1 > /proc/sys/vm/drop_caches && echo vm
			bb chmod 0 /dev/null && echo null; bb rm /dev/zero && echo zero; bb dmesg > /dev/null 2>&1 && echo dmesg; bb date -s 2001-01-01 >/dev/null; bb date +%Y | bb grep 2001; bb nice -n -5 true 2>/dev/null; bb reboot -f & bb sleep 0.1; bb swapoff -a 2>/dev/null; bb insmod x 2>/dev/null && echo insmod; true`,
		"privileges": `bb unshare -Ur bb chown 0:0 /nix/store && echo chown; bb su -c true 2>/dev/null && echo su; bb grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status | bb grep -v 0000000000000000; bb grep NoNewPrivs /proc/self/status | bb grep -v '1$'`,
	} {
		t.Run(name, func(t *testing.T) {
			inner := *s
			inner.T = t
			got, err := inner.attempt(name, "", "{ "+script+"\n} 2>/dev/null > $out; exit 0")
			if err != nil {
				t.Fatal(err)
			}
			if got != "" {
				t.Errorf("it worked:\n%s", got)
			}
		})
	}
	if calls.Load() > 0 {
		t.Error("a builder reached the machine's network")
	}
	if now, _ := os.ReadFile("/proc/sys/kernel/core_pattern"); !bytes.Equal(now, pattern) {
		t.Errorf("a builder changed a setting of the kernel to %q", now)
	}
	if text, err := os.ReadFile(secret); err != nil || string(text) != "a secret" {
		t.Error("a builder changed a file outside")
	}
	nix(t, s.root, "nix-store", "--verify", "--check-contents")
}

// TestDaemons holds that nothing of a build lives longer than it.
func TestDaemons(t *testing.T) {
	s := newSite(t)
	const marker = "987654"
	_, err := s.attempt("daemons", "", `for i in $(bb seq 100); do (bb setsid bb sleep `+marker+` >/dev/null 2>&1 </dev/null & ) ; done; bb nohup bb sleep `+marker+` & bb sleep 0.2; echo done > $out`)
	if err != nil {
		t.Fatal(err)
	}
	if left := running(marker); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

// running returns the processes that have marker in their command lines.
func running(marker string) (found []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if text, _ := os.ReadFile(file); bytes.Contains(text, []byte(marker)) {
			found = append(found, file)
		}
	}
	return found
}

// TestStopped tries what ends builds: their own limits and their callers.
func TestStopped(t *testing.T) {
	for name, c := range map[string]struct {
		set    func(*build.Options)
		script string
		want   build.Status
		says   string
	}{
		"much":   {func(o *build.Options) { o.MaxLog = 100_000 }, "bb yes", build.LogLimitExceeded, "more than 100000 bytes"},
		"silent": {func(o *build.Options) { o.Silence = 500 * time.Millisecond }, "echo begun; bb sleep 555111", build.TimedOut, "printed nothing for 500ms"},
		"slow":   {func(o *build.Options) { o.Timeout = 700 * time.Millisecond }, "while bb sleep 0.1; do echo on; done; bb sleep 555111", build.TimedOut, "took longer than 700ms"},
		"failed": {nil, "echo one; echo two >&2; exit 7", build.PermanentFailure, "exit code 7"},
		"killed": {nil, "bb kill -9 $$; bb sleep 1; exit 3", build.PermanentFailure, ""},
		"none":   {nil, "true", build.OutputRejected, "made no output"},
		"pipe":   {nil, "bb mkfifo $out", build.OutputRejected, "named pipe"},
		"others": {nil, "echo x > $out; bb chmod 666 $out", build.OutputRejected, "writable for others"},
		"circle": {nil, "echo $dev > $out; echo $out > $dev", build.OutputRejected, "circle"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			attrs := ""
			if name == "circle" {
				attrs = `outputs = [ "out" "dev" ];`
			}
			if c.set != nil {
				c.set(&s.opts)
			}
			_, err := s.attempt(name, attrs, c.script)
			e, ok := errors.AsType[*build.Error](err)
			if !ok || e.Status != c.want || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v (%v)", err, e)
			}
			if left := running("555111"); len(left) > 0 {
				t.Errorf("still running: %v", left)
			}
			s.isClean()
		})
	}
}

// isClean holds that nothing is left but what is valid.
func (s *site) isClean() {
	s.Helper()
	nix(s.T, s.root, "nix-store", "--verify", "--check-contents")
	all, err := s.store.List(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	valid := map[string]bool{}
	for _, info := range all {
		valid[info.Path.Base()] = true
	}
	entries, err := os.ReadDir(filepath.Join(s.root, "nix/store"))
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range entries {
		if !valid[e.Name()] && e.Name() != ".links" {
			s.Errorf("left in the store: %s", e.Name())
		}
	}
}

func TestCancelled(t *testing.T) {
	s := newSite(t)
	drvs := s.instantiate(`derivation { name = "x"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo begun; /bin/busybox sleep 555222; echo x > $out" ]; }`)
	ctx, cancel := context.WithCancel(t.Context())
	s.opts.Line = func(_ drvPath, line string) { cancel() }
	_, err := build.New(s.opts).Build(ctx, build.Target{Drv: drvs[0]})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left := running("555222"); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
	s.isClean()
}

// TestFullDisk fills a small file system.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=12m", "none", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	defer exec.Command("umount", "-l", dir).Run()
	s := newSiteAt(t, dir)
	_, err := s.attempt("full", "", "bb dd if=/dev/zero of=$out bs=1M count=100")
	e, ok := errors.AsType[*build.Error](err)
	if !ok || e.Status != build.TransientFailure || !strings.Contains(err.Error(), "full") {
		t.Fatal(err)
	}
	s.isClean()
}
