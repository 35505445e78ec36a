package daemon

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"devenv/store/daemon/daemontest"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

// script adds a derivation that runs a shell script and returns its path.
func script(t *testing.T, c *Client, name, text string, env ...derivation.Var) (storepath.Path, *derivation.Derivation) {
	t.Helper()
	d := &derivation.Derivation{Name: name, Outputs: []derivation.Output{{Name: "out"}}, System: system(), Builder: "/bin/sh", Args: []string{"-c", text}, Env: env}
	d.SetEnv("PATH", "/usr/bin:/bin")
	d.SetEnv("name", name)
	d.Sort()
	made, err := derivation.NewHasher(c.Dir(), derivation.NewMemo(c.Dir(), nil)).Instantiate(d)
	if err != nil {
		t.Fatal(err)
	}
	info, err := c.AddText(t.Context(), name+derivation.Extension, made.ATerm, d.References())
	if err != nil || info.Path != made.Path {
		t.Fatalf("%v, %v; want %v", info.Path, err, made.Path)
	}
	return info.Path, d
}

// system is this machine's, as Nix calls it.
func system() string {
	return map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH] + "-" + runtime.GOOS
}

func TestBuild(t *testing.T) {
	t.Parallel()
	nix := daemontest.New(t).Start(t)
	var log []string
	c := open(t, Options{Getenv: nix.Getenv, Settings: &Settings{KeepGoing: true, MaxJobs: 2}, Events: func(e Event) {
		if line, ok := e.LogLine(); ok {
			log = append(log, line)
		}
	}})
	ctx := t.Context()
	good, drv := script(t, c, "good", "echo working; echo made > $out")
	bad, _ := script(t, c, "bad", "echo breaking; exit 3")

	plan, err := c.Plan(ctx, []Target{OutputsOf(good), OutputsOf(bad, "out")})
	if err != nil || len(plan.Build) != 2 || len(plan.Substitute)+len(plan.Unknown) != 0 {
		t.Errorf("plan: %+v, %v", plan, err)
	}
	results, err := c.Build(ctx, []Target{OutputsOf(good), OutputsOf(bad), {Path: good}}, Normal)
	if err != nil {
		t.Fatal(err)
	}
	out := drv.Outputs[0].Path
	if r := results[0]; r.Err() != nil || r.Status != Built || r.Outputs["out"].Path != out || r.Stop.Before(r.Start) {
		t.Errorf("the good one: %+v", r)
	}
	if r := results[1]; r.Status.OK() || !strings.Contains(r.Err().Error(), "exit code 3") || len(r.Outputs) != 0 {
		t.Errorf("the bad one: %+v", r)
	}
	if r := results[2]; r.Status != AlreadyValid || r.Err() != nil {
		t.Errorf("a path that is there: %+v", r)
	}
	if slices.Sort(log); !slices.Equal(log, []string{"breaking", "working"}) {
		t.Errorf("log: %q", log)
	}
	if text, err := os.ReadFile(c.Dir().Join(out)); err != nil || string(text) != "made\n" {
		t.Errorf("%q, %v", text, err)
	}
	if outputs, err := c.Outputs(ctx, good); err != nil || len(outputs) != 1 || outputs["out"] != out {
		t.Errorf("outputs: %v, %v", outputs, err)
	}
	if ps, err := c.Derivers(ctx, out); err != nil || !slices.Equal(ps, []storepath.Path{good}) {
		t.Errorf("derivers: %v, %v", ps, err)
	}
	read, err := c.Derivation(ctx, good)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := drv.AppendATerm(nil, c.Dir())
	if got, _ := read.AppendATerm(nil, c.Dir()); string(got) != string(want) {
		t.Errorf("the derivation reads as %s", got)
	}
	said := new(Error)
	if err := c.BuildAll(ctx, []Target{OutputsOf(bad)}, Normal); !errors.As(err, &said) {
		t.Errorf("building the bad one: %v", err)
	}
	if err := c.BuildAll(ctx, []Target{OutputsOf(good)}, Check); err != nil {
		t.Errorf("checking the good one: %v", err)
	}
}

// A floating output's path is told by the build, and known afterwards.
func TestBuildFloating(t *testing.T) {
	t.Parallel()
	c, nix := started(t)
	ctx := t.Context()
	expr := `derivation { name = "ca"; system = "` + system() + `"; builder = "/bin/sh"; args = ["-c" "echo x > $out"];
		__contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; }`
	drv, err := c.Dir().Parse(nix.Run(t, "nix-instantiate", "--expr", expr))
	if err != nil {
		t.Fatal(err)
	}
	if outputs, err := c.Outputs(ctx, drv); err != nil || !outputs["out"].IsZero() {
		t.Errorf("outputs before: %v, %v", outputs, err)
	}
	results, err := c.Build(ctx, []Target{OutputsOf(drv, "out")}, Normal)
	if err != nil || results[0].Err() != nil {
		t.Fatal(results, err)
	}
	made := results[0].Outputs["out"]
	if found, err := c.QueryRealisation(ctx, made.ID); err != nil || found.Path != made.Path || found.ID != made.ID {
		t.Errorf("%+v, %v; built as %+v", found, err, made)
	}
	other := made
	other.ID.Output = "other"
	if _, err := c.QueryRealisation(ctx, other.ID); !errors.Is(err, ErrInvalid) {
		t.Errorf("an output that is not: %v", err)
	}
	if err := c.RegisterRealisation(ctx, other); err != nil {
		t.Fatal(err)
	}
	if found, err := c.QueryRealisation(ctx, other.ID); err != nil || found.Path != made.Path {
		t.Errorf("registered: %+v, %v", found, err)
	}
}

