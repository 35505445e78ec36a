package main

import (
	"context"
	"fmt"
	"os/exec"
)

// turned is one session with what was measured in it.
type turned struct {
	session               *Session
	contender             *Contender
	outside, inside, pair samples
}

// prompts measures unchanged prompts and pairs of leaving and entering.
func (s *site) prompts(ctx context.Context, contenders []*Contender, rounds int) (string, error) {
	t := table{
		title:  "A prompt, and a way out of a project and back in",
		header: []string{"shell", "", "prompt outside", "prompt inside", "leave + enter"},
		note:   "µs: median (p10). “no hook” is what the measuring and two `cd` cost; it is contained in the others.",
	}
	all := map[string][]*turned{}
	for _, shell := range shells {
		if _, err := exec.LookPath(shell.name); err != nil {
			continue
		}
		for _, c := range contenders {
			if c.Missing != "" {
				continue
			}
			session, err := s.startSession(ctx, c, shell.name, shell.turns)
			if err != nil {
				return "", err
			}
			defer session.Close()
			all[shell.name] = append(all[shell.name], &turned{session: session, contender: c})
		}
	}
	for range rounds {
		for _, shell := range shells {
			for _, m := range all[shell.name] {
				if err := m.round(s.elsewhere()); err != nil {
					return "", err
				}
			}
		}
	}
	for _, shell := range shells {
		if all[shell.name] == nil {
			t.add(shell.name, "not on this machine")
			continue
		}
		for _, m := range all[shell.name] {
			t.add(shell.name, m.contender.Name, m.outside.micros(), m.inside.micros(), m.pair.micros())
		}
	}
	t.addMissing(contenders, "")
	return t.String(), nil
}

// round takes one sample of everything. It begins and ends outside.
func (m *turned) round(elsewhere string) error {
	c := m.contender
	prompts := fmt.Sprintf("prompt %d", c.turns)
	outside, err := m.session.time(c.turns, prompts)
	if err != nil {
		return err
	}
	if _, err := m.session.ask("cd " + c.project); err != nil {
		return err
	}
	inside, err := m.session.time(c.turns, prompts)
	if err != nil {
		return err
	}
	pair, err := m.session.time(c.pairs, fmt.Sprintf("pair %d %s %s", c.pairs, c.project, elsewhere))
	if err != nil {
		return err
	}
	m.outside.add(outside)
	m.inside.add(inside)
	m.pair.add(pair)
	_, err = m.session.ask("cd " + elsewhere)
	return err
}
