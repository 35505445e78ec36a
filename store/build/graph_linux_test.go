package build_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"devenv/store/build"
	"devenv/store/storepath"
)

// TestSubstitute takes from another store what is there.
func TestSubstitute(t *testing.T) {
	const expr = `let sh = name: attrs: script: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ]; } // attrs);
		a = sh "a" { } "echo a > $out"; b = sh "b" { inherit a; } "echo $a > $out";
		in [ b (sh "own" { inherit b; allowSubstitutes = false; } "echo $b > $out") ]`
	there, here := newSite(t), newSite(t)
	drvs := there.instantiate(expr)
	here.instantiate(expr)
	if _, err := there.build(drvs...); err != nil {
		t.Fatal(err)
	}
	here.opts.Substituter = there.store
	results, err := here.build(drvs...)
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Status != build.Substituted || results[1].Status != build.Built {
		t.Errorf("%v, %v", results[0].Status, results[1].Status)
	}
	again, err := here.build(drvs...)
	if err != nil || again[0].Status != build.AlreadyValid || again[1].Status != build.AlreadyValid {
		t.Errorf("%v, %v", again, err)
	}
	here.isClean()
}

// TestFailures tries what a graph makes of failures, and what outputs may not be.
func TestFailures(t *testing.T) {
	s := newSite(t)
	drvs := s.instantiate(`let sh = name: attrs: script: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ]; } // attrs);
		bad = sh "bad" { } "exit 1"; ok = sh "ok" { } "echo ok > $out"; uses = sh "uses" { inherit ok; } "echo $ok > $out";
		in [
			(sh "needs" { inherit bad ok; } "true")
			(sh "independent" { } "echo x > $out")
			(sh "references" { inherit ok; allowedReferences = [ ]; } "echo $ok > $out")
			(sh "requisites" { inherit ok uses; disallowedRequisites = [ ok ]; } "echo $uses > $out")
			(sh "large" { __structuredAttrs = true; outputChecks.out.maxSize = 1000; } "/bin/busybox seq 10000 > /nix/store/$(/bin/busybox grep -o '[a-z0-9]\\{32\\}-large' /build/.attrs.json)")
			(sh "mismatch" { outputHash = "0000000000000000000000000000000000000000000000000000"; outputHashAlgo = "sha256"; } "echo other > $out")
			(derivation { name = "feature"; system = "x86_64-linux"; builder = "/bin/sh"; requiredSystemFeatures = [ "quantum" ]; })
			(derivation { name = "nowhere"; system = "x86_64-linux"; builder = "/no/such/builder"; })
		]`)
	s.opts.KeepGoing = true
	results, err := s.build(drvs...)
	if err == nil {
		t.Fatal("nothing failed")
	}
	for i, want := range []struct {
		status build.Status
		says   string
	}{
		{build.DependencyFailed, "1 of what it needs failed"}, {build.Built, ""},
		{build.OutputRejected, "allowedReferences"}, {build.OutputRejected, "disallowedRequisites"}, {build.OutputRejected, "maxSize"},
		{build.HashMismatch, "got:    sha256-"}, {build.InputRejected, `feature "quantum"`}, {build.PermanentFailure, "/no/such/builder"},
	} {
		got := results[i]
		if got.Status != want.status || want.says != "" && (got.Err == nil || !strings.Contains(got.Err.Error(), want.says)) {
			t.Errorf("%s: %v, %v", drvs[i].Name(), got.Status, got.Err)
		}
	}
	s.isClean()
	// What was fetched is there for whoever corrects the hash.
	other := s.instantiate(`derivation { name = "mismatch"; system = "x86_64-linux"; builder = "/none"; outputHash = builtins.hashString "sha256" "other\n"; outputHashAlgo = "sha256"; }`)
	if got, err := s.build(other...); err != nil || got[0].Status != build.AlreadyValid {
		t.Errorf("%v, %v", got, err)
	}
}

// TestBadDerivations tries .drv files that nobody should have written.
func TestBadDerivations(t *testing.T) {
	s := newSite(t)
	drv := s.instantiate(`derivation { name = "x"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo x > $out" ]; }`)[0]
	file := s.store.Real(drv)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"changed": strings.Replace(string(text), "echo x", "echo y", 1), "cut": string(text[:len(text)/2]), "empty": "", "other": "hello",
	} {
		if err := errors.Join(os.Chmod(file, 0o644), os.WriteFile(file, []byte(bad), 0o644)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.build(drv); err == nil || !strings.Contains(err.Error(), "x.drv") {
			t.Errorf("%s: %v", name, err)
		}
	}
	missing, _ := storepath.ParseBase("00000000000000000000000000000000-missing.drv")
	if _, err := s.build(missing); err == nil || !strings.Contains(err.Error(), "neither in the store nor anywhere else") {
		t.Error(err)
	}
}
