package eval

import (
	"devenv/store/nixhash"
)

var hashBuiltins = []primop{
	{name: "hashString", arity: 2, two: func(ev *Evaluator, pos Pos, algo, s *Value) Value {
		a := ev.hashAlgo(algo, pos)
		return mkString(ev.hashText(a, ev.forceString(s, pos, nil)))
	}},
	{name: "hashFile", arity: 2, two: func(ev *Evaluator, pos Pos, algo, p *Value) Value {
		a := ev.hashAlgo(algo, pos)
		file := ev.realPath(p, pos)
		text, err := ev.host.ReadFile(file)
		if err != nil {
			ev.pathError(pos, file, err)
		}
		return mkString(ev.hashText(a, string(text)))
	}},
	{name: "convertHash", arity: 1, one: convertHash},
}

func (ev *Evaluator) hashAlgo(c *Value, pos Pos) nixhash.Algo {
	name := ev.forcePlainString(c, pos)
	a, err := nixhash.ParseAlgo(name)
	if err != nil {
		ev.fail(pos, "unknown hash algorithm '%s', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'", name)
	}
	return a
}

// hashPiece is how much is hashed before somebody may interrupt.
const hashPiece = 1 << 20

func (ev *Evaluator) hashText(a nixhash.Algo, text string) string {
	h := nixhash.NewHasher(a)
	for text != "" {
		ev.checkInterrupt()
		n := min(hashPiece, len(text))
		_, _ = h.Write([]byte(text[:n])) // never fails
		text = text[n:]
	}
	return h.Sum().Base16()
}

// convertHash writes a hash in another format.
func convertHash(ev *Evaluator, pos Pos, a *Value) Value {
	attrs := ev.forceAttrs(a, pos)
	text := func(name string) (string, bool) {
		c := get(attrs, ev.intern(name))
		if c == nil {
			return "", false
		}
		return ev.forcePlainString(c, pos), true
	}
	hash, ok := text("hash")
	if !ok {
		ev.fail(pos, "attribute 'hash' missing")
	}
	var algo nixhash.Algo
	if c := get(attrs, ev.intern("hashAlgo")); c != nil {
		algo = ev.hashAlgo(c, pos)
	}
	h, err := nixhash.ParseAny(hash, algo)
	if err != nil {
		ev.fail(pos, "%s", err)
	}
	format, ok := text("toHashFormat")
	if !ok {
		ev.fail(pos, "attribute 'toHashFormat' missing")
	}
	switch format {
	case "base16":
		return mkString(h.Base16())
	case "nix32", "base32":
		return mkString(h.Nix32())
	case "base64":
		return mkString(h.Base64())
	case "sri":
		return mkString(h.SRI())
	}
	ev.fail(pos, "unknown hash format '%s', expect 'base16', 'base32', 'base64', or 'sri'", format)
	return null
}
