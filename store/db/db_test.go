package db_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"devenv/store/db"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

func open(t *testing.T, dir string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{Dir: dir, StoreDir: storepath.Default})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// sample returns an info whose path is made from name.
func sample(t *testing.T, name string, refs ...db.Info) db.Info {
	t.Helper()
	h := nixhash.NewHasher(nixhash.SHA256)
	h.Write([]byte(name))
	p, err := storepath.Default.Source(name, h.Sum(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	info := db.Info{Path: p, NarHash: h.Sum(), NarSize: 120, Registered: time.Unix(1700000000, 0)}
	for _, r := range refs {
		info.References = append(info.References, r.Path)
	}
	return info
}

func TestRegisterAndLookup(t *testing.T) {
	ctx, d := t.Context(), open(t, t.TempDir())
	lib := sample(t, "lib")
	app := sample(t, "app", lib)
	app.References = append(app.References, app.Path) // a path may refer to itself
	app.Deriver = sample(t, "app.drv").Path
	app.Ultimate = true
	app.Signatures = []string{"k1:AAAA", "k2:BBBB"}
	if err := d.Register(ctx, nil, app); !errors.Is(err, db.ErrInvalid) {
		t.Errorf("Register before its reference: %v, want ErrInvalid", err)
	}
	if _, err := d.Lookup(ctx, app.Path); !errors.Is(err, db.ErrInvalid) {
		t.Errorf("a failed Register left a row behind: %v", err)
	}
	if err := d.Register(ctx, nil, app, lib); err != nil {
		t.Fatal(err)
	}
	got, err := d.Lookup(ctx, app.Path)
	if err != nil {
		t.Fatal(err)
	}
	want := app
	if storepath.Compare(want.References[0], want.References[1]) > 0 {
		want.References = []storepath.Path{app.Path, lib.Path}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Lookup: got  %+v\nwant %+v", got, want)
	}
	all, err := d.All(ctx)
	if err != nil || len(all) != 2 {
		t.Fatalf("All: %d paths, %v", len(all), err)
	}
	for _, info := range all {
		if one, _ := d.Lookup(ctx, info.Path); !reflect.DeepEqual(info, one) {
			t.Errorf("All and Lookup differ: %+v, %+v", info, one)
		}
	}
}

func TestRegisterAgain(t *testing.T) {
	ctx, d := t.Context(), open(t, t.TempDir())
	a := sample(t, "a")
	a.Deriver = sample(t, "a.drv").Path
	if err := d.Register(ctx, nil, a); err != nil {
		t.Fatal(err)
	}
	b := a
	b.Signatures = []string{"k:C"}
	b.Deriver = storepath.Path{}
	b.Registered = time.Unix(1800000000, 0)
	if err := d.Register(ctx, nil, b); err != nil {
		t.Fatal(err)
	}
	got, err := d.Lookup(ctx, a.Path)
	if err != nil || !got.Registered.Equal(a.Registered) || len(got.Signatures) != 1 || got.Deriver != a.Deriver {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestInvalidate(t *testing.T) {
	ctx, d := t.Context(), open(t, t.TempDir())
	a := sample(t, "a")
	b := sample(t, "b", a)
	c := sample(t, "c", b)
	c.References = append(c.References, c.Path)
	if err := d.Register(ctx, nil, a, b, c); err != nil {
		t.Fatal(err)
	}
	err := d.Invalidate(ctx, []storepath.Path{b.Path, a.Path})
	inUse, ok := errors.AsType[*db.InUseError](err)
	if !ok || inUse.Referrers[0] != c.Path && inUse.Referrers[0] != b.Path {
		t.Errorf("Invalidate of a path in use: %v", err)
	}
	if _, err := d.Lookup(ctx, a.Path); err != nil {
		t.Errorf("it invalidated part: %v", err)
	}
	if err := d.Invalidate(ctx, []storepath.Path{a.Path, b.Path, c.Path, sample(t, "never").Path}); err != nil {
		t.Fatal(err)
	}
	if all, err := d.All(ctx); err != nil || len(all) != 0 {
		t.Errorf("left: %v, %v", all, err)
	}
}

// TestSchemaIsNixs compares the tables with those that nix-store makes.
func TestSchemaIsNixs(t *testing.T) {
	ours, theirs := t.TempDir(), t.TempDir()
	open(t, ours)
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, "nix-store", "--store", theirs, "--add", file)
	theirs = filepath.Join(theirs, "nix/var/nix/db")
	if got, want := schema(t, ours), schema(t, theirs); got != want {
		t.Errorf("tables:\n%s\nNix's:\n%s", got, want)
	}
	for _, q := range []string{"pragma journal_mode", "pragma page_size", "pragma encoding", "pragma auto_vacuum"} {
		if got, want := query(t, ours, q), query(t, theirs, q); got != want {
			t.Errorf("%s: %s, Nix's: %s", q, got, want)
		}
	}
	for _, name := range []string{"schema", "big-lock", "reserved"} {
		got, err := os.ReadFile(filepath.Join(ours, name))
		want, werr := os.ReadFile(filepath.Join(theirs, name))
		if err != nil || werr != nil || len(got) != len(want) || name == "schema" && string(got) != string(want) {
			t.Errorf("file %s: %d bytes %v, Nix's: %d bytes %v", name, len(got), err, len(want), werr)
		}
	}
}

var (
	comments = regexp.MustCompile(`--[^\n]*`)
	spaces   = regexp.MustCompile(`\s+`)
)

// schema returns the definitions of dir's tables without comments and layout.
func schema(t *testing.T, dir string) string {
	text := query(t, dir, "select sql || ';' from sqlite_master where sql is not null order by name")
	text = spaces.ReplaceAllString(comments.ReplaceAllString(text, ""), " ")
	return strings.ReplaceAll(text, "; ", ";\n")
}

func query(t *testing.T, dir, q string) string { return run(t, "sqlite3", dir+"/db.sqlite", q) }

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil && os.Getenv("CI") != "true" {
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=build-users-group =")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, stderr.String())
	}
	return string(out)
}

func TestOpenRefuses(t *testing.T) {
	write := func(name, text string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		damage func(t *testing.T, dir string)
		text   string
		hint   string
	}{
		"newer schema":        {write("schema", "11"), "schema version 11", "Update devenv"},
		"older schema":        {write("schema", "7\n"), "schema version 7", "nix-store --verify"},
		"schema not a number": {write("schema", ""), `schema is corrupt: "" is not a version`, "mv '"},
		"not a database":      {write("db.sqlite", strings.Repeat("not a database\n", 999)), "db.sqlite is corrupt", "mv '"},
		"tables missing":      {write("db.sqlite", ""), "db.sqlite is corrupt", "mv '"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			open(t, dir).Close()
			tt.damage(t, dir)
			d, err := db.Open(t.Context(), db.Options{Dir: dir, StoreDir: storepath.Default})
			if err == nil {
				_, err = d.All(t.Context())
				d.Close()
			}
			var hint interface{ Hint() string }
			if err == nil || !strings.Contains(err.Error(), tt.text) || !errors.As(err, &hint) || !strings.Contains(hint.Hint(), tt.hint) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCheckFindsDamage(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	for i := range 200 {
		if err := d.Register(t.Context(), nil, sample(t, "p"+strings.Repeat("x", i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Close()
	file := filepath.Join(dir, "db.sqlite")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 5 * 4096; i < len(text); i += 4096 {
		copy(text[i:], "damage")
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*db.CorruptError](open(t, dir).Check(t.Context())); !ok {
		t.Error("Check found nothing")
	}
}

func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			d, err := db.Open(t.Context(), db.Options{Dir: dir, StoreDir: storepath.Default})
			if err != nil {
				t.Error(err)
				return
			}
			defer d.Close()
			for j := range 20 {
				if err := d.Register(t.Context(), nil, sample(t, string(rune('a'+i))+string(rune('a'+j))), sample(t, "common")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if all, err := open(t, dir).All(t.Context()); err != nil || len(all) != 161 {
		t.Errorf("%d paths, %v; want 161", len(all), err)
	}
}

// TestLockedByAnother has the sqlite3 shell hold the database.
func TestLockedByAnother(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	cmd := exec.Command("sqlite3", dir+"/db.sqlite")
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	in.Write([]byte("begin immediate;\nselect 'held';\n"))
	out.Read(make([]byte, 16))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := d.Register(ctx, nil, sample(t, "a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while locked: %v", err)
	}
	time.AfterFunc(300*time.Millisecond, func() { in.Close() })
	if err := d.Register(t.Context(), nil, sample(t, "a")); err != nil {
		t.Errorf("once free: %v", err)
	}
	cmd.Wait()
}

func TestReadOnlyDirectory(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	a := sample(t, "a")
	if err := d.Register(t.Context(), nil, a); err != nil {
		t.Fatal(err)
	}
	d.Close()
	readOnly(t, dir, func() {
		d := open(t, dir)
		if _, err := d.Lookup(t.Context(), a.Path); err != nil {
			t.Error(err)
		}
		if err := d.Register(t.Context(), nil, sample(t, "b")); !errors.Is(err, os.ErrPermission) {
			t.Errorf("Register: %v, want a permission error", err)
		}
	})
}

func TestNoWAL(t *testing.T) {
	dir := t.TempDir()
	d, err := db.Open(t.Context(), db.Options{Dir: dir, StoreDir: storepath.Default, NoWAL: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Register(t.Context(), nil, sample(t, "a")); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if got := query(t, dir, "pragma journal_mode"); got != "delete\n" { // that of a new connection to a database without WAL
		t.Errorf("journal_mode %s", got)
	}
}

// readOnly runs f while dir cannot be written: not by root either, who is
// somebody else meanwhile.
func readOnly(t *testing.T, dir string, f func()) {
	t.Helper()
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755)
	if os.Geteuid() == 0 {
		if err := syscall.Seteuid(65534); err != nil {
			t.Fatal(err)
		}
		defer syscall.Seteuid(0)
	}
	f()
}