func TestBuildDerivation(t *testing.T) {
	t.Parallel()
	c, _ := started(t)
	p, drv := script(t, c, "alone", "echo alone > $out")
	r, err := c.BuildDerivation(t.Context(), p, drv, nil, Normal)
	if err != nil || r.Err() != nil || r.Outputs["out"].Path != drv.Outputs[0].Path {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := c.Lookup(t.Context(), drv.Outputs[0].Path); err != nil {
		t.Error(err)
	}
}

func TestCollect(t *testing.T) {
	t.Parallel()
	c, nix := started(t)
	ctx := t.Context()
	var ps []storepath.Path
	for _, name := range []string{"kept", "dropped"} {
		info, err := c.AddText(ctx, name, []byte(name), nil)
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, info.Path)
	}
	drv, _ := script(t, c, "built", "echo built > $out")
	dead := func() []string {
		done, err := c.Collect(ctx, CollectOptions{Action: ReturnDead})
		if err != nil {
			t.Fatal(err)
		}
		return done.Paths
	}
	if paths := dead(); len(paths) != 0 {
		t.Errorf("what was added is garbage at once: %v", paths)
	}
	// What a connection held, the next one holds.
	c.pool.flush()
	if paths := dead(); len(paths) != 0 {
		t.Errorf("with the connection the temporary roots went: %v", paths)
	}
	if _, err := c.Build(ctx, []Target{OutputsOf(drv)}, Normal); err != nil {
		t.Fatal(err)
	}
	c.pool.flush()
	if paths := dead(); len(paths) != 0 {
		t.Errorf("with the connection went what was built: %v", paths)
	}
	c.Close()
	link := nix.Root + "/link"
	if err := os.Symlink(string(c.Dir())+"/"+ps[0].Base(), link); err != nil {
		t.Fatal(err)
	}
	c = open(t, Options{Getenv: nix.Getenv})
	if err := c.AddIndirectRoot(ctx, link); err != nil {
		t.Fatal(err)
	}
	roots, err := c.Roots(ctx)
	if err != nil || !slices.Contains(roots, Root{link, ps[0]}) {
		t.Errorf("roots: %v, %v", roots, err)
	}
	var unsupported *UnsupportedError
	if err := c.AddPermRoot(ctx, ps[0], nix.Root+"/perm"); !errors.As(err, &unsupported) {
		t.Errorf("a root that Nix 2.8 cannot make: %v", err)
	}
	done, err := c.Collect(ctx, CollectOptions{Action: DeleteDead})
	if err != nil || !slices.Contains(done.Paths, c.Dir().Join(ps[1])) || done.Freed == 0 {
		t.Errorf("%+v, %v", done, err)
	}
	if missing, err := c.Missing(ctx, ps); err != nil || !slices.Equal(missing, ps[1:]) {
		t.Errorf("missing: %v, %v", missing, err)
	}
	if bad, err := c.Verify(ctx, true, false); bad || err != nil {
		t.Errorf("verify: %v, %v", bad, err)
	}
	if err := c.Optimise(ctx); err != nil {
		t.Error(err)
	}
}

// A build ends when nobody wants it any more, and the client goes on.
func TestCancel(t *testing.T) {
	t.Parallel()
	nix := daemontest.New(t).Start(t)
	begun := make(chan struct{})
	c := open(t, Options{Getenv: nix.Getenv, Settings: &Settings{MaxJobs: 1}, Events: func(e Event) {
		if line, ok := e.LogLine(); ok && line == "begun" {
			close(begun)
		}
	}})
	mark := nix.Root + "/mark"
	drv, _ := script(t, c, "long", "echo begun; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; echo $i > "+mark+"; done")
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	go func() {
		<-begun
		cancel(enough)
	}()
	if _, err := c.Build(ctx, []Target{OutputsOf(drv)}, Normal); !errors.Is(err, enough) {
		t.Errorf("%v", err)
	}
	if ok, err := c.Valid(t.Context(), drv); !ok || err != nil {
		t.Errorf("afterwards: %v, %v", ok, err)
	}
	if err := c.Ping(ctx); !errors.Is(err, enough) {
		t.Errorf("with a context that has ended: %v", err)
	}
	c.Close()
	if err := c.Ping(t.Context()); err == nil {
		t.Error("a client that was closed answers")
	}
}
