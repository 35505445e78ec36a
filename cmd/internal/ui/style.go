package ui

import "charm.land/lipgloss/v2"

// Styles are the few ways in which a word can look. All are plain text where
// colours are not wanted.
type Styles struct {
	Bold, Dim, Good, Warn, Bad, Accent func(string) string
}

// OutStyles returns the styles for the answer, ErrStyles those for the
// conversation.
func (s *Streams) OutStyles() Styles { return styles(s.Color && s.OutTTY) }

// ErrStyles returns the styles for standard error.
func (s *Streams) ErrStyles() Styles { return styles(s.Color && s.ErrTTY) }

func styles(color bool) Styles {
	plain := func(text string) string { return text }
	if !color {
		return Styles{plain, plain, plain, plain, plain, plain}
	}
	paint := func(st lipgloss.Style) func(string) string {
		return func(text string) string { return st.Render(text) }
	}
	base := lipgloss.NewStyle()
	// The sixteen ANSI colours follow the user's own theme, light or dark.
	return Styles{
		Bold:   paint(base.Bold(true)),
		Dim:    paint(base.Faint(true)),
		Good:   paint(base.Foreground(lipgloss.Green)),
		Warn:   paint(base.Foreground(lipgloss.Yellow)),
		Bad:    paint(base.Foreground(lipgloss.Red).Bold(true)),
		Accent: paint(base.Foreground(lipgloss.Cyan)),
	}
}
