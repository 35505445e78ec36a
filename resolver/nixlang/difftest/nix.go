package difftest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// Nix is a real Nix. Command starts its programs, such as "chroot /x"; it is
// empty for those in PATH.
type Nix struct {
	Command []string
	Env     []string
	Store   string
}

// patience is how long a process may take over one batch.
const patience = 60 * time.Second

func (n Nix) run(stdin string, args ...string) (out []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	args = append(n.Command[:len(n.Command):len(n.Command)], args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = n.Env
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = time.Second
	return cmd.CombinedOutput()
}

// Outcomes evaluates a batch in one process.
func (n Nix) outcomes(b *batch) ([]Outcome, error) {
	var in strings.Builder
	fmt.Fprintf(&in, "describe = import %s\n", b.describe())
	for i := range b.texts {
		fmt.Fprintf(&in, "%s\n\"@@%d@@\"\n", b.question(i), i)
	}
	raw, err := n.run(in.String(), "nix", "--extra-experimental-features", "nix-command flakes", "--store", n.Store, "--quiet", "repl")
	out := colours.ReplaceAll(raw, nil)
	list := make([]Outcome, len(b.texts))
	for i := range list {
		answer, rest, ok := bytes.Cut(out, fmt.Appendf(nil, "\n\"@@%d@@\"\n", i))
		if !ok {
			return nil, errors.Join(err, fmt.Errorf("no answer to %s\n%.3000s", b.texts[i], out))
		}
		_, answer, ok = bytes.Cut(answer, []byte(b.question(i)+"\n"))
		if !ok {
			return nil, fmt.Errorf("no question %s in %.3000s", b.question(i), out)
		}
		list[i], out = outcomeOf(string(answer)), rest
	}
	return list, nil
}

var (
	colours   = regexp.MustCompile("\x1b\\[[0-9;]*m")
	lastError = regexp.MustCompile(`(?m)^(?: {7})?error:(?: (.*))?$`)
)

func outcomeOf(answer string) Outcome {
	if all := lastError.FindAllStringSubmatch(answer, -1); len(all) > 0 {
		return Outcome{Failed: true, Err: all[len(all)-1][1]}
	}
	for line := range strings.Lines(answer) {
		if strings.HasPrefix(line, `"`) {
			return Outcome{Value: strings.TrimSuffix(line, "\n")}
		}
	}
	return Outcome{Failed: true, Err: "??? " + answer}
}

// Printed runs nix-instantiate over files and returns what it prints of them;
// nil if it stopped at one.
func (n Nix) printed(files []string, flags ...string) []byte {
	args := append([]string{"nix-instantiate", "--option", "store", n.Store}, flags...)
	out, err := n.run("", append(args, files...)...)
	if err != nil {
		return nil
	}
	return warning.ReplaceAll(out, nil)
}

var warning = regexp.MustCompile(`(?m)^warning: .*\n`)
