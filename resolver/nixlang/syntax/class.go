package syntax

// Classes of bytes, as bits of classOf.
const (
	clsIDStart = 1 << iota
	clsID
	clsDigit
	clsPath
	clsSpace
	clsScheme
	clsURI
)

var classOf = func() (t [256]uint8) {
	mark := func(class uint8, from, to byte) {
		for c := int(from); c <= int(to); c++ {
			t[c] |= class
		}
	}
	each := func(class uint8, set string) {
		for i := 0; i < len(set); i++ {
			t[set[i]] |= class
		}
	}
	for _, r := range []string{"az", "AZ"} {
		mark(clsIDStart|clsID|clsPath|clsScheme|clsURI, r[0], r[1])
	}
	mark(clsID|clsDigit|clsPath|clsScheme|clsURI, '0', '9')
	each(clsIDStart|clsID, "_")
	each(clsID, "'-")
	each(clsPath, "._-+")
	each(clsScheme, "+-.")
	each(clsURI, "%/?:@&=+$,-_.!~*'")
	each(clsSpace, " \t\r\n")
	return t
}()

func is(c byte, class uint8) bool { return classOf[c]&class != 0 }
