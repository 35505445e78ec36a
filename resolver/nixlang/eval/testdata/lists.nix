with builtins; [ (sort lessThan [ 3 1 2 ]) (foldl' (a: b: a * 2 + b) 0 [ 1 0 1 ]) (genList (x: x * x) 4) (partition (x: x > 1) [ 1 2 3 ]) (concatMap (x: [ x x ]) [ 1 2 ]) (elem 2 [ 1 2 ])
  (map (x: x.key) (genericClosure { startSet = [ { key = 1; } ]; operator = x: if x.key > 20 then [ ] else [ { key = x.key * 2; } { key = x.key + 7; } ]; })) (filter (x: x != 2) [ 1 2 3 ]) ]
