package eval

import (
	"cmp"
	"slices"
	"strings"
)

// didYouMean offers the names that are most like one, at most three.
func didYouMean(name string, names []string) []string {
	type near struct {
		name string
		dist int
	}
	var found []near
	for _, n := range names {
		if len(n) > len(name)+2 || len(n) < len(name)-2 {
			continue
		}
		if d := editDistance(name, n); d <= 2 {
			found = append(found, near{n, d})
		}
	}
	if len(found) == 0 {
		return nil
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.dist, b.dist), cmp.Compare(a.name, b.name))
	})
	var words []string
	for _, f := range found[:min(3, len(found))] {
		words = append(words, f.name)
	}
	text := strings.Join(words, ", ")
	if i := strings.LastIndex(text, ", "); i >= 0 {
		text = "one of " + text[:i] + " or " + text[i+2:]
	}
	return []string{"did you mean " + text + "?"}
}

// editDistance counts the insertions, deletions and changes from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
