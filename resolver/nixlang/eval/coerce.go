package eval

import (
	"fmt"
	"strconv"
	"strings"
)

// coercion says what may become a string, and how.
type coercion uint8

const (
	coercePath   coercion = 0 // strings, paths as they are, sets with __toString or outPath
	coerceMore   coercion = 1 // also null, Booleans, numbers and lists
	coerceStore  coercion = 2 // paths are copied to the store
	coerceStrict          = coerceStore
	coerceAll             = coerceMore | coerceStore
)

// coerce turns a value into a string; its context goes into ctx.
func (ev *Evaluator) coerce(v Value, pos Pos, ctx *Context, mode coercion) string {
	switch v.kind() {
	case kString:
		return v.str()
	case kContext:
		ctx.add(v.context())
		return v.str()
	case kPath:
		if mode&coerceStore == 0 {
			return ev.asText(v.str())
		}
		return ev.copyPath(v.str(), pos, ctx)
	case kAttrs:
		return ev.coerceAttrs(v, pos, ctx, mode)
	}
	if mode&coerceMore != 0 {
		switch v.kind() {
		case kNull:
			return ""
		case kBool:
			if v.bool() {
				return "1"
			}
			return ""
		case kInt:
			return strconv.FormatInt(v.int(), 10)
		case kFloat:
			return fmt.Sprintf("%f", v.float())
		case kList:
			return ev.coerceList(v.list(), pos, ctx, mode)
		}
	}
	ev.fail(pos, "cannot coerce %s to a string: %s", typeName(v), ev.brief(v))
	return ""
}

func (ev *Evaluator) coerceCell(c *Value, pos Pos, ctx *Context, mode coercion) string {
	return ev.coerce(ev.force(c), pos, ctx, mode)
}

func (ev *Evaluator) coerceAttrs(v Value, pos Pos, ctx *Context, mode coercion) string {
	ev.enter(pos)
	defer ev.leave()
	if f := get(v.attrs(), ev.sym.toString); f != nil {
		return ev.coerce(ev.call(ev.force(f), pos, ev.cell(v)), pos, ctx, mode)
	}
	if out := get(v.attrs(), ev.sym.outPath); out != nil {
		return ev.coerceCell(out, pos, ctx, mode)
	}
	ev.fail(pos, "cannot coerce %s to a string: %s", typeName(v), ev.brief(v))
	return ""
}

// coerceList joins elements with spaces; an empty list leaves none behind it.
func (ev *Evaluator) coerceList(list []*Value, pos Pos, ctx *Context, mode coercion) string {
	ev.enter(pos)
	defer ev.leave()
	var b strings.Builder
	for i, c := range list {
		v := ev.force(c)
		b.WriteString(ev.coerce(v, pos, ctx, mode))
		ev.roomForText(b.Len(), pos)
		if i < len(list)-1 && (v.kind() != kList || v.payload() != 0) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// copyPath puts a file or directory into the store and returns its path there.
func (ev *Evaluator) copyPath(p string, pos Pos, ctx *Context) string {
	store, ok := ev.drvs.copied[p]
	if !ok {
		if strings.HasSuffix(p, ".drv") {
			ev.fail(pos, "file names are not allowed to end in '.drv'")
		}
		var err error
		store, err = ev.host.AddPath(ev.life, AddPath{Name: baseName(p), Path: p})
		if err != nil {
			ev.pathError(pos, p, err)
		}
		ev.drvs.remember(p, store)
	}
	ctx.add(ev.contextOf(ContextElem{Kind: OpaquePath, Path: store}))
	return store
}

func baseName(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }
