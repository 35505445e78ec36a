package main

import (
	"fmt"
	"slices"
	"time"
)

// samples are measurements of one thing.
type samples []time.Duration

func (s *samples) add(d time.Duration) { *s = append(*s, d) }

// quantile is the smallest sample that at least the share q of all do not
// exceed; 0 without samples.
func (s samples) quantile(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	i := int(q * float64(len(sorted)))
	return sorted[min(i, len(sorted)-1)]
}

func (s samples) median() time.Duration { return s.quantile(0.5) }
func (s samples) p10() time.Duration    { return s.quantile(0.1) }

// micros is for table cells: median and p10 in microseconds.
func (s samples) micros() string {
	return fmt.Sprintf("%.0f (%.0f)", s.median().Seconds()*1e6, s.p10().Seconds()*1e6)
}

// millis is the same in milliseconds.
func (s samples) millis() string {
	return fmt.Sprintf("%.2f (%.2f)", s.median().Seconds()*1e3, s.p10().Seconds()*1e3)
}

// millisOver is what s takes longer than base.
func (s samples) millisOver(base samples) string {
	return fmt.Sprintf("%.2f (%.2f)", (s.median()-base.median()).Seconds()*1e3, (s.p10()-base.p10()).Seconds()*1e3)
}
