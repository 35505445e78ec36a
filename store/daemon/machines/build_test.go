package machines

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"devenv/store/daemon"
	"devenv/store/daemon/daemontest"
	"devenv/store/derivation"
	"devenv/store/nar"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// memory is a local store.
type memory struct {
	infos map[storepath.Path]narinfo.Info
	nars  map[storepath.Path][]byte
}

func (m *memory) add(t *testing.T, dir storepath.Dir, name, text string) storepath.Path {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := nar.Dump(&archive, file); err != nil {
		t.Fatal(err)
	}
	h := nixhash.NewHasher(nixhash.SHA256)
	h.Write(archive.Bytes())
	p, err := dir.Source(name, h.Sum(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	m.infos[p] = narinfo.Info{Path: p, NarHash: h.Sum(), NarSize: h.Size()}
	m.nars[p] = archive.Bytes()
	return p
}

func (m *memory) Nar(_ context.Context, p storepath.Path, sink func(io.Reader) error) error {
	return sink(bytes.NewReader(m.nars[p]))
}

func (m *memory) Import(_ context.Context, info narinfo.Info, r io.Reader) (err error) {
	m.infos[info.Path] = info
	m.nars[info.Path], err = io.ReadAll(r)
	return err
}

func (m *memory) Closure(_ context.Context, ps ...storepath.Path) (all []narinfo.Info, err error) {
	for _, p := range ps {
		all = append(all, m.infos[p])
	}
	return all, nil
}

func (m *memory) Missing(_ context.Context, ps []storepath.Path) (missing []storepath.Path, err error) {
	for _, p := range ps {
		if _, ok := m.infos[p]; !ok {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

func TestBuild(t *testing.T) {
	nix := daemontest.New(t).Start(t)
	system := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH] + "-" + runtime.GOOS
	pool := NewPool([]Machine{{URL: "daemon", Systems: []string{system}, MaxJobs: 1, Speed: 1}}, func(ctx context.Context, m Machine) (*daemon.Client, error) {
		return daemon.Open(ctx, daemon.Options{URL: m.StoreURL(), Getenv: nix.Getenv, Unsigned: true})
	})
	defer pool.Close()
	local := &memory{map[storepath.Path]narinfo.Info{}, map[storepath.Path][]byte{}}
	dir := storepath.Dir(nix.StoreDir)
	source := local.add(t, dir, "source", "what to build")

	for name, text := range map[string]string{"good": fmt.Sprintf("read a < %s; echo built $a > $out", dir.Join(source)), "bad": "exit 7"} {
		d := &derivation.Derivation{Name: name, Outputs: []derivation.Output{{Name: "out"}}, System: system, Builder: "/bin/sh",
			Args: []string{"-c", text}, InputSrcs: []storepath.Path{source}}
		made, err := derivation.NewHasher(dir, derivation.NewMemo(dir, nil)).Instantiate(d)
		if err != nil {
			t.Fatal(err)
		}
		slot, err := pool.Reserve(system, nil)
		if err != nil || slot == nil {
			t.Fatal(slot, err)
		}
		if other, err := pool.Reserve(system, nil); other != nil || err != nil {
			t.Errorf("a second job: %v, %v", other, err)
		}
		result, err := slot.Build(t.Context(), local, Job{Path: made.Path, Derivation: d, Inputs: d.InputSrcs})
		slot.Release()
		slot.Release()
		out := d.Outputs[0].Path
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case name == "bad" && (result.Err() == nil || !strings.Contains(result.Err().Error(), "exit code 7")):
			t.Errorf("%s: %+v", name, result)
		case name == "good" && (result.Err() != nil || !bytes.Contains(local.nars[out], []byte("built what to build\n"))):
			t.Errorf("%s: %+v; %q", name, result, local.nars[out])
		}
	}
}

func TestReserve(t *testing.T) {
	broken := errors.New("no route")
	pool := NewPool([]Machine{
		{URL: "slow", Systems: []string{"a"}, MaxJobs: 3, Speed: 1},
		{URL: "fast", Systems: []string{"a", "b"}, MaxJobs: 3, Speed: 2},
		{URL: "none", Systems: []string{"c"}, MaxJobs: 0, Speed: 1},
	}, func(context.Context, Machine) (*daemon.Client, error) { return nil, broken })
	var order []string
	for {
		slot, err := pool.Reserve("a", nil)
		if err != nil {
			t.Fatal(err)
		}
		if slot == nil {
			break
		}
		defer slot.Release()
		order = append(order, slot.Machine().URL)
	}
	if got := strings.Join(order, " "); got != "fast slow fast fast slow slow" {
		t.Errorf("in the order %s", got)
	}
	none := new(NoMachineError)
	for _, want := range []struct {
		system   string
		features []string
	}{{"c", nil}, {"a", []string{"kvm"}}} {
		if slot, err := pool.Reserve(want.system, want.features); slot != nil || !errors.As(err, &none) || !strings.Contains(err.Error(), "fast (a, b; 3 jobs") {
			t.Errorf("%v: %v, %v", want, slot, err)
		}
	}
}

// A machine that cannot be reached is not chosen again.
func TestUnreachable(t *testing.T) {
	broken := errors.New("no route")
	pool := NewPool([]Machine{{URL: "only", Systems: []string{"a"}, MaxJobs: 2, Speed: 1}},
		func(context.Context, Machine) (*daemon.Client, error) { return nil, broken })
	slot, err := pool.Reserve("a", nil)
	if err != nil {
		t.Fatal(err)
	}
	unreachable := new(UnreachableError)
	if _, err := slot.Build(t.Context(), nil, Job{}); !errors.As(err, &unreachable) || !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if slot, err := pool.Reserve("a", nil); slot != nil || err == nil || !strings.Contains(err.Error(), "no route") {
		t.Errorf("%v, %v", slot, err)
	}
}
