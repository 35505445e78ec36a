{ a = 1; ${builtins.substring 0 1 "ab"} = 2; }
