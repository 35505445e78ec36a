package main

import (
	"context"
	"os/exec"
	"time"
)

// startups measures how long an interactive shell takes from its start to its
// first command, and tells the difference to the same shell without a hook.
func (s *site) startups(ctx context.Context, contenders []*Contender, rounds int) (string, error) {
	t := table{
		title:  "Starting a shell",
		header: []string{"shell", "", "longer by"},
		note:   "ms: median (p10). “no hook” is the whole start; the others are what comes on top.",
	}
	took := map[string]map[*Contender]*samples{}
	for range rounds {
		for _, shell := range shells {
			if _, err := exec.LookPath(shell.name); err != nil {
				continue
			}
			if took[shell.name] == nil {
				took[shell.name] = map[*Contender]*samples{}
			}
			if err := s.startupRound(ctx, contenders, shell.name, took[shell.name]); err != nil {
				return "", err
			}
		}
	}
	for _, shell := range shells {
		if took[shell.name] == nil {
			t.add(shell.name, "not on this machine")
			continue
		}
		base := took[shell.name][contenders[0]]
		for _, c := range contenders {
			switch mine := took[shell.name][c]; {
			case mine == base:
				t.add(shell.name, c.Name, base.millis())
			case mine != nil:
				t.add(shell.name, c.Name, mine.millisOver(*base))
			}
		}
	}
	t.addMissing(contenders, "")
	return t.String(), nil
}

func (s *site) startupRound(ctx context.Context, contenders []*Contender, shell string, took map[*Contender]*samples) error {
	for _, c := range contenders {
		if c.Missing != "" {
			continue
		}
		start, err := s.startup(ctx, c, shell)
		if err != nil {
			return err
		}
		if took[c] == nil {
			took[c] = &samples{}
		}
		took[c].add(start)
	}
	return nil
}

func (s *site) startup(ctx context.Context, c *Contender, shell string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, shell, "-i", "-c", "exit")
	cmd.Env, cmd.Dir = c.environ(), s.elsewhere()
	start := time.Now()
	err := cmd.Run()
	return time.Since(start), err
}
