let f = { __functor = self: x: self.n + x; n = 2; }; in [ (f 1) (map f [ 1 2 ]) "${ { __toString = s: "str"; } }" (rec { __overrides = { a = 2; }; a = 1; b = a; }.b) ]
