package constraint

import (
	"strconv"
	"strings"
)

// A partial is a version of which the later numbers may be missing or a
// wildcard, with its operator.
type partial struct {
	operator string
	numbers  [3]uint64
	known    int // how many numbers there are before the first wildcard
	pre      string
	disorder bool // a number follows a wildcard
	loose    bool // where that does no harm
}

// String is what is known of the version, without the operator.
func (v partial) String() string {
	var s []string
	for _, n := range v.numbers[:v.known] {
		s = append(s, strconv.FormatUint(n, 10))
	}
	text := strings.Join(s, ".")
	if v.known == 3 && v.pre != "" {
		text += "-" + v.pre
	}
	return text
}

// impossible reports whether no version satisfies v: what is above or below any.
func (v partial) impossible() bool {
	return v.known == 0 && (v.operator == "<" || v.operator == ">")
}

// comparators says what v means.
func (v partial) comparators() (comparators, *ParseError) {
	low := semver{v.numbers[0], v.numbers[1], v.numbers[2], v.pre}
	if v.known < 3 {
		low.pre = ""
	}
	switch v.operator {
	case "^", "~":
	default:
		if v.disorder && !v.loose {
			return nil, problem(0, "a number follows a wildcard")
		}
	}
	if v.known == 0 {
		return nil, nil
	}
	switch v.operator {
	case "^":
		return v.upTo(low, v.caretPlace())
	case "~":
		return v.upTo(low, min(v.known, 2)-1)
	case "", "=":
		if v.known == 3 {
			return comparators{{equal, low}}, nil
		}
		return v.upTo(low, v.known-1)
	case ">":
		if v.known < 3 {
			return v.bound(greaterEqual, low, "")
		}
		return comparators{{greater, low}}, nil
	case "<=":
		if v.known < 3 {
			return v.bound(less, low, "0")
		}
		return comparators{{lessEqual, low}}, nil
	case "<":
		if v.known < 3 {
			low.pre = "0"
		}
		return comparators{{less, low}}, nil
	default: // ">="
		return atLeast(low), nil
	}
}

// caretPlace is the place of the number that ^ does not let change: the first
// that is not zero, or the last that there is.
func (v partial) caretPlace() int {
	for place, n := range v.numbers[:v.known] {
		if n != 0 {
			return place
		}
	}
	return v.known - 1
}

// upTo is the range from low to where the number at place would change.
func (v partial) upTo(low semver, place int) (comparators, *ParseError) {
	high, err := v.next(place)
	if err != nil {
		return nil, err
	}
	high.pre = "0"
	return append(atLeast(low), comparator{less, high}), nil
}

// bound is a comparator with the version after all those that the numbers of v
// begin.
func (v partial) bound(op operator, low semver, pre string) (comparators, *ParseError) {
	next, err := v.next(v.known - 1)
	next.pre = pre
	return comparators{{op, next}}, err
}

// next is v with the number at place raised and those after it zero.
func (v partial) next(place int) (semver, *ParseError) {
	n := v.numbers
	n[place]++
	clear(n[place+1:])
	if n[place] > maxSafe {
		return semver{}, problem(0, "the number %d is too large", v.numbers[place])
	}
	return semver{n[0], n[1], n[2], ""}, nil
}

// atLeast is >=low, which excludes nothing where low is 0.0.0.
func atLeast(low semver) comparators {
	if low == (semver{}) {
		return nil
	}
	return comparators{{greaterEqual, low}}
}
