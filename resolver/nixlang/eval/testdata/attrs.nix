with builtins; [
  (attrNames { b = 1; a = 2; }) (mapAttrs (n: v: n + toString v) { x = 1; }) (listToAttrs [ { name = "a"; value = 1; } { name = "a"; value = 2; } ])
  (removeAttrs { a = 1; b = 2; } [ "b" "c" ]) (intersectAttrs { a = 1; } { a = 2; b = 3; }) (groupBy (x: if x > 1 then "big" else "small") [ 1 2 3 ])
  (zipAttrsWith (n: v: v) [ { a = 1; } { a = 2; b = 3; } ]) (catAttrs "a" [ { a = 1; } { } ]) (functionArgs ({ a, b ? 1 }: a))
]
