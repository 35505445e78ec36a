package eval

// typeNames are what error messages call the kinds of values.
var typeNames = [...]string{
	kNull: "null", kBool: "a Boolean", kInt: "an integer", kFloat: "a float", kString: "a string",
	kContext: "a string with context", kPath: "a path", kList: "a list", kAttrs: "a set", kLambda: "a function",
	kThunk: "a thunk", kApp: "a function application", kSelect: "a thunk", kBlackhole: "a black hole", kFailed: "a failure",
}

// typeName says what a value is, with an article.
func typeName(v Value) string {
	switch v.kind() {
	case kPrimop:
		return "the built-in function '" + v.primop().name + "'"
	case kPartial:
		return "the partially applied built-in function '" + v.partial().op.name + "'"
	}
	return typeNames[v.kind()]
}

func (ev *Evaluator) typeError(pos Pos, want string, v Value) {
	ev.fail(pos, "expected %s but found %s: %s", want, typeName(v), ev.brief(v))
}

func (ev *Evaluator) forceAttrs(c *Value, pos Pos) []Attr {
	v := ev.force(c)
	if v.kind() != kAttrs {
		ev.typeError(pos, "a set", v)
	}
	return v.attrs()
}

func (ev *Evaluator) forceList(c *Value, pos Pos) []*Value {
	v := ev.force(c)
	if v.kind() != kList {
		ev.typeError(pos, "a list", v)
	}
	return v.list()
}

func (ev *Evaluator) forceInt(c *Value, pos Pos) int64 {
	v := ev.force(c)
	if v.kind() != kInt {
		ev.typeError(pos, "an integer", v)
	}
	return v.int()
}

func (ev *Evaluator) forceBool(c *Value, pos Pos) bool { return ev.asBool(ev.force(c), pos) }

func (ev *Evaluator) asBool(v Value, pos Pos) bool {
	if v.kind() != kBool {
		ev.typeError(pos, "a Boolean", v)
	}
	return v.bool()
}

// forceFloat takes integers too.
func (ev *Evaluator) forceFloat(c *Value, pos Pos) float64 {
	v := ev.force(c)
	switch v.kind() {
	case kInt:
		return float64(v.int())
	case kFloat:
		return v.float()
	}
	ev.typeError(pos, "a float", v)
	return 0
}

// forceString returns a string; its context goes into ctx.
func (ev *Evaluator) forceString(c *Value, pos Pos, ctx *Context) string {
	v := ev.force(c)
	if !v.isString() {
		ev.typeError(pos, "a string", v)
	}
	ctx.add(v.context())
	return v.str()
}

// forcePlainString returns a string, which must have no context.
func (ev *Evaluator) forcePlainString(c *Value, pos Pos) string {
	return ev.plainString(ev.force(c), pos)
}

func (ev *Evaluator) plainString(v Value, pos Pos) string {
	if !v.isString() {
		ev.typeError(pos, "a string", v)
	}
	if ctx := v.context(); len(ctx) > 0 {
		ev.fail(pos, "the string '%s' is not allowed to refer to a store path (such as '%s')", v.str(), ev.firstMentioned(ctx))
	}
	return v.str()
}

// forceFunction returns a value that can be called.
func (ev *Evaluator) forceFunction(c *Value, pos Pos) Value {
	v := ev.force(c)
	switch v.kind() {
	case kLambda, kPrimop, kPartial:
		return v
	case kAttrs:
		if get(v.attrs(), ev.sym.functor) != nil {
			return v
		}
	}
	ev.typeError(pos, "a function", v)
	return v
}
