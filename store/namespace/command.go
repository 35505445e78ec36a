package namespace

import (
	"encoding/gob"
	"errors"
	"io"
	"os"
	"os/exec"
)

// helperName is the first argument of a helper process.
const helperName = "devenv-namespace"

// The helper's descriptors beside the standard ones.
const (
	specFD   = 3 // it reads its spec here
	statusFD = 4 // it writes an error here, or closes it when it becomes the program
)

// Options say what to run and where.
type Options struct {
	// From is the directory on disk that is seen at To, an absolute path that
	// need not exist: a store's "nix" directory and "/nix".
	From, To string
	// Path is the program as it is found in the namespace, Args are its
	// arguments with its name first, Env is its environment, and Dir its working
	// directory.
	Path string
	Args []string
	Env  []string
	Dir  string

	Stdin, Stdout, Stderr *os.File
	// Helper is the path of this program, which calls Child; "" is
	// /proc/self/exe.
	Helper string
}

// spec is what the helper is told.
type spec struct {
	From, To, Path, Dir string
	Args, Env           []string
}

// There reports whether dir is at its logical place to already, so that nothing
// need be done to run programs that expect it there.
func There(dir, to string) bool {
	a, err := os.Stat(dir)
	if err != nil {
		return false
	}
	b, err := os.Stat(to)
	return err == nil && os.SameFile(a, b)
}

// Start starts a program. The caller waits for it. The error is a
// *ForbiddenError if this machine allows no such namespaces.
func Start(o Options) (*exec.Cmd, error) {
	if o.Helper == "" {
		o.Helper = "/proc/self/exe"
	}
	specR, specW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer specR.Close()
	statusR, statusW, err := os.Pipe()
	if err != nil {
		specW.Close()
		return nil, err
	}
	defer statusR.Close()
	cmd := &exec.Cmd{Path: o.Helper, Args: []string{helperName}, Env: []string{}, Dir: "/", ExtraFiles: []*os.File{specR, statusW}}
	for to, from := range map[*io.Writer]*os.File{&cmd.Stdout: o.Stdout, &cmd.Stderr: o.Stderr} {
		if from != nil {
			*to = from
		}
	}
	if o.Stdin != nil {
		cmd.Stdin = o.Stdin
	}
	cmd.SysProcAttr = attributes()
	err = cmd.Start()
	statusW.Close()
	if err != nil {
		specW.Close()
		return nil, Explain(err)
	}
	specR.Close()
	go func() {
		gob.NewEncoder(specW).Encode(spec{o.From, o.To, o.Path, o.Dir, o.Args, o.Env}) //nolint:errcheck // a helper that died says so itself
		specW.Close()
	}()
	if text, _ := io.ReadAll(statusR); len(text) > 0 {
		cmd.Wait() //nolint:errcheck // text says it
		return nil, errors.New(string(text))
	}
	return cmd, nil
}
