package eval

// treeBuilder makes values of a JSON or TOML text. Begun lists and sets leave a
// mark; what belongs to them lies above it.
type treeBuilder struct {
	ev    *Evaluator
	cells []*Value
	keys  []Sym
}

func (b *treeBuilder) add(v Value) error {
	b.cells = append(b.cells, b.ev.cell(v))
	return nil
}

func (b *treeBuilder) Null() error           { return b.add(null) }
func (b *treeBuilder) Bool(x bool) error     { return b.add(mkBool(x)) }
func (b *treeBuilder) Int(i int64) error     { return b.add(mkInt(i)) }
func (b *treeBuilder) Float(f float64) error { return b.add(mkFloat(f)) }
func (b *treeBuilder) String(s string) error { return b.add(mkString(s)) }
func (b *treeBuilder) BeginList() error      { return nil }
func (b *treeBuilder) BeginSet() error       { return nil }

func (b *treeBuilder) Key(name string) error {
	b.keys = append(b.keys, b.ev.intern(name))
	return nil
}

// EndList takes the last n values for a list.
func (b *treeBuilder) EndList(n int) error {
	out := b.ev.cells(n)
	copy(out, b.cells[len(b.cells)-n:])
	b.cells = b.cells[:len(b.cells)-n]
	return b.add(mkList(out))
}

// EndSet takes the last n keys and values for a set; of equal keys the last
// counts.
func (b *treeBuilder) EndSet(n int) error {
	keys, cells := b.keys[len(b.keys)-n:], b.cells[len(b.cells)-n:]
	set := b.ev.buildAttrs(n)
	for i := n - 1; i >= 0; i-- {
		set.addCell(keys[i], cells[i])
	}
	b.keys, b.cells = b.keys[:len(b.keys)-n], b.cells[:len(b.cells)-n]
	return b.add(set.value())
}
