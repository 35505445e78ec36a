package eval

import "math"

func arithBuiltin(name string, op byte) primop {
	return primop{name: name, arity: 2, two: func(ev *Evaluator, pos Pos, a, b *Value) Value {
		x, y := ev.force(a), ev.force(b)
		if op == '/' {
			return ev.arith(op, x, y, pos)
		}
		if x.kind() == kInt && y.kind() != kInt && y.kind() != kFloat {
			ev.typeError(pos, "an integer", y)
		}
		if x.kind() == kFloat && y.kind() != kInt && y.kind() != kFloat {
			ev.typeError(pos, "a float", y)
		}
		return ev.arith(op, x, y, pos)
	}}
}

func bitBuiltin(name string, op func(a, b int64) int64) primop {
	return primop{name: name, arity: 2, two: func(ev *Evaluator, pos Pos, a, b *Value) Value {
		x := ev.forceInt(a, pos)
		return mkInt(op(x, ev.forceInt(b, pos)))
	}}
}

func roundBuiltin(name string, round func(float64) float64) primop {
	return primop{name: name, arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		v := ev.force(a)
		if v.kind() == kInt {
			return v
		}
		f := round(ev.forceFloat(a, pos))
		if !(f >= -0x1p63 && f < 0x1p63) {
			ev.fail(pos, "NixFloat argument %s is not in the range of NixInt", ev.brief(v))
		}
		return mkInt(int64(f))
	}}
}

var arithBuiltins = []primop{
	arithBuiltin("add", '+'), arithBuiltin("sub", '-'), arithBuiltin("mul", '*'), arithBuiltin("div", '/'),
	bitBuiltin("bitAnd", func(a, b int64) int64 { return a & b }),
	bitBuiltin("bitOr", func(a, b int64) int64 { return a | b }),
	bitBuiltin("bitXor", func(a, b int64) int64 { return a ^ b }),
	roundBuiltin("ceil", math.Ceil), roundBuiltin("floor", math.Floor),
	{name: "lessThan", arity: 2, two: func(ev *Evaluator, pos Pos, a, b *Value) Value {
		x := ev.force(a)
		return mkBool(ev.less(x, ev.force(b), pos))
	}},
}
