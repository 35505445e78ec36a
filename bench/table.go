package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// table is printed as Markdown, its columns aligned.
type table struct {
	title, note string
	header      []string
	rows        [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// addMissing says why contenders have no row of their own. Shell may be empty.
func (t *table) addMissing(contenders []*Contender, shell string) {
	for _, c := range contenders {
		if c.Missing != "" {
			t.add(shell, c.Name, c.Missing)
		}
	}
}

func (t *table) String() string {
	width := make([]int, len(t.header))
	lines := append([][]string{t.header}, t.rows...)
	for _, line := range lines {
		for i, cell := range line[:min(len(line), 2)] { // a reason may be long
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
		if len(line) == len(t.header) {
			for i, cell := range line {
				width[i] = max(width[i], utf8.RuneCountInString(cell))
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", t.title)
	for n, line := range lines {
		for i := range t.header {
			cell := ""
			if i < len(line) {
				cell = line[i]
			}
			fmt.Fprintf(&b, "| %-*s ", width[i], cell)
		}
		b.WriteString("|\n")
		if n == 0 {
			for i := range t.header {
				b.WriteString("|" + strings.Repeat("-", width[i]+2))
			}
			b.WriteString("|\n")
		}
	}
	fmt.Fprintf(&b, "\n%s\n\n", t.note)
	return b.String()
}

// describeMachine says what was measured where.
func describeMachine(contenders []*Contender, rounds int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s/%s, %d CPUs, %s%s, %d rounds.\n", time.Now().UTC().Format("2006-01-02"),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), cpuModel(), load(), rounds)
	for _, shell := range shells {
		if out, err := exec.Command(shell.name, "--version").Output(); err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			fmt.Fprintf(&b, "%s. ", first)
		}
	}
	b.WriteString("\n")
	for _, c := range contenders {
		if c.Version != "" {
			fmt.Fprintf(&b, "%s %s. ", c.Name, c.Version)
		}
	}
	b.WriteString("\n\n")
	return b.String()
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "CPU unknown"
}

// load is what else the machine does: 1-minute load average.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	one, _, _ := strings.Cut(string(text), " ")
	return ", load " + one
}
