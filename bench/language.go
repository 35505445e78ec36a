package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// languageOptions say which Nix evaluates which package set.
type languageOptions struct {
	packages string // a package set: a function of { system }
	attr     string // one package of it
	peers    string // "NAME=COMMAND; …": what stands before nix-instantiate
}

// evaluation is one expression in a file, evaluated by somebody.
type evaluation struct {
	what, who string
	argv      []string
	cache     string // XDG_CACHE_HOME
	wall, cpu samples
	memory    []int64
	out       string
}

// noCache is a place where no cache can be made.
const noCache = "/dev/null"

// language measures evaluators of the Nix language: ours, without a cache, with
// one of parsed files, and with one of answers; and Nix.
func (s *site) language(ctx context.Context, o languageOptions, rounds int) (string, error) {
	t := table{title: "The Nix language", header: []string{"", "", "wall", "CPU", "of Nix's", "memory"}}
	works, err := s.workloads(ctx, o)
	if err != nil {
		return "", err
	}
	peers := nixPeers(o.peers)
	var all []*evaluation
	for _, w := range works {
		all = append(all, s.evaluations(w, peers)...)
	}
	for range rounds {
		for _, e := range all {
			if err := e.run(ctx, s); err != nil {
				return "", err
			}
		}
	}
	for _, e := range all {
		nix := e
		for _, other := range all {
			if other.what == e.what && other.who == peers[0].name {
				nix = other
			}
		}
		if e.out != nix.out {
			return "", fmt.Errorf("%s: %s and %s do not agree", e.what, e.who, nix.who)
		}
		slices.Sort(e.memory)
		t.add(e.what, e.who, e.wall.millis(), e.cpu.millis(),
			fmt.Sprintf("%.2f", e.cpu.median().Seconds()/nix.cpu.median().Seconds()), fmt.Sprintf("%.1f", float64(e.memory[len(e.memory)/2])/(1<<20)))
	}
	if o.packages == "" {
		t.add("package sets", "none: -packages names none")
	}
	t.note = "wall and CPU (user + system) in ms: median (p10); the median of the largest resident sets in MiB. All give the same values."
	return t.String(), nil
}

// evaluations are those of one workload.
func (s *site) evaluations(w workload, peers []nixPeer) []*evaluation {
	asked := append([]string{s.path("bin", "devenv"), "eval", "--impure", "--file", w.file}, w.flags...)
	ours := append(slices.Clone(asked), "--no-eval-cache")
	all := []*evaluation{{what: w.name, who: "devenv", argv: ours, cache: noCache}}
	if w.known {
		all = append(all,
			&evaluation{what: w.name, who: "devenv, files known", argv: ours, cache: s.path("cache")},
			&evaluation{what: w.name, who: "devenv, looks written down", argv: asked, cache: noCache},
			&evaluation{what: w.name, who: "devenv, nothing changed", argv: asked, cache: s.path("cache")})
	}
	for _, p := range peers {
		argv := append(slices.Clone(p.prefix), "nix-instantiate", "--eval", w.file, "--store", "dummy://")
		all = append(all, &evaluation{what: w.name, who: p.name, argv: append(argv, w.flags...), cache: noCache})
	}
	return all
}

func (e *evaluation) run(ctx context.Context, s *site) error {
	cmd := exec.CommandContext(ctx, e.argv[0], e.argv[1:]...)
	cmd.Env = []string{"HOME=" + s.elsewhere(), "PATH=" + os.Getenv("PATH"), "XDG_CACHE_HOME=" + e.cache}
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w\n%.500s", strings.Join(e.argv, " "), err, stderrOf(err))
	}
	e.wall.add(time.Since(start))
	e.cpu.add(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
	e.memory = append(e.memory, bytesOf(cmd.ProcessState.SysUsage().(*syscall.Rusage)))
	e.out = strings.TrimSpace(string(out))
	return nil
}

func stderrOf(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return string(exit.Stderr)
	}
	return ""
}

// nixPeer is a Nix; prefix is the command that it is started by.
type nixPeer struct {
	name   string
	prefix []string
}

// nixPeers are the machine's own Nix and the named ones.
func nixPeers(list string) []nixPeer {
	peers := []nixPeer{{name: "nix"}}
	for entry := range strings.SplitSeq(list, ";") {
		if name, command, ok := strings.Cut(strings.TrimSpace(entry), "="); ok {
			peers = append(peers, nixPeer{name, strings.Fields(command)})
		}
	}
	for i := range peers {
		argv := append(slices.Clone(peers[i].prefix), "nix-instantiate", "--version")
		if out, err := exec.Command(argv[0], argv[1:]...).Output(); err == nil {
			words := strings.Fields(string(out))
			peers[i].name += " " + words[len(words)-1]
		}
	}
	return peers
}
