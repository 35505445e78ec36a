package eval

// isKind makes a builtin that tells whether a value is of some kinds.
func isKind(name string, kinds ...Kind) primop {
	return primop{name: name, arity: 1, one: func(ev *Evaluator, _ Pos, a *Value) Value {
		k := ev.force(a).kind()
		for _, want := range kinds {
			if k == want {
				return trueVal
			}
		}
		return falseVal
	}}
}

var typeWords = [...]string{
	kNull: "null", kBool: "bool", kInt: "int", kFloat: "float", kString: "string", kContext: "string", kPath: "path",
	kList: "list", kAttrs: "set", kLambda: "lambda", kPrimop: "lambda", kPartial: "lambda",
}

var typeBuiltins = []primop{
	isKind("isNull", kNull), isKind("isBool", kBool), isKind("isInt", kInt), isKind("isFloat", kFloat),
	isKind("isString", kString, kContext), isKind("isPath", kPath), isKind("isList", kList), isKind("isAttrs", kAttrs),
	isKind("isFunction", kLambda, kPrimop, kPartial),
	{name: "typeOf", arity: 1, one: func(ev *Evaluator, _ Pos, a *Value) Value {
		return mkString(typeWords[ev.force(a).kind()])
	}},
	{name: "functionArgs", arity: 1, one: functionArgs},
}

// functionArgs returns which attributes a function takes, and which of them
// have a default.
func functionArgs(ev *Evaluator, pos Pos, a *Value) Value {
	f := ev.force(a)
	switch f.kind() {
	case kPrimop, kPartial:
		return noAttrs
	case kLambda:
	default:
		ev.fail(pos, "'functionArgs' requires a function")
	}
	l := ev.lambda(f)
	attrs := ev.newAttrs(len(l.formals))
	for i, formal := range l.formals {
		attrs[i] = Attr{formal.sym, formal.pos, ev.cell(mkBool(formal.def != nil))}
	}
	return mkAttrs(attrs)
}
