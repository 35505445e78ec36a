package env

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test binary runs itself in these roles.
const roleVar = "DEVENV_ENV_TEST_ROLE"

func TestMain(m *testing.M) {
	switch role, dir, _ := strings.Cut(os.Getenv(roleVar), " "); role {
	case "":
		os.Exit(m.Run())
	case "publish":
		publishForEver(dir)
	default:
		diskRole(role, dir)
	}
}

func inRole(role, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role+" "+dir)
	return cmd
}

func roleTree(dir string) *Tree {
	return &Tree{Layout: Layout{State: filepath.Join(dir, "s"), Data: filepath.Join(dir, "d")},
		Rooter: &rootLog{roots: map[string][]string{}}, Renderer: jsonRenderer{}, Now: time.Now}
}

// publishForEver says a line on stdout when it begins, and never ends.
func publishForEver(dir string) {
	tree := roleTree(dir)
	fmt.Println("ready")
	for i := 0; ; i++ {
		b, err := tree.TryLock(dir)
		if err == nil {
			r := good(dir, strconv.Itoa(i%7))
			r.Inputs = Observe("", []Read{{dir + "/a", File, ""}, {dir + "/no", Absent, ""}}, nil, nil, later)
			_, err = b.Publish(context.Background(), r)
			b.Close()
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// A builder is killed at a random moment, again and again. What shells and
// programs find is whole each time, and the next event sets everything right.
func TestKilledBuilder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a", "text")
	tree := roleTree(dir)
	root, err := tree.Layout.Root(dir)
	check(t, err)
	publish(t, tree, dir, good(dir, "first"))
	random := rand.New(rand.NewPCG(1, 2))
	halfDone := 0
	for range 40 {
		cmd := inRole("publish", dir)
		out, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		lines := bufio.NewScanner(out)
		lines.Scan()
		time.Sleep(time.Duration(random.IntN(15_000)) * time.Microsecond)
		check(t, cmd.Process.Kill())
		if lines.Scan() {
			t.Fatal(lines.Text())
		}
		cmd.Wait()
		before, err := root.ReadState()
		check(t, err)
		wholeFor(t, tree, dir)
		if !root.sound(&before) {
			halfDone++
		}
		b, err := tree.TryLock(dir)
		check(t, err)
		after, err := b.Settle(t.Context())
		check(t, err)
		check(t, b.Close())
		if after.Key != before.Key || after.Generation < before.Generation {
			t.Fatalf("settled from %+v to %+v", before, after)
		}
		settledFor(t, tree, after)
	}
	if halfDone == 0 {
		t.Error("no kill hit a publication")
	}
	t.Logf("%d of 40 kills left something half done", halfDone)
}

// wholeFor checks what holds at every moment at which no builder runs.
func wholeFor(t *testing.T, tree *Tree, dir string) {
	t.Helper()
	for _, shell := range Shells() {
		p := readPointer(t, tree, dir, shell)
		if !exists(p.GenFile) {
			t.Fatalf("%s: the pointer names %s, which is not there", shell, p.GenFile)
		}
		if !exists(p.Script) {
			t.Fatalf("%s: the pointer names %s, which is not there", shell, p.Script)
		}
		if _, err := tree.Layout.ReadLayer(p.Key); err != nil {
			t.Fatal(err)
		}
		for _, w := range p.Watches {
			if !exists(w.Ref) {
				t.Fatalf("%s: the pointer names %s, which is not there", shell, w.Ref)
			}
		}
	}
}

// settledFor checks that nothing is left over and all say the same.
func settledFor(t *testing.T, tree *Tree, st State) {
	t.Helper()
	wholeFor(t, tree, st.Dir)
	for _, shell := range Shells() {
		if p := readPointer(t, tree, st.Dir, shell); p.Generation != st.Generation || p.Key != st.Key {
			t.Fatalf("%s: %+v, state %+v", shell, p, st)
		}
	}
	root, err := tree.Layout.Root(st.Dir)
	check(t, err)
	want := map[string]bool{"bash": true, "zsh": true, "fish": true, "lock": true, "state.json": true, "tools": true, "ref": true, filepath.Base(root.Gen(st.Generation)): true}
	for _, dir := range []string{root.Path(), root.refs()} {
		entries, err := os.ReadDir(dir)
		check(t, err)
		for _, entry := range entries {
			if !want[entry.Name()] {
				t.Fatalf("%s is left over", filepath.Join(dir, entry.Name()))
			}
		}
		want = map[string]bool{decimal(st.Generation): true}
	}
}

// While one process publishes, readers always find something whole: a pointer
// whose generation is gone has been replaced already.
func TestReadersWhilePublishing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a", "text")
	tree := roleTree(dir)
	root, err := tree.Layout.Root(dir)
	check(t, err)
	publish(t, tree, dir, good(dir, "first"))
	cmd := inRole("publish", dir)
	check(t, cmd.Start())
	defer cmd.Wait()
	defer cmd.Process.Kill()
	seen := map[uint64]bool{}
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); {
		p := readPointer(t, tree, dir, Zsh)
		seen[p.Generation] = true
		if _, err := root.ReadState(); err != nil {
			t.Fatal(err)
		}
		if !exists(p.GenFile) && readPointer(t, tree, dir, Zsh).Generation == p.Generation {
			t.Fatalf("generation %d is gone and its pointer is not", p.Generation)
		}
	}
	if len(seen) < 2 {
		t.Errorf("only generations %v", seen)
	}
}
