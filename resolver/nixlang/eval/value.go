package eval

import "unsafe"

// Kind is what a value is. Kinds below kNull are not evaluated yet.
type Kind uint8

const (
	kThunk     Kind = iota // p: *Env; payload: index of its code
	kApp                   // p: *application
	kSelect                // p: *selection
	kBlackhole             // being evaluated
	kFailed                // p: *failure
	kNull
	kBool    // payload
	kInt     // payload, or p: *int64 where 56 bits are too few
	kFloat   // p: *float64
	kString  // p: bytes; payload: length
	kContext // p: *contextString
	kPath    // p: bytes; payload: length
	kList    // p: first *Value; payload: length
	kAttrs   // p: first Attr; payload: length
	kLambda  // p: *Env; payload: index in lambdas
	kPrimop  // p: *primop
	kPartial // p: *partial
)

// Value is a Nix value, or the recipe of one, in 16 bytes: the low 8 bits of n
// are the kind, the rest its payload. What p points at depends on the kind;
// only this file and slab.go know. In memory an Attr is like it: eight bytes and
// a pointer.
type Value struct {
	n uint64
	p unsafe.Pointer
}

// contextString is a string with a context.
type contextString struct {
	s       string
	context Context
}

// application is a call that has not been made: f a, or f a b.
type application struct {
	f, a, b *Value
	pos     Pos
}

// selection is an attribute that has not been selected.
type selection struct {
	from *Value
	sym  Sym
	pos  Pos
}

// partial is a builtin with some of its arguments.
type partial struct {
	op   *primop
	args []*Value
}

func make1(p unsafe.Pointer, kind Kind, payload int) Value {
	return Value{uint64(payload)<<8 | uint64(kind), p}
}

func (v Value) kind() Kind   { return Kind(v.n) }
func (v Value) payload() int { return int(v.n >> 8) }

var (
	null     = Value{uint64(kNull), nil}
	falseVal = Value{uint64(kBool), nil}
	trueVal  = Value{1<<8 | uint64(kBool), nil}
	noAttrs  = Value{uint64(kAttrs), nil}
	noList   = Value{uint64(kList), nil}
)

func mkBool(b bool) Value {
	if b {
		return trueVal
	}
	return falseVal
}

func (v Value) bool() bool { return v.n>>8 != 0 }

func mkInt(i int64) Value {
	if i<<8>>8 == i {
		return Value{uint64(i)<<8 | uint64(kInt), nil}
	}
	return bigInt(i)
}

func bigInt(i int64) Value { return Value{uint64(kInt), unsafe.Pointer(&i)} }

func (v Value) int() int64 {
	if v.p != nil {
		return *(*int64)(v.p)
	}
	return int64(v.n) >> 8
}

func mkFloat(f float64) Value { return Value{uint64(kFloat), unsafe.Pointer(&f)} }
func (v Value) float() float64 {
	return *(*float64)(v.p)
}

func mkString(s string) Value {
	return make1(unsafe.Pointer(unsafe.StringData(s)), kString, len(s))
}

// textOf makes a text of bytes that nobody changes any more.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func mkPath(s string) Value {
	return make1(unsafe.Pointer(unsafe.StringData(s)), kPath, len(s))
}

// mkContextString makes a string; without a context it is a plain one.
func mkContextString(s string, c Context) Value {
	if len(c) == 0 {
		return mkString(s)
	}
	return Value{uint64(kContext), unsafe.Pointer(&contextString{s, c.done()})}
}

// str returns the text of a string or a path.
func (v Value) str() string {
	if v.kind() == kContext {
		return (*contextString)(v.p).s
	}
	return unsafe.String((*byte)(v.p), v.payload())
}

func (v Value) context() Context {
	if v.kind() == kContext {
		return (*contextString)(v.p).context
	}
	return nil
}

func (v Value) isString() bool { k := v.kind(); return k == kString || k == kContext }

func mkList(elems []*Value) Value {
	return make1(unsafe.Pointer(unsafe.SliceData(elems)), kList, len(elems))
}

func (v Value) list() []*Value { return unsafe.Slice((**Value)(v.p), v.payload()) }

func mkAttrs(attrs []Attr) Value {
	if len(attrs) == 0 {
		return noAttrs
	}
	return make1(unsafe.Pointer(unsafe.SliceData(attrs)), kAttrs, len(attrs))
}

func (v Value) attrs() []Attr { return unsafe.Slice((*Attr)(v.p), v.payload()) }

func mkThunk(env *Env, code int) Value { return make1(unsafe.Pointer(env), kThunk, code) }
func mkLambda(env *Env, index int) Value {
	return make1(unsafe.Pointer(env), kLambda, index)
}
func (v Value) env() *Env { return (*Env)(v.p) }

func mkFailed(f *failure) Value       { return make1(unsafe.Pointer(f), kFailed, 0) }
func mkApp(a *application) Value      { return make1(unsafe.Pointer(a), kApp, 0) }
func mkSelect(s *selection) Value     { return make1(unsafe.Pointer(s), kSelect, 0) }
func mkPrimop(op *primop) Value       { return make1(unsafe.Pointer(op), kPrimop, 0) }
func mkPartial(p *partial) Value      { return make1(unsafe.Pointer(p), kPartial, 0) }
func (v Value) failure() *failure     { return (*failure)(v.p) }
func (v Value) app() *application     { return (*application)(v.p) }
func (v Value) selection() *selection { return (*selection)(v.p) }
func (v Value) primop() *primop       { return (*primop)(v.p) }
func (v Value) partial() *partial     { return (*partial)(v.p) }
