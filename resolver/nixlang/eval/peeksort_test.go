package eval

import (
	"strconv"
	"strings"
	"testing"
)

// TestPeekSortWithoutOrder holds what Nix 2.34.8 gives for comparators that are
// no order: what is compared with what, and when, decides.
func TestPeekSortWithoutOrder(t *testing.T) {
	for name, c := range map[string]struct {
		less func(a, b int64) bool
		want string
	}{
		"parity": {func(a, b int64) bool { return a-b/2*2 < b }, "67 44 138 102 314 344 376 197 211 188 181 179 426 346 238 312 396 845 810 555 669 654 510 826 448 899 453 380 392 398 224 905 462 949 858 787 451 264 877 819"},
		"thirds": {func(a, _ int64) bool { return a/3*3 == a }, "810 138 510 669 426 654 555 312 462 396 453 858 819 102 264 451 224 877 398 392 787 179 44 380 181 188 67 211 826 905 448 949 899 197 376 346 238 845 344 314"},
	} {
		var list []*Value
		for i := range int64(40) {
			x := i*7919 + 104729
			v := mkInt(x*x/97 - x*x/97/1009*1009)
			list = append(list, &v)
		}
		peekSort(list, func(a, b *Value) bool { return c.less(a.int(), b.int()) })
		var got []string
		for _, v := range list {
			got = append(got, strconv.FormatInt(v.int(), 10))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, s, c.want)
		}
	}
}
