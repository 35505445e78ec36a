let l = builtins.genList (y: y) 10000; in builtins.concatLists (builtins.genList (x: l) 100000)
