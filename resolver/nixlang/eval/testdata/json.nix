[ (builtins.toJSON { b = [ 1 true null "é\n\"" ]; a = { outPath = "o"; }; }) (builtins.fromJSON ''{"x":[1,2.5,"\u00e9",{}],"x2":-3}'') (builtins.fromTOML "a = 1\n[b]\nc = [1,2]\n") ]
