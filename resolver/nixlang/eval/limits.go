package eval

import "strings"

// Limits of single values: what is larger does not fit into memory, and trying
// would end the process.
const (
	maxElements = 1 << 28 // of a list
	maxText     = 1 << 30 // bytes of a string
)

// roomForList refuses lists that are too long.
func (ev *Evaluator) roomForList(n int64, pos Pos) {
	if n > maxElements {
		ev.tooMuch(n, 8)
		ev.fail(pos, "cannot create list of size %d: it does not fit into memory", n)
	}
}

// roomForText refuses strings that are too long.
func (ev *Evaluator) roomForText(n int, pos Pos) {
	if n > maxText {
		ev.tooMuch(int64(n), 1)
		ev.fail(pos, "cannot create a string of %d bytes: it does not fit into memory", n)
	}
}

// tooMuch says so where the evaluation has a limit of memory of its own.
func (ev *Evaluator) tooMuch(n int64, size int) {
	if ev.opts.MaxMemory > 0 {
		ev.checkMemory(int(min(n, 1<<40)) * size)
	}
}

// join joins texts, if the result is not too long.
func (ev *Evaluator) join(texts []string, between string, pos Pos) string {
	n := len(between) * max(0, len(texts)-1)
	for _, t := range texts {
		n += len(t)
	}
	ev.roomForText(n, pos)
	ev.takeText(n)
	return strings.Join(texts, between)
}

// often counts up, and looks now and then whether the evaluation was
// interrupted; for loops that need no new memory.
func (ev *Evaluator) often(i int) {
	if i&0xfff == 0 {
		ev.checkInterrupt()
	}
}
