package resolver

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"devenv/lockfile"
)

// toolbox is a Toolbox without files.
type toolbox struct{ err error }

func (b toolbox) Realise(_ context.Context, tool lockfile.Tool, system string) (Tree, error) {
	name := tool.Name + "-" + tool.Version
	return Tree{Path: "/nix/store/" + name, Real: "/real/" + name, NarHash: "sha256-" + name}, b.err
}

func (b toolbox) Contribution(tool, version, real, place string) (Contribution, error) {
	return Contribution{
		Path: []string{place + "/bin", real + "/bin"}, Dirs: []string{place},
		Set: map[string]string{"TOOL": tool, tool + "_VERSION": version}, Unset: []string{"GONE", "ALSO"},
	}, nil
}

func (b toolbox) Additional(tool, version, real, place string) (Contribution, error) {
	return Contribution{Path: []string{place + "/names"}}, nil
}

func plan(t *testing.T, p *Project, tools []lockfile.Tool) *Plan {
	t.Helper()
	plan, err := MakePlan(context.Background(), PlanRequest{
		Project: p, Tools: tools, System: system, Toolbox: toolbox{},
		Place: func(dir, tool string) string { return "/places" + "/" + tool },
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestMakePlan(t *testing.T) {
	p := manifestProject(t, `[env]
PATH = ["./bin", "/abs"]
TOOL = "mine"
GONE = "back"
python_VERSION = { unset = true }
ALSO = ["x"]
go_VERSION = ["y"]
[scripts]
build = "make"
[hooks]
enter = "in"
leave = "out"
`)
	got := plan(t, p, []lockfile.Tool{
		pinned("go", "1", "1.24.5", system), pinned("python", "3.13", "3.13.1", system),
		pinned("python", "3.11", "3.11.9", system), pinned("python", "3.10", "3.10.2", system),
	})
	if got.Label != "go 1.24.5, python 3.13.1, python 3.11.9, python 3.10.2" {
		t.Error(got.Label)
	}
	d := p.Dir
	wantPrepend := map[string][]string{
		"PATH": {d + "/bin", "/abs", "/places/go/bin", "/real/go-1.24.5/bin", "/places/python/bin", "/real/python-3.13.1/bin",
			"/places/python/names"},
		"go_VERSION": {d + "/y", "1.24.5"},
	}
	wantSet := map[string]string{"TOOL": "mine", "GONE": "back", "ALSO": d + "/x"}
	if !reflect.DeepEqual(got.Prepend, wantPrepend) || !reflect.DeepEqual(got.Set, wantSet) || !reflect.DeepEqual(got.Unset, []string{"python_VERSION"}) {
		t.Errorf("prepend %q\nset %q\nunset %q", got.Prepend, got.Set, got.Unset)
	}
	if got.Scripts["build"] != "make" || got.Enter != "in" || got.Leave != "out" || len(got.Roots) != 4 || len(got.Tools) != 4 {
		t.Errorf("%+v", got)
	}
}

func TestMakePlanFails(t *testing.T) {
	want := errors.New("full disk")
	_, err := MakePlan(context.Background(), PlanRequest{
		Project: &Project{}, Tools: []lockfile.Tool{pinned("go", "1", "1.24.5", system)}, Toolbox: toolbox{err: want},
		Place: func(string, string) string { return "" },
	})
	if !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

func TestRecord(t *testing.T) {
	tools := []lockfile.Tool{pinned("go", "1", "1.24.5", system)}
	p := plan(t, &Project{Dir: "/p"}, tools)
	recorded, news := p.Record(tools, system)
	if !news || recorded[0].Platforms[system].NarHash != "sha256-go-1.24.5" || tools[0].Platforms[system].NarHash != "" {
		t.Errorf("%v %+v %+v", news, recorded, tools)
	}
	if _, news = p.Record(recorded, system); news {
		t.Error("recorded twice")
	}
}
