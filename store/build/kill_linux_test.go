package build_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/build"
)

// workEnv has a test process build all derivations of a store, its value.
const workEnv = "BUILD_TEST_WORK"

// work builds every derivation of the store at root.
func work(t *testing.T, root string) {
	s, err := store.Open(t.Context(), store.Options{URL: root})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var targets []build.Target
	for _, info := range all {
		if strings.HasSuffix(info.Path.Name(), ".drv") {
			targets = append(targets, build.Target{Drv: info.Path})
		}
	}
	opts := build.Options{Store: s, System: "x86_64-linux", SandboxPaths: strings.Fields(shell), Jobs: 3}
	if _, err := build.New(opts).Build(t.Context(), targets...); err != nil {
		t.Fatal(err)
	}
}

func TestWork(t *testing.T) {
	if root := os.Getenv(workEnv); root != "" {
		work(t, root)
	}
}

// worker starts a process that builds all of the store at root.
func worker(t *testing.T, root string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestWork$")
	cmd.Env = append(os.Environ(), workEnv+"="+root)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

const manySmall = `let n = 300; in builtins.genList (i: derivation {
	name = "small-${toString i}"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "lib" ];
	args = [ "-c" "/bin/busybox mkdir $out; /bin/busybox sleep 0.002; echo $lib > $out/a; /bin/busybox seq 3000 > $out/b; /bin/busybox seq ${toString i} > $lib; /bin/busybox sleep 777333 & true" ];
}) n`

// TestKill kills processes that build at random moments.
func TestKill(t *testing.T) {
	const kills = 100
	s := newSite(t)
	s.instantiate(manySmall)
	s.store.Close()
	killed := 0
	for killed < kills {
		cmd := worker(t, s.root)
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("all was built after %d kills", killed)
			killed = kills
		case <-time.After(time.Duration(10+rand.IntN(40)) * time.Millisecond):
			cmd.Process.Kill() //nolint:errcheck // it is gone already
			<-ended
			killed++
		}
	}
	if err := worker(t, s.root).Wait(); err != nil {
		t.Error(err)
	}
	for range 100 { // the kernel takes its time
		if len(running("777333")) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if left := running("777333"); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
	s = newSiteAt(t, s.root)
	s.isClean()
}

// TestTwoProcesses has two processes build the same at once.
func TestTwoProcesses(t *testing.T) {
	s := newSite(t)
	s.instantiate(`builtins.genList (i: derivation { name = "once-${toString i}"; system = "x86_64-linux"; builder = "/bin/sh";
		args = [ "-c" "/bin/busybox sleep 0.05; echo x > $out" ]; }) 10`)
	s.store.Close()
	a, b := worker(t, s.root), worker(t, s.root)
	if err := a.Wait(); err != nil {
		t.Error(err)
	}
	if err := b.Wait(); err != nil {
		t.Error(err)
	}
	s = newSiteAt(t, s.root)
	all, err := s.store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 20 {
		t.Errorf("%d paths", len(all))
	}
	s.isClean()
}
