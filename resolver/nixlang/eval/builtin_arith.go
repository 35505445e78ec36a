package eval

import "math"

func arithBuiltin(name string, op byte) primop {
	return primop{name: name, arity: 2, two: func(ev *Evaluator, pos Pos, a, b *Value) Value {
		x := ev.force(a)
		return ev.arith(op, x, ev.force(b), pos)
	}}
}

func bitBuiltin(name string, op func(a, b int64) int64) primop {
	return primop{name: name, arity: 2, two: func(ev *Evaluator, pos Pos, a, b *Value) Value {
		x := ev.forceInt(a, pos)
		return mkInt(op(x, ev.forceInt(b, pos)))
	}}
}

// checkRounded refuses the integers that older versions of Nix changed.
func (ev *Evaluator) checkRounded(i int64, f float64, inside bool, pos Pos) {
	const bug = "Due to a bug (see https://github.com/NixOS/nix/issues/12899) "
	if !inside {
		ev.fail(pos, bug+"the NixInt argument %d caused undefined behavior in previous Nix versions.", i)
	}
	if int64(f) != i {
		ev.fail(pos, bug+"a loss of precision occurred in previous Nix versions because the NixInt argument %d was rounded to %d.", i, int64(f))
	}
}

func roundBuiltin(name string, round func(float64) float64) primop {
	return primop{name: name, arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		v := ev.force(a)
		f := round(ev.forceFloat(a, pos))
		inside := f >= -0x1p63 && f < 0x1p63
		if v.kind() == kInt {
			ev.checkRounded(v.int(), f, inside, pos)
			return v
		}
		if !inside {
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
