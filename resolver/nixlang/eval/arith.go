package eval

import (
	"math"
	"math/bits"
)

var arithNames = [...]string{'+': "adding", '-': "subtracting", '*': "multiplying"}

// arith adds, subtracts, multiplies or divides numbers.
func (ev *Evaluator) arith(op byte, a, b Value, pos Pos) Value {
	if a.kind() == kInt && b.kind() == kInt {
		return ev.arithInt(op, a.int(), b.int(), pos)
	}
	want := "an integer"
	if a.kind() == kFloat || b.kind() == kFloat {
		want = "a float"
	}
	if op == '/' {
		y := ev.number(b, "a float", pos) // the divisor first
		if y == 0 {
			ev.fail(pos, "division by zero")
		}
		return mkFloat(ev.number(a, want, pos) / y)
	}
	x, y := ev.number(a, want, pos), ev.number(b, want, pos)
	switch op {
	case '-':
		return mkFloat(x - y)
	case '*':
		return mkFloat(x * y)
	}
	return mkFloat(x + y)
}

// number takes an integer or a float; want is what an error says it should be.
func (ev *Evaluator) number(v Value, want string, pos Pos) float64 {
	switch v.kind() {
	case kInt:
		return float64(v.int())
	case kFloat:
		return v.float()
	}
	ev.typeError(pos, want, v)
	return 0
}

func (ev *Evaluator) arithInt(op byte, x, y int64, pos Pos) Value {
	var r int64
	ok := true
	switch op {
	case '+':
		r = x + y
		ok = (r > x) == (y > 0)
	case '-':
		r = x - y
		ok = (r < x) == (y > 0)
	case '*':
		r, ok = mulInt(x, y)
	case '/':
		if y == 0 {
			ev.fail(pos, "division by zero")
		}
		if x == math.MinInt64 && y == -1 {
			ev.fail(pos, "integer overflow in dividing %d / %d", x, y)
		}
		r = x / y
	}
	if !ok {
		ev.fail(pos, "integer overflow in %s %d %c %d", arithNames[op], x, op, y)
	}
	return mkInt(r)
}

func mulInt(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	r := int64(lo)
	signed := int64(hi)
	if x < 0 {
		signed -= y
	}
	if y < 0 {
		signed -= x
	}
	return r, signed == r>>63
}
