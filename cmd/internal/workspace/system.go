package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"devenv/store"
	"devenv/store/namespace"
)

// SystemSetup is what it takes to give this machine a /nix that a user may write.
type SystemSetup struct {
	Done     bool       // it is there already
	Commands [][]string // to be run by root
	UID, GID int        // whose it will be
}

// PlanSystem finds out what there is to do for a /nix of the user's. For root in
// a sudo it is the user who called that.
func (w *Workspace) PlanSystem() (SystemSetup, error) {
	s := SystemSetup{UID: os.Getuid(), GID: os.Getgid()}
	if runtime.GOOS != "linux" {
		return s, &SystemError{"this system's root directory cannot be written", "Install Nix, whose installer makes a volume for /nix: devenv uses its daemon."}
	}
	if uid, err := strconv.Atoi(w.o.Getenv("SUDO_UID")); err == nil && s.UID == 0 {
		s.UID = uid
		if s.GID, err = strconv.Atoi(w.o.Getenv("SUDO_GID")); err != nil {
			s.GID = uid
		}
	}
	switch u := (store.URL{Kind: store.Auto}).Resolve(w.layout.Data); {
	case u.Kind == store.Daemon:
		return s, &SystemError{"a Nix daemon keeps /nix", "Nothing need be done: `devenv build` and `devenv store` use it."}
	case u.Kind == store.Local && u.Target == "":
		s.Done = true
		return s, nil
	}
	entries, err := os.ReadDir("/nix")
	if err != nil && !errors.Is(err, fs.ErrNotExist) || len(entries) > 0 && !namespace.There(filepath.Join(w.layout.Data, "nix"), "/nix") {
		return s, &SystemError{"/nix is there, and another's", "See `ls -la /nix`: who made it can give it to you, or start the Nix daemon."}
	}
	s.Commands = [][]string{{"install", "-d", "-m", "0755", "-o", strconv.Itoa(s.UID), "-g", strconv.Itoa(s.GID), "/nix"}}
	return s, nil
}

// FinishSystem makes the store in the /nix that was set up.
func (w *Workspace) FinishSystem(ctx context.Context, s SystemSetup) error {
	made, err := store.Open(ctx, store.Options{URL: "local?root=/", Getenv: w.o.Getenv})
	if err != nil {
		return err
	}
	if err := errors.Join(made.Create(ctx), made.Close()); err != nil {
		return err
	}
	if s.UID == os.Getuid() {
		return nil
	}
	return filepath.WalkDir("/nix", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, s.UID, s.GID)
	})
}

// SystemError says why there can be no /nix of the user's.
type SystemError struct{ Fact, Next string }

func (e *SystemError) Error() string {
	return fmt.Sprintf("there will be no /nix of yours: %s", e.Fact)
}

// Hint returns what to do instead.
func (e *SystemError) Hint() string { return e.Next }
