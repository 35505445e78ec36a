package ui

import "fmt"

// Bytes prints a size with binary units and three digits at most: "512 B",
// "49.3 MiB", "1.2 GiB".
func Bytes(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, i := float64(n)/unit, 0
	for value >= unit && i < len("KMGTPE")-1 {
		value, i = value/unit, i+1
	}
	if value >= 100 {
		return fmt.Sprintf("%.0f %ciB", value, "KMGTPE"[i])
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGTPE"[i])
}
