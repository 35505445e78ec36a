package derivation

import (
	"encoding/hex"

	"devenv/store/storepath"
)

// dynamicVersion is the version of the format that can say dynamic inputs.
const dynamicVersion = "xp-dyn-drv"

// AppendATerm appends the text of d's .drv file. The lists of d must be sorted.
// Like Nix it quotes only what may hold special characters in practice: a
// system or an output's name with a quotation mark gives a file that nobody can
// read. A fixed output whose path cannot be computed is an error.
func (d *Derivation) AppendATerm(text []byte, dir storepath.Dir) ([]byte, error) {
	paths, err := d.outputPaths(nil, dir)
	if err != nil {
		return text, err
	}
	text = d.appendHead(text, dir, paths)
	text = d.appendInputs(text, dir)
	text, _ = d.appendTail(text, dir, nil, nil)
	return text, nil
}

// outputPaths appends the known paths of d's outputs, in their order, zero
// where there is none.
func (d *Derivation) outputPaths(paths []storepath.Path, dir storepath.Dir) ([]storepath.Path, error) {
	for i := range d.Outputs {
		p, err := d.Outputs[i].KnownPath(dir, d.Name)
		if err != nil {
			return paths, err
		}
		paths = append(paths, p)
	}
	return paths, nil
}

// appendHead prints all before the input derivations, with paths as those of
// the outputs.
func (d *Derivation) appendHead(text []byte, dir storepath.Dir, paths []storepath.Path) []byte {
	if d.hasDynamic() {
		text = append(text, `DrvWithVersion("`+dynamicVersion+`",[`...)
	} else {
		text = append(text, "Derive(["...)
	}
	for i := range d.Outputs {
		o := &d.Outputs[i]
		text = separate(text, i)
		text = append(text, '(')
		text = appendPlain(text, o.Name)
		text = append(text, `,"`...)
		if !paths[i].IsZero() {
			text = appendPath(text, dir, paths[i])
		}
		text = append(text, `","`...)
		switch o.Kind {
		case Fixed:
			text = append(o.methodAlgo(text), `","`...)
			text = hex.AppendEncode(text, o.Hash.Sum())
		case Floating:
			text = append(o.methodAlgo(text), `","`...)
		case Impure:
			text = append(o.methodAlgo(text), `","impure`...)
		default:
			text = append(text, `","`...)
		}
		text = append(text, `")`...)
	}
	return append(text, "],["...)
}

// appendInputs prints the input derivations.
func (d *Derivation) appendInputs(text []byte, dir storepath.Dir) []byte {
	for i := range d.InputDrvs {
		in := &d.InputDrvs[i]
		text = separate(text, i)
		text = append(text, `("`...)
		text = appendPath(text, dir, in.Path)
		text = append(text, `",`...)
		text = appendUses(text, in.Outputs, in.Dynamic)
		text = append(text, ')')
	}
	return text
}

// appendUses prints which outputs are used: a list of them, or a pair of it and
// the uses of outputs that are derivations.
func appendUses(text []byte, outputs []string, dynamic []DynamicInput) []byte {
	if len(dynamic) == 0 {
		return appendNames(text, outputs)
	}
	text = append(text, '(')
	text = appendNames(text, outputs)
	text = append(text, ",["...)
	for i := range dynamic {
		text = separate(text, i)
		text = append(text, '(')
		text = appendPlain(text, dynamic[i].Output)
		text = append(text, ',')
		text = appendUses(text, dynamic[i].Outputs, dynamic[i].Dynamic)
		text = append(text, ')')
	}
	return append(text, "])"...)
}

// appendTail prints all after the input derivations. The variables called like
// the outputs in blank, each of which must be there, are printed as empty, and
// where in text their values belong is appended to spots.
func (d *Derivation) appendTail(text []byte, dir storepath.Dir, blank []Output, spots []int) ([]byte, []int) {
	text = append(text, "],["...)
	for i, src := range d.InputSrcs {
		text = append(separate(text, i), '"')
		text = append(appendPath(text, dir, src), '"')
	}
	text = append(text, "],"...)
	text = append(appendPlain(text, d.System), ',')
	text = append(appendQuoted(text, d.Builder), ",["...)
	for i, arg := range d.Args {
		text = appendQuoted(separate(text, i), arg)
	}
	text = append(text, "],["...)
	next := 0 // of blank: both lists are sorted
	for i := range d.Env {
		v := &d.Env[i]
		text = append(separate(text, i), '(')
		text = append(appendQuoted(text, v.Name), ',')
		if next < len(blank) && blank[next].Name == v.Name {
			text = append(text, '"')
			spots, next = append(spots, len(text)), next+1
			text = append(text, `")`...)
			continue
		}
		text = append(appendQuoted(text, v.Value), ')')
	}
	return append(text, "])"...), spots
}

// separate appends the comma before the element i of a list.
func separate(text []byte, i int) []byte {
	if i > 0 {
		text = append(text, ',')
	}
	return text
}

func appendNames(text []byte, names []string) []byte {
	text = append(text, '[')
	for i, name := range names {
		text = appendPlain(separate(text, i), name)
	}
	return append(text, ']')
}

func appendPath(text []byte, dir storepath.Dir, p storepath.Path) []byte {
	text = append(append(text, dir...), '/')
	return append(text, p.Base()...)
}

// appendPlain prints a string without a look at what is in it.
func appendPlain(text []byte, s string) []byte {
	text = append(append(text, '"'), s...)
	return append(text, '"')
}

// escapes maps a byte to the letter after the backslash that it is printed
// with, or 0.
var escapes = [256]byte{'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't'}

// appendQuoted prints a string with its special characters escaped.
func appendQuoted(text []byte, s string) []byte {
	text = append(text, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		if letter := escapes[s[i]]; letter != 0 {
			text = append(append(text, s[start:i]...), '\\', letter)
			start = i + 1
		}
	}
	return append(append(text, s[start:]...), '"')
}
