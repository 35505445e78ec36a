[ (builtins.tryEval (throw "x")) (builtins.tryEval (assert false; 1)) (builtins.tryEval 3) (builtins.tryEval (let a = throw "y"; in { inherit a; })).success ]
