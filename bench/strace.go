package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// count is what was started: processes (fork, clone), and programs (execve).
type count struct{ processes, programs int }

func (n count) String() string { return fmt.Sprintf("%d, %d", n.processes, n.programs) }

func (n count) per(times int) string {
	return fmt.Sprintf("%.3g, %.3g", float64(n.processes)/float64(times), float64(n.programs)/float64(times))
}

// strace is the argv that runs a program and writes the system calls that
// matter here to a file.
func strace(log string) []string {
	return []string{"strace", "-f", "-qq", "-o", log, "-e", "trace=clone,clone3,fork,vfork,execve,write", "-s", "32"}
}

var (
	// A call may be written in two halves; its arguments are in the first, its
	// result in the second.
	forks   = regexp.MustCompile(`^\d+ +(clone|clone3|fork|vfork)\(`)
	threads = regexp.MustCompile(`CLONE_THREAD`)
	execs   = regexp.MustCompile(`^\d+ +(execve\(|<\.\.\. execve resumed>).* = 0$`)
	answer  = regexp.MustCompile(`^\d+ +write\(1, "` + done + `\\n"`)
)

// countCalls counts what a log of strace holds, anew after every answer of a
// session. Threads are no processes.
func countCalls(log string) []count {
	counts := []count{{}}
	for line := range strings.Lines(log) {
		line = strings.TrimSuffix(line, "\n")
		now := &counts[len(counts)-1]
		switch {
		case answer.MatchString(line):
			counts = append(counts, count{})
		case forks.MatchString(line) && !threads.MatchString(line):
			now.processes++
		case execs.MatchString(line):
			now.programs++
		}
	}
	return counts
}

// calls counts what prompts and pairs start.
func (s *site) calls(ctx context.Context, contenders []*Contender, _ int) (string, error) {
	t := table{
		title:  "Processes and programs started",
		header: []string{"shell", "", "per prompt outside", "per prompt inside", "per leave + enter"},
		note:   "forks, execs: by strace, of devenv over 100 prompts and 20 pairs, of its peers over 6 and 2.",
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.add("", "strace is not on this machine")
		return t.String(), nil
	}
	for _, shell := range shells {
		if _, err := exec.LookPath(shell.name); err != nil {
			t.add(shell.name, "not on this machine")
			continue
		}
		for _, c := range contenders {
			if c.Missing != "" {
				continue
			}
			turns, pairs := 2*c.turns, 2*c.pairs // strace makes them slow
			counts, err := s.traced(ctx, c, shell.name, shell.turns, []string{
				fmt.Sprintf("prompt %d", turns),
				"cd " + c.project,
				fmt.Sprintf("prompt %d", turns),
				fmt.Sprintf("pair %d %s %s", pairs, c.project, s.elsewhere()),
			})
			if err != nil {
				return "", err
			}
			t.add(shell.name, c.Name, counts[0].per(turns), counts[2].per(turns), counts[3].per(pairs))
		}
	}
	t.addMissing(contenders, "")
	return t.String(), nil
}

// traced asks a session under strace and gives the counts, question by question.
func (s *site) traced(ctx context.Context, c *Contender, shell, turns string, questions []string) ([]count, error) {
	log := s.path("strace.log")
	session, err := s.startSession(ctx, c, shell, turns, strace(log)...)
	if err != nil {
		return nil, err
	}
	for _, question := range questions {
		if _, err := session.ask(question); err != nil {
			session.Close()
			return nil, err
		}
	}
	session.Close()
	text, err := os.ReadFile(log)
	if err != nil {
		return nil, err
	}
	counts := countCalls(string(text))
	if len(counts) < len(questions)+1 {
		return nil, fmt.Errorf("strace saw %d answers of %s", len(counts)-1, shell)
	}
	last := len(counts) - 1 // what comes after the last answer
	return counts[last-len(questions) : last], nil
}
