package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestStart holds what happens before main: every command pays for what
// packages do when they are initialised. Counts do not depend on how busy the
// machine is.
func TestStart(t *testing.T) {
	site, err := newSite(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer site.close()
	cmd := exec.Command(site.path("bin/devenv"), "--version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1", "HOME="+site.dir)
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	var own, all int
	for lines := bufio.NewScanner(strings.NewReader(trace.String())); lines.Scan(); {
		// init NAME @0.1 ms, 0.01 ms clock, 568 bytes, 7 allocs
		var name string
		var at, clock float64
		var bytes, allocs int
		n, err := fmt.Sscanf(lines.Text(), "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &name, &at, &clock, &bytes, &allocs)
		if n != 5 {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		all += allocs
		if strings.HasPrefix(name, module+"/") {
			own += allocs
			if allocs > 30 {
				t.Errorf("%s allocates %d times (%d bytes) when it is initialised: let the first use do it", name, allocs, bytes)
			}
		}
	}
	t.Logf("%d allocations before main, %d of them by devenv's packages", all, own)
	if all == 0 || all > 1350 {
		t.Errorf("%d allocations before main", all)
	}
}

const module = "devenv"
