package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// command is one command line with what it cost.
type command struct {
	label     string
	argv      []string
	contender *Contender
	wall, cpu samples
	rss       int64 // bytes, the most that any run had
	calls     string
}

// commands measures whole processes: one command in the environment, and the
// same for programs that do nothing.
func (s *site) commands(ctx context.Context, contenders []*Contender, rounds int) (string, error) {
	t := table{
		title:  "A command in the environment",
		header: []string{"", "wall", "CPU", "memory", "forks, execs"},
	}
	all := s.commandLines(contenders)
	for range rounds {
		for _, m := range all {
			if err := m.run(ctx); err != nil {
				return "", err
			}
		}
	}
	for _, m := range all {
		if err := s.countCommand(ctx, m); err != nil {
			return "", err
		}
		t.add(m.label, m.wall.millis(), m.cpu.millis(), fmt.Sprintf("%.1f", float64(m.rss)/(1<<20)), m.calls)
	}
	for _, c := range contenders {
		if c.Missing != "" {
			t.add(c.Name, c.Missing)
		}
	}
	t.note = fmt.Sprintf("wall and CPU (user + system) in ms: median (p10); the largest resident set in MiB. Less than %.1f cannot be told: "+
		"a child starts with its parent's. The exec of `true` is contained in the count.", float64(all[0].rss)/(1<<20))
	return t.String(), nil
}

func (s *site) commandLines(contenders []*Contender) []*command {
	idle := contenders[0]
	all := []*command{
		{label: "`true`", argv: []string{"true"}, contender: idle},
		{label: "a Go program that does nothing", argv: []string{s.path("bin/bare")}, contender: idle},
	}
	for _, c := range contenders {
		if c.Missing != "" || c.Name == none {
			continue
		}
		label := map[string]string{"devenv": "`devenv exec -- true`", "mise": "`mise exec -- true`"}[c.Name]
		if label == "" {
			label = "`" + c.Name + " exec . true`"
		}
		all = append(all, &command{label: label, argv: c.exec(c.project, "true"), contender: c})
		if c.Name == "devenv" {
			all = append(all,
				&command{label: "`devenv develop -c true`", argv: []string{c.program, "develop", "-c", "true"}, contender: c},
				&command{label: "`devenv hook-event`, unchanged", argv: []string{c.program, "hook-event", "--", c.project}, contender: c},
				&command{label: "`devenv --version`", argv: []string{c.program, "--version"}, contender: c},
			)
		}
	}
	return all
}

func (m *command) run(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, m.argv[0], m.argv[1:]...)
	cmd.Env, cmd.Dir = m.contender.environ(), m.contender.project
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", m.label, err)
	}
	m.wall.add(time.Since(start))
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	m.cpu.add(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
	m.rss = max(m.rss, bytesOf(usage))
	return nil
}

// countCommand counts the processes and programs of one more run.
func (s *site) countCommand(ctx context.Context, m *command) error {
	if _, err := exec.LookPath("strace"); err != nil {
		m.calls = "no strace"
		return nil
	}
	log := s.path("strace.log")
	argv := append(strace(log), m.argv...)
	if _, err := m.contender.run(ctx, argv...); err != nil {
		return err
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return err
	}
	n := countCalls(string(text))[0]
	n.programs-- // the command itself
	m.calls = n.String()
	return nil
}
