package ui

import (
	"io"
	"strings"

	"charm.land/lipgloss/v2"
)

// Table writes rows in aligned columns, two spaces between them, without
// rules or trailing spaces. The header is dimmed and left out when empty.
func Table(w io.Writer, st Styles, header []string, rows [][]string) {
	widths := make([]int, 0, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	if len(header) > 0 {
		io.WriteString(w, st.Dim(tableLine(header, widths))+"\n")
	}
	for _, row := range rows {
		io.WriteString(w, tableLine(row, widths)+"\n")
	}
}

func tableLine(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		b.WriteString(cell)
		if i < len(row)-1 {
			b.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2))
		}
	}
	return strings.TrimRight(b.String(), " ")
}
