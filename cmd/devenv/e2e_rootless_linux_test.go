package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// bare runs a command as the stranger on a machine without a /nix: root makes one,
// whose root directory has everything else of this one's.
func (m *machine) bare(uid string, argv ...string) *result {
	m.Helper()
	if os.Getuid() != 0 {
		if _, err := os.Stat("/nix"); err == nil {
			missing(m.TB, "root is needed to hide /nix")
		}
		return m.as(argv...)
	}
	const script = `
PATH=$PATH:/usr/sbin:/sbin; r=$(mktemp -d); mount -t tmpfs none $r
for f in /*; do
  case $f in /nix|/tmp) continue;; esac
  if [ -L $f ]; then cp -P $f $r; elif [ -d $f ]; then mkdir $r$f; mount --rbind $f $r$f; fi
done
mkdir $r/tmp $r/.old; mount --rbind /tmp $r/tmp
cd $r; pivot_root . .old; cd "$HOME/../work"; umount -l /.old; rmdir /.old
uid=$1; shift
exec setpriv --reuid $uid --regid $uid --clear-groups "$@"`
	return m.run(m.path("work"), append([]string{need(m.TB, "unshare"), "-m", "sh", "-ec", script, "sh", uid}, argv...)...)
}

// Without root, without a daemon and without /nix, everything is there.
func TestRootless(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/bin/busybox"); err != nil {
		missing(t, "busybox is needed: apt-get install busybox-static")
	}
	m := stranger(t)
	m.own("work/prog.nix", `let
  base = { system = "x86_64-linux"; builder = "/bin/sh"; };
  data = derivation (base // { name = "data"; args = [ "-c" "echo from the store > $out" ]; });
in derivation (base // { name = "prog"; args = [ "-c" ''
  echo "#!/bin/sh
  read line < ${data}; echo \$line, \$1; test \"\$1\" != fail || exit 7" > $out; chmod +x $out'' ]; PATH = "/bin"; })
`)
	user := "65534"
	do := func(args ...string) *result { t.Helper(); return m.bare(user, append([]string{m.program}, args...)...) }
	m.bare(user, "ls", "/nix").fails(2)
	m.own("work/plain.nix", `derivation { name = "plain"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo plain > $out" ]; }`)
	do("build", "--offline", "--file", "plain.nix", "--no-link").ok()
	out := strings.TrimSpace(do("build", "--offline", "--file", "prog.nix", "--print-out-paths", "--option", "sandbox-paths", "/bin/sh=/bin/busybox /bin/busybox").ok().stdout)
	if _, err := os.Lstat(m.path("home/.local/share/devenv" + out)); err != nil {
		t.Error(err)
	}
	do("exec", "--", out, "hello").ok().prints(`(?m)^from the store, hello$`)
	do("exec", "--", out, "fail").says(`nothing is declared`)
	if r := do("exec", "--", out, "fail"); r.code != 7 {
		t.Errorf("the command's exit code: %v", r)
	}
	do("exec", "--nix-store", "--", "sh", "-c", "./result x; cd /; pwd; kill -TERM $$").prints(`(?s)^from the store, x\n/\n$`)
	if r := do("exec", "--nix-store", "--", "sh", "-c", "kill -TERM $$"); r.code != 143 {
		t.Errorf("ended by a signal: %v", r)
	}
	do("develop", "--nix-store", "-c", "cat", "result").ok().prints(`^#!/bin/sh`)
	do("exec", "--nix-store", "--", m.program, "exec", "--", out, "inside").ok().prints(`(?m)^from the store, inside$`)
	do("exec", "--", "ls", "-d", "/nix") // without a need there is no /nix
	if r := do("exec", "--", "ls", "-d", "/nix"); r.code != 2 {
		t.Errorf("a namespace nobody needs: %v", r)
	}

	// Root gives the machine a /nix for once and all.
	do("setup", "--system").ok().prints(`(?m)^sudo install -d .* /nix$`)
	do("doctor").prints(`private store`)
	all := m.bare("0", "sh", "-ec", `
"$0" setup --system; ls -d /nix/store; "$0" setup --system; "$0" doctor | grep 'system store'
chown nobody /nix; rm -r /nix/var; if "$0" -C / setup --system; then exit 9; fi`, m.program)
	if os.Getuid() == 0 && (all.code != 0 || !strings.Contains(all.stdout, "/nix/store") || !strings.Contains(all.stderr, "is there already")) {
		t.Error(all)
	}
}

// Where namespaces are forbidden it is said what forbids them, and what else
// there is.
func TestForbiddenNamespaces(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		missing(t, "root is needed to forbid namespaces")
	}
	m := stranger(t)
	forbidden := func(argv ...string) *result {
		t.Helper()
		cmd := m.command(m.path("work"), append([]string{"/bin/sh", "-ec",
			`echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"`, "sh"}, argv...)...)
		all := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 65536}}
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: all, GidMappings: all, GidMappingsEnableSetgroups: true}
		return m.finish(cmd)
	}
	m.own("work/hello.nix", hello)
	forbidden(m.program, "build", "--offline", "--file", "hello.nix").fails(4).says(`user\.max_user_namespaces is 0`)
	forbidden(m.program, "exec", "--nix-store", "--", "true").fails(1).says(`user\.max_user_namespaces is 0`, `setup --system`)
	forbidden(m.program, "exec", "--", "true").ok()
	forbidden(m.program, "doctor").prints(`user\.max_user_namespaces is 0`)
}
