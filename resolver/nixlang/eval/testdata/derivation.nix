let d = derivation { name = "a"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "true" ]; outputs = [ "out" "dev" ]; n = null; };
    f = derivation { name = "f"; system = "x86_64-linux"; builder = d; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "recursive"; };
    s = derivation { name = "s"; system = "x86_64-linux"; builder = "/bin/sh"; __structuredAttrs = true; list = [ 1 2 f ]; deep = builtins.unsafeDiscardOutputDependency d.drvPath; };
in [ d.drvPath d.dev.outPath f.drvPath "${f}" s.drvPath (builtins.getContext "${d.dev}${f}") (d == d.dev) ]
